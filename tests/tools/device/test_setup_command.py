"""`luot device setup` with real parts: a bare board becomes a reader whose taps the office opens visits for."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_board import PtyBoard
from pulled_cable import cut_during

from e2e.parts import FREE_PORT, Controller, Reader, enrol, luot
from e2e.wired import Bridge
from luot_tools import firmware
from luot_tools.device import onboard_reader
from luot_tools.device.board import Board, connect
from luot_tools.device.office import OfficeFolder
from luot_tools.device.setup import Wish, steps, with_manifest

pytestmark = [pytest.mark.real, pytest.mark.alone]


class OnBoard(Reader):
    """A reader that is no process of the test's: only the hall around it is."""

    def start(self) -> None:
        """It starts when the board is set up."""

    @property
    def hall(self) -> str:
        return f"127.0.0.1:{self._hall.getsockname()[1]}"


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[Controller]:
    data = tmp_path / "office"
    data.mkdir()
    office = Controller(data, "--broker", "mosquitto", *FREE_PORT)
    yield office
    office.stop()


@pytest.fixture
def reader(controller: Controller, tmp_path: Path) -> Iterator[OnBoard]:
    found = OnBoard(controller, "entry-1", tmp_path / "unused")
    yield found
    found.close()


def luot_device(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "luot_controller.cli", "device", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=300)


def test_from_bare_to_tapping(pty_board: PtyBoard, controller: Controller, reader: OnBoard) -> None:
    """One command; then a card opens a visit. The same command again changes nothing, and the key stays."""
    words = ("setup", "entry-1", "--data", controller.data, "--hall", reader.hall, "--port", pty_board.path, "--json")
    uids = enrol(controller, 3)
    began = time.monotonic()
    said = luot_device(*words)
    assert (0, "") == (said.returncode, said.stderr)
    reader.shown("ready")
    reader.hold(uids[2])
    assert (2, 0) == ((line := reader.shown("opened"))["number"], line["ahead"])
    print(f"from bare to the first visit: {time.monotonic() - began:.1f} s")
    found = [json.loads(line) for line in said.stdout.splitlines()]
    assert ["find", "files", "provision", "selftest", "start", "ready"] == [step["name"] for step in found]
    assert {str(pty_board.path)} == {step["port"] for step in found}
    kid = json.loads((pty_board.store / "settings.json").read_text())["kid"]

    again = luot_device(*words)
    assert ["kept", "kept", "kept", "done", "kept", "done"] == [
        json.loads(line)["did"] for line in again.stdout.splitlines()
    ]
    assert kid == json.loads((pty_board.store / "settings.json").read_text())["kid"]
    reader.hold(uids[3])
    reader.wait(lambda: reader.count("opened") == 2, "the second visit")

    rows = json.loads(luot_device("ports", "--ask", "--json", "--port", pty_board.path).stdout)
    assert [("entry-1", "entry", kid, True)] == [
        (row["reader"], row["role"], row["kid"], row["is_whole"]) for row in rows
    ]
    tested = luot_device("selftest", "--port", pty_board.path, "--data", controller.data)
    assert (0, "") == (tested.returncode, tested.stderr)
    lines = [line.split() for line in tested.stdout.splitlines()]
    assert (8 + 9, {"ok", "-"}) == (len(lines), {line[0] for line in lines})
    assert ["card", "radio", "battery"] == [line[1] for line in lines if line[0] == "-"]
    assert ["ok", "signed", "entry-1,", "key", kid] == lines[-1]
    assert kid == json.loads((pty_board.store / "settings.json").read_text())["kid"]
    elsewhere = luot_device("selftest", "--port", pty_board.path, "--data", controller.data / "none", "--json")
    assert (0, "") == (elsewhere.returncode, elsewhere.stderr)
    assert {"name": "signed", "ok": None, "detail": f"entry-1, key {kid}, which is not known here"} == json.loads(
        elsewhere.stdout
    )[-1]


def test_a_reader_at_work_is_always_taken_over(pty_board: PtyBoard, reader: OnBoard) -> None:
    """It exits when it is interrupted, and is started again at once: the tool meets it before it has begun."""
    words = ("setup", "--settings", reader.flash / "settings.json", "--port", pty_board.path)
    assert 0 == luot_device(*words).returncode
    for _ in range(10):
        reader.lines.clear()
        with connect(str(pty_board.path)) as board:
            assert "entry-1" == board.call(onboard_reader.installed)["reader"]
        reader.shown("ready")


def test_a_reader_on_a_cable(pty_board: PtyBoard, controller: Controller, reader: OnBoard) -> None:
    """Set up without a network: a bridge carries its taps; between two bridges the tools take it over as any other."""
    more = ("--data", controller.data, "--port", pty_board.path)
    uids = enrol(controller, 2)
    said = luot_device("setup", "entry-1", "--wired", "--hall", reader.hall, *more)
    assert (0, "") == (said.returncode, said.stderr)
    for count in (1, 2):
        bridge = Bridge(*more)
        reader.hold(uids[count])
        reader.wait(lambda: reader.count("opened") == count, "its receipt")  # noqa: B023
        assert "ready" == state_of(controller, "entry-1")
        busy = luot_device("ports", "--ask", "--json", "--port", pty_board.path)
        assert "another program uses it" in busy.stdout
        assert 0 == bridge.stop()
        assert "lost" == state_of(controller, "entry-1")
        asked = luot_device("ports", "--ask", "--json", "--port", pty_board.path)
        assert [("entry-1", True)] == [(row["reader"], row["is_wired"]) for row in json.loads(asked.stdout)]
    again = luot_device("setup", "entry-1", "--hall", reader.hall, "--json", *more)
    assert ["kept", "kept", "kept"] == [json.loads(line)["did"] for line in again.stdout.splitlines()[:3]]


def state_of(controller: Controller, reader: str) -> str:
    """What `luot status` says of its link."""
    row = next(row for row in json.loads(luot("status", "--json", "--data", controller.data))["readers"])
    assert reader == row["id"]
    return str(row["link"])


def test_the_cable_is_pulled_from_the_real_set_up(pty_board: PtyBoard, controller: Controller, reader: OnBoard) -> None:
    """With the whole firmware and a real office, cut at some moments; the same work again brings the same end."""
    carried = firmware.compiled("linux")
    wish = Wish("entry-1", OfficeFolder(controller.data, reader.hall), lambda _platform: carried)

    def work(board: Board) -> None:
        for _ in steps(board, wish, dry_run=False, progress=lambda *_: None):
            pass

    for cut_at in (40, 400, 700, 1100):
        assert cut_during(pty_board, cut_at, work), f"done before write {cut_at}"
        assert not (pty_board.store / "main.py").exists()
    assert not cut_during(pty_board, 100_000, work)
    there = {
        path.relative_to(pty_board.store).as_posix(): path.read_bytes()
        for path in pty_board.store.rglob("*")
        if path.is_file()
    }
    assert with_manifest(carried).items() <= there.items()
    reader.shown("ready")


def test_a_settings_file_instead_of_an_office(pty_board: PtyBoard, reader: OnBoard) -> None:
    """A technician's machine without the office's data: the settings were made there."""
    file = reader.flash / "settings.json"
    said = luot_device("setup", "--settings", file, "--port", pty_board.path)
    assert (0, "") == (said.returncode, said.stderr)
    assert file.read_bytes() == (pty_board.store / "settings.json").read_bytes()
    reader.shown("ready")


@pytest.mark.parametrize(
    ("words", "what", "code"),
    [
        (["entry-9"], "entry-9 is not a reader of the site file", 2),
        ([], "this board is no reader yet", 2),
        (["--all", "entry-1"], "--all goes with no reader", 2),
    ],
)
def test_mistakes(pty_board: PtyBoard, controller: Controller, words: list[str], what: str, code: int) -> None:
    """Each is answered with what to do, and the board is as it was."""
    said = luot_device("setup", *words, "--data", controller.data, "--port", pty_board.path)
    assert (code, "") == (said.returncode, said.stdout) or "find" in said.stdout
    assert what in said.stderr
    assert [] == list(pty_board.store.iterdir())
