"""Each real board offers what the one of a PC does, on pins that no two parts share."""

import ast
import asyncio
import inspect
import re
import sys
import time
import types
from importlib import import_module
from pathlib import Path
from typing import ClassVar, Self

import pytest

import boards
from boards import unix
from luot_firmware.drivers.mfrc522 import Mfrc522

REPO = Path(__file__).parents[2]
S3 = "Generic ESP32S3 module with ESP32S3"
C3 = "ESP32C3 module with ESP32C3"
BOARDS = [("rp2", "Raspberry Pi Pico with RP2040"), ("esp32", S3), ("esp32", C3)]


class FakePin:
    made: ClassVar[dict[int, Self]] = {}
    IN, OUT, PULL_UP = "in", "out", "up"

    def __init__(self, number, mode=None, pull=None, value=None):
        assert number not in self.made, "one part for one pin"
        self.made[number] = self
        self.number, self.mode, self.pull, self.level = number, mode, pull, 1 if value is None else value

    def __call__(self, level=None):
        if level is not None:
            self.level = level
        return self.level


class FakePwm:
    def __init__(self, pin):
        self.pin, self.told = pin, []

    def freq(self, hertz):
        self.told.append(("freq", hertz))

    def duty_u16(self, duty):
        self.told.append(("duty", duty))


class FakeSpi:
    def __init__(self, number, **how):
        self.number, self.how = number, how


class FakeWlan:
    def __init__(self, interface):
        assert interface == "station"

    def isconnected(self):
        return True

    def status(self, what):
        return -50 if what == "rssi" else None


@pytest.fixture(params=BOARDS, ids=lambda param: param[1].replace(" ", "-"))
def board_class(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """The class Board of one board, on pins that are none."""
    module, machine = request.param
    FakePin.made = {}
    fakes = {
        "machine": types.SimpleNamespace(Pin=FakePin, PWM=FakePwm, SPI=FakeSpi),
        "network": types.SimpleNamespace(WLAN=FakeWlan, STA_IF="station"),
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    monkeypatch.setattr(asyncio, "sleep_ms", lambda ms: asyncio.sleep(ms / 1000), raising=False)
    monkeypatch.setattr(time, "sleep_us", lambda us: time.sleep(us / 1_000_000), raising=False)
    monkeypatch.setattr(sys.implementation, "_machine", machine, raising=False)
    yield import_module(f"boards.{module}").Board
    for name in ("pins", module):
        del sys.modules[f"boards.{name}"]
        delattr(boards, name)


def offered(board) -> dict[str, list[str]]:
    return {
        name: list(inspect.signature(getattr(board, name)).parameters)
        for name in dir(board)
        if not name.startswith("_") and callable(getattr(board, name))
    }


def test_it_offers_what_a_pc_does(board_class) -> None:
    """The same methods with the same arguments."""
    assert offered(unix.Board) == offered(board_class)
    assert hasattr(board_class([]), "flash")


def test_its_parts_are_wired(board_class) -> None:
    """attach() gives a card reader on SPI, buttons and light that answer, and no two parts share a pin."""
    board = board_class([])
    reader, buttons, lamp, others = board.attach(types.SimpleNamespace(wifi=None))
    assert isinstance(reader, Mfrc522)
    assert 0 == buttons.take()
    lamp.show({"light": "red_1", "sound": "heard"})
    assert 2 == len(others)
    wanted = [number for name, number in board.PINS.items() if name not in ("spi", "buttons", "reset")]
    wanted += board.PINS["buttons"]
    if board.PINS["reset"] is not None:
        wanted.append(board.PINS["reset"])
    assert sorted(wanted) == sorted(FakePin.made)
    assert ("out", 1) == (FakePin.made[board.PINS["chip_select"]].mode, FakePin.made[board.PINS["chip_select"]].level)
    assert {("in", "up")} == {(FakePin.made[n].mode, FakePin.made[n].pull) for n in board.PINS["buttons"]}
    assert board.signal_dbm() is None
    for coroutine in others:
        coroutine.close()


def test_its_light_and_buzzer(board_class) -> None:
    """A red light is the red pin alone, a sound is heard softly, and both end with the reader."""
    board = board_class([])
    _, _, lamp, others = board.attach(types.SimpleNamespace(wifi=None))
    buzzer = lamp._tone.__closure__[0].cell_contents
    lamp.show({"light": "red_1", "sound": "heard"})

    async def until_red() -> dict[str, int]:
        task = asyncio.create_task(others[0])
        while not FakePin.made[board.PINS["red"]].level or ("freq", 1760) not in buzzer.told:
            await asyncio.sleep(0)
        levels = {colour: FakePin.made[board.PINS[colour]].level for colour in ("red", "green", "blue")}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return levels

    assert {"red": 1, "green": 0, "blue": 0} == asyncio.run(until_red())
    assert 0 == FakePin.made[board.PINS["red"]].level
    assert [("freq", 1760), ("duty", 2048), ("duty", 0)] == buzzer.told
    others[1].close()


def test_a_button_that_is_held(board_class) -> None:
    """The first one, while it is down, asks for the self-test."""
    board = board_class([])
    assert not board.holds_button()
    first = board.PINS["buttons"][0]
    assert ("in", "up") == (FakePin.made[first].mode, FakePin.made[first].pull)
    FakePin.made.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakePin, "__call__", lambda *_: 0)
        assert board.holds_button()


def test_it_joins_a_wifi(board_class) -> None:
    """With a network in the settings there is one coroutine more, and a signal."""
    board = board_class([])
    *_, others = board.attach(types.SimpleNamespace(wifi=("name", "secret word")))
    assert 3 == len(others)
    assert -50 == board.signal_dbm()
    for coroutine in others:
        coroutine.close()


def test_taps_have_a_folder(board_class, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made at the first start, and is there at the next."""
    board = board_class([])
    listed = {"/": ["main.py"]}
    monkeypatch.setattr("os.listdir", lambda folder: listed[folder])
    monkeypatch.setattr("os.mkdir", lambda folder: listed["/"].append(folder[1:]))
    board.mount()
    board.mount()
    assert {"/": ["main.py", "taps"]} == listed


def test_each_board_is_known() -> None:
    """For each platform the board file of its name is taken."""
    source = (REPO / "firmware" / "boards" / "here.py").read_text()
    assert [("linux", "unix"), ("rp2", "rp2"), ("esp32", "esp32")] == re.findall(
        r'sys.platform == "(\w+)":\n    from boards.(\w+) import Board as Board', source
    )


@pytest.mark.parametrize("name", ["rp2", "esp32"])
def test_a_board_file_is_wiring_only(name: str) -> None:
    """Nothing but numbers and a class: what is done with pins stands in one file for all boards."""
    tree = ast.parse((REPO / "firmware" / "boards" / f"{name}.py").read_text())
    assert [] == [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
