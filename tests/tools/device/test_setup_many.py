"""`luot device setup` where a board must be flashed first, or several are plugged in; the ports are as a test says."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier

import pytest
from pty_board import PtyBoard, plugged
from test_device_setup import OLD
from test_flashing import esp, image_file, uf2

from controller.command_line import luot, office_folder
from luot_tools import firmware
from luot_tools.device import flashing
from luot_tools.device.commands import setup
from luot_tools.serial.port import Found
from luot_tools.serial.rawrepl import RawRepl

pytestmark = pytest.mark.real

STAYS = {**OLD, "main.py": b"while True: pass"}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office, a firmware that is compiled at once, and less patience than at a counter."""
    monkeypatch.setattr(firmware, "compiled", lambda _platform: STAYS)
    monkeypatch.setattr(RawRepl.enter, "__defaults__", (1.5,))
    return office_folder(tmp_path / "office")


def see(monkeypatch: pytest.MonkeyPatch, look: Callable[[], list[PtyBoard]]) -> None:
    """Let these boards be the ports of this machine."""

    def found() -> list[Found]:
        return [Found(str(board.path), 0x2E8A, 5, "", "") for board in look()]

    monkeypatch.setattr(setup, "found_ports", found)
    monkeypatch.setattr("luot_tools.device.commands.options.found_ports", found)


@pytest.fixture
def both(data: Path, pty_board: PtyBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[PtyBoard]]:
    """Two boards that are readers already, and the only ports of this machine."""
    store = tmp_path / "second"
    store.mkdir()
    for second in plugged(store, tmp_path / "port-2"):
        see(monkeypatch, lambda second=second: [pty_board, second])
        for reader, board in (("entry-1", pty_board), ("info-1", second)):
            assert 0 == luot("device", "setup", reader, "--data", data, "--port", board.path).code
        yield [pty_board, second]


def test_all(data: Path, pty_board: PtyBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that is a reader is brought up to date as the reader it is; one that is none is named, and others go on."""
    store = tmp_path / "second"
    store.mkdir()
    for second in plugged(store, tmp_path / "port-2"):
        see(monkeypatch, lambda second=second: [pty_board, second])
        assert 0 == luot("device", "setup", "info-1", "--data", data, "--port", second.path).code
        monkeypatch.setattr(firmware, "compiled", lambda _platform: {**STAYS, "luot_firmware/fresh.py": b""})
        said = luot("device", "setup", "--all", "--data", data, "--json")
        steps = [json.loads(line) for line in said.out.splitlines()]
        assert {str(second.path)} == {step["port"] for step in steps}
        assert ["kept", "done", "kept", "done", "done", "done"] == [step["did"] for step in steps]
        assert f"{pty_board.path}: this board is no reader yet" in said.err
        assert 2 == said.code
        assert (store / "luot_firmware" / "fresh.py").exists()
    assert [] == list(pty_board.store.iterdir())


def test_all_at_once(data: Path, both: list[PtyBoard], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two boards are in work at the same time, and each gets its label."""
    meet = Barrier(2, timeout=30)

    def compiled(_platform: str) -> dict[str, bytes]:
        meet.wait()
        return STAYS

    monkeypatch.setattr(firmware, "compiled", compiled)
    labels = tmp_path / "labels"
    labels.mkdir()
    said = luot("device", "setup", "--all", "--data", data, "--label", labels)
    assert (0, "") == (said.code, said.err)
    assert ["entry-1.png", "entry-1.svg", "info-1.png", "info-1.svg"] == sorted(file.name for file in labels.iterdir())
    ready = [line.split()[0] for line in said.out.splitlines() if " ready " in line]
    assert sorted(str(board.path) for board in both) == sorted(ready)


def test_one_of_all_is_silent(data: Path, both: list[PtyBoard]) -> None:
    """It is named, in the end by the exit code, too; the other is done."""
    both[1].from_board = lambda _said: b""
    said = luot("device", "setup", "--all", "--data", data)
    assert (4, 1) == (said.code, said.out.count(" ready "))
    assert f"{both[1].path}: no answer" in said.err


def test_an_interrupt_ends_all(data: Path, both: list[PtyBoard], monkeypatch: pytest.MonkeyPatch) -> None:
    """At the next step of each; what was begun goes on with the same command."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(firmware, "compiled", lambda _platform: {**STAYS, "luot_firmware/fresh.py": b""})
    with monkeypatch.context() as patch:
        patch.setattr(setup, "_show", interrupt)
        assert 130 == luot("device", "setup", "--all", "--data", data).code
    assert not all((board.store / "luot_firmware" / "fresh.py").exists() for board in both)
    said = luot("device", "setup", "--all", "--data", data)
    assert (0, 2) == (said.code, said.out.count(" ready "))
    assert all((board.store / "luot_firmware" / "fresh.py").exists() for board in both)


def test_all_of_none(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is plugged in, that is said."""
    see(monkeypatch, list)
    said = luot("device", "setup", "--all", "--data", data)
    assert (2, "") == (said.code, said.out)
    assert "there is no board at this machine" in said.err


def test_an_esp_that_is_silent_is_flashed_first(
    data: Path, pty_board: PtyBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """esptool is called once; the board that then answers is set up in the same go."""
    flashed = tmp_path / "flashed"
    program = tmp_path / "esptool"
    program.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\n"
        "if 'read-mac' in sys.argv:\n    print('Connected to ESP32-S3 on it')\n"
        f"else:\n    pathlib.Path({str(flashed)!r}).touch(exist_ok=False)\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(flashing, "_esptool", lambda: [str(program)])
    pty_board.from_board = lambda said: said if flashed.exists() else b""
    words = ("setup", "entry-1", "--data", data, "--port", pty_board.path, "--image", image_file(tmp_path, esp(9)))
    said = luot("device", *words)
    assert (0, "") == (said.code, said.err)
    assert flashed.exists()
    assert (pty_board.store / "main.py").exists()
    assert 0 == luot("device", *words).code  # it answers now: it is not flashed again, which would fail


def test_an_rp2040_is_flashed_first(
    data: Path, pty_board: PtyBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drive takes the image; the port that comes then is the board."""
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text("Board-ID: RPI-RP2")
    see(monkeypatch, lambda: [pty_board] if (drive / "luot.uf2").exists() else [])
    image = image_file(tmp_path, uf2())
    said = luot("device", "setup", "entry-1", "--data", data, "--image", image, "--drive", drive)
    assert (0, "") == (said.code, said.err)
    assert uf2() == (drive / "luot.uf2").read_bytes()
    assert (pty_board.store / "main.py").exists()


def test_a_damaged_image_touches_nothing(data: Path, pty_board: PtyBoard, tmp_path: Path) -> None:
    """Neither board nor office: the image is looked at first."""
    image = image_file(tmp_path, b"no image")
    said = luot("device", "setup", "entry-1", "--data", data, "--port", pty_board.path, "--image", image)
    assert (1, "") == (said.code, said.out)
    assert 0 == pty_board.sent
