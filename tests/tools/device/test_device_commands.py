"""The commands of `luot device` for boards, as a shell runs them, on a real MicroPython behind a pseudo-terminal."""

import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pty_board import PtyBoard

from controller.command_line import Said, luot
from luot_protocol import wired
from luot_tools.device import label
from luot_tools.device.commands import ports
from luot_tools.serial.port import Found

pytestmark = pytest.mark.real

PROGRAM = "import time\nwhile True:\n print('tick')\n time.sleep(0.05)"


@pytest.fixture
def busy(pty_board: PtyBoard) -> PtyBoard:
    """A board whose program runs and prints."""
    pty_board.unplug()
    (pty_board.store / "main.py").write_text(PROGRAM)
    pty_board.plug()
    return pty_board


def device(board: PtyBoard, *words: str | Path) -> Said:
    return luot("device", *words, "--port", board.path)


def test_files_by_hand(busy: PtyBoard, tmp_path: Path) -> None:
    """Written, listed, read, removed, compared; each in one command, and the program runs again after each."""
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(range(256)))
    assert (0, "x/a.bin: written\n", "") == device(busy, "files", "write", file, "x/a.bin")
    assert "x/a.bin: is so already\n" == device(busy, "files", "write", file, "x/a.bin").out
    listed = device(busy, "files", "list")
    assert (0, ["main.py", "x", "x/a.bin"]) == (listed.code, [line.split()[-1] for line in listed.out.splitlines()])
    as_json = json.loads(device(busy, "files", "list", "x", "--json").out)
    assert [{"path": "x/a.bin", "size": 256}] == as_json
    assert 0 == device(busy, "files", "read", "x/a.bin", "--out", tmp_path / "b.bin").code
    assert file.read_bytes() == (tmp_path / "b.bin").read_bytes()
    assert "x: removed\ny: is not there\n" == device(busy, "files", "remove", "x", "y").out
    missing = device(busy, "files", "read", "x/a.bin")
    assert (1, "") == (missing.code, missing.out)
    assert "there is no x/a.bin on it" in missing.err
    wait_for_tick(busy)


def test_progress_on_a_terminal(pty_board: PtyBoard, tmp_path: Path) -> None:
    """How far a file is, on one line that is gone in the end; a script sees none of it."""
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(4096))
    with running("files", "write", str(file), "--port", str(pty_board.path)) as (_, output):
        said = until_said(output, b"a.bin: written")
    assert [f"\ra.bin {percent} %".encode() in said for percent in (0, 25, 50, 75, 100)] == [True] * 5
    assert said.rpartition(b"a.bin: written")[0].endswith(b"\r" + b" " * len("a.bin 100 %") + b"\r")


def test_sync_by_hand(pty_board: PtyBoard, tmp_path: Path) -> None:
    """A dry run says what the real one then does; a second one has nothing to do."""
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "a").write_text("1")
    (folder / "sub" / "b").write_text("22")
    (pty_board.store / "sub").mkdir()
    (pty_board.store / "sub" / "old").touch()
    planned = device(pty_board, "files", "sync", folder, "--delete", "--dry-run")
    assert "sub/old: would be removed\na: 1 bytes would be written\nsub/b: 2 bytes would be written\n" == planned.out
    assert (pty_board.store / "sub" / "old").exists()
    done = device(pty_board, "files", "sync", folder, "--delete")
    assert planned.out.replace("would be ", "") == done.out
    assert ["a", "b"] == sorted(path.name for path in pty_board.store.rglob("*") if path.is_file())
    assert (0, "", "") == device(pty_board, "files", "sync", folder, "--delete")


def test_ports_asked(busy: PtyBoard) -> None:
    """A board that is no reader says what it is, and one that is not there why; nobody's program is left stopped."""
    said = luot("device", "ports", "--ask", "--port", busy.path, "--port", "/dev/nothing")
    first, second = said.out.splitlines()
    assert "MicroPython 1." in first
    assert "no reader yet" in first
    assert "there is no such port" in second
    wait_for_tick(busy)


def test_ports_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """USB ports with the chip that their ids name; others, such as a PC's own, are no boards."""
    found = [
        Found("/dev/ttyACM0", 0x2E8A, 0x0005, "E66", "Board in FS mode"),
        Found("/dev/ttyUSB0", 0x10C4, 0xEA60, "0001", "CP2102"),
        Found("/dev/ttyUSB1", 0x1234, 0x0001, "", "Unheard of"),
        Found("/dev/ttyS0", None, None, "", "n/a"),
    ]
    monkeypatch.setattr(ports, "found_ports", lambda: found)
    lines = luot("device", "ports").out.splitlines()
    assert ["/dev/ttyACM0", "/dev/ttyUSB0", "/dev/ttyUSB1"] == [line.split()[0] for line in lines]
    assert "RP2040, MicroPython" in lines[0]
    assert "often an ESP32" in lines[1]
    assert ["E66", "0001", ""] == [row["serial"] for row in json.loads(luot("device", "ports", "--json").out)]


def test_no_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """No port named and none found, or several: what to do is said, and nothing is guessed."""
    monkeypatch.setattr("luot_tools.device.commands.options.found_ports", list)
    said = luot("device", "reset")
    assert (2, "") == (said.code, said.out)
    assert "Plug one in" in said.err
    two = [Found(f"/dev/ttyACM{number}", 0x2E8A, 5, "", "") for number in range(2)]
    monkeypatch.setattr("luot_tools.device.commands.options.found_ports", lambda: two)
    assert "Choose one with --port: /dev/ttyACM0, /dev/ttyACM1." in luot("device", "reset").err


def test_reset(busy: PtyBoard) -> None:
    """The program starts anew; with --prompt it does not, and the board waits."""
    starts = busy.starts
    assert (0, "") == (device(busy, "reset").code, device(busy, "reset").err)
    wait_for_tick(busy)
    assert busy.starts > starts
    assert "waiting at its prompt" in device(busy, "reset", "--prompt").out
    with running("shell", "--port", str(busy.path), terminal=True) as (_, terminal):
        until_said(terminal, b"leaves")
        os.write(terminal, b"6*7\r")
        assert b"tick" not in until_said(terminal, b"42")


def test_selftest_of_a_bare_board(pty_board: PtyBoard) -> None:
    """What is missing is named; the exit code is 1."""
    said = device(pty_board, "selftest", "--json")
    found = {check["name"]: check for check in json.loads(said.out)}
    assert 1 == said.code
    assert [True, False, False, True] == [found[name]["ok"] for name in ("micropython", "files", "modules", "flash")]
    assert "main.py" in found["files"]["detail"]


def test_identify_without_a_light(pty_board: PtyBoard) -> None:
    """A board whose light cannot be used says so."""
    said = device(pty_board, "identify", "--seconds", "1")
    assert (1, "") == (said.code, said.out)
    assert "Pull its cable" in said.err


def test_label(pty_board: PtyBoard, tmp_path: Path) -> None:
    """A reader's id, role and code are drawn; of a board that is none there is no label."""
    assert 2 == device(pty_board, "label").code
    (pty_board.store / "settings.json").write_text(
        '{"reader": "entry-1", "site": "demo", "role": "entry", "kid": "0a1b2c3d4e"}'
    )
    out = tmp_path / "label.svg"
    assert (0, f"entry-1: label drawn in {out}\n", "") == device(pty_board, "label", "--out", out)
    text = out.read_text(encoding="utf-8")
    assert 2 == device(pty_board, "label", "--out", tmp_path / "label.pdf").code
    assert [True] * 4 == [word in text for word in (">entry-1<", ">demo<", ">Lối vào · Entry<", ">0A1B 2C3D 4E<")]


def test_label_as_svg_and_png(pty_board: PtyBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name both are drawn by the reader's id; the PNG is 62 by 29 mm at 300 dots an inch."""
    monkeypatch.chdir(tmp_path)
    (pty_board.store / "settings.json").write_text(
        '{"reader": "desk-1", "site": "demo", "role": "desk", "kid": "0a1b"}'
    )
    assert "desk-1: label drawn in desk-1.svg and desk-1.png\n" == device(pty_board, "label").out
    picture = (tmp_path / "desk-1.png").read_bytes()
    assert (b"\x89PNG", 732, 343) == (picture[:4], *struct.unpack(">2I", picture[16:24]))
    assert picture == label.png((tmp_path / "desk-1.svg").read_text(encoding="utf-8"))
    assert len({label.png(label.svg("r", "s", role, "")) for role in label.ROLES}) == len(label.ROLES)


@contextmanager
def running(*words: str, terminal: bool = False) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A `luot device` command that does not end by itself, and the other end of its output and, with one, terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "luot_controller.cli", "device", *words],
        stdin=theirs if terminal else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def until_said(end: int, mark: bytes, within_s: float = 15.0) -> bytes:
    """What comes, up to and with `mark`."""
    said = b""
    deadline = time.monotonic() + within_s
    while mark not in said:
        assert time.monotonic() < deadline, said
        if select.select([end], [], [], 0.1)[0]:
            said += os.read(end, 4096)
    return said


def wait_for_tick(board: PtyBoard) -> None:
    """Until its program is heard."""
    with running("log", "--plain", "--port", str(board.path)) as (_, output):
        until_said(output, b"tick\r\ntick")


def test_log_goes_on_after_a_pulled_cable(busy: PtyBoard) -> None:
    """It says that the board has gone, waits, and goes on; Ctrl-C ends it with 130."""
    with running("log", "--port", str(busy.path)) as (process, output):
        until_said(output, b"tick")
        busy.unplug()
        until_said(output, b"has gone; waiting for it")
        busy.plug()
        until_said(output, b"tick")
        process.send_signal(signal.SIGINT)
        assert 130 == process.wait(10)


def test_a_board_cannot_command_the_terminal(pty_board: PtyBoard) -> None:
    """What it prints to change colours or clear the screen is shown, not obeyed."""
    pty_board.unplug()
    (pty_board.store / "main.py").write_text("import time\nwhile True:\n print('\\x1b[2Jhi')\n time.sleep(0.05)")
    pty_board.plug()
    with running("log", "--plain", "--port", str(pty_board.path)) as (_, output):
        assert b"\x1b" not in until_said(output, b"\\x1b[2Jhi")


def test_log_hides_the_frames_of_a_wired_reader(pty_board: PtyBoard) -> None:
    """They pass by unseen between what its program says, unless they are asked for."""
    frame = wired.hello("ubnd", "r01")
    pty_board.unplug()
    (pty_board.store / "main.py").write_text(
        f"import sys, time\nwhile True:\n sys.stdout.buffer.write({frame!r})\n print('tick')\n time.sleep(0.05)"
    )
    pty_board.plug()
    with running("log", "--plain", "--port", str(pty_board.path)) as (_, output):
        until_said(output, b"tick\r\ntick")
    with running("log", "--plain", "--frames", "--port", str(pty_board.path)) as (_, output):
        until_said(output, frame)


def test_shell(busy: PtyBoard) -> None:
    """Keys reach the board, its answers the terminal; Ctrl-] leaves it as it is."""
    with running("shell", "--port", str(busy.path), terminal=True) as (process, terminal):
        until_said(terminal, b"tick")
        os.write(terminal, b"\x03")
        until_said(terminal, b">>> ")
        os.write(terminal, b"6*7\r")
        until_said(terminal, b"42")
        os.write(terminal, b"\x1d")
        assert 0 == process.wait(10)


def test_shell_without_a_terminal(busy: PtyBoard) -> None:
    """A script is sent to the commands that are made for it."""
    with running("shell", "--port", str(busy.path)) as (process, output):
        until_said(output, b"the shell needs a terminal")
        assert 2 == process.wait(10)
