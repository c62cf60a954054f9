"""The self-test asks a board for what it can have, and says what is not as it should be."""

from collections.abc import Callable
from typing import Any, cast

from luot_tools.device import checks, onboard, onboard_reader
from luot_tools.device.board import Board

WANTED = {
    "main.py": b"",
    "luot_firmware/mqtt.mpy": b"",
    "luot_firmware/link.mpy": b"",
    "luot_firmware/__init__.mpy": b"",
}


class FakeBoard:
    """Answers each function with what the test says; loaded: the modules that it was to load."""

    def __init__(self, **about: Any) -> None:
        self.loaded: list[str] = []
        self.answers: dict[Callable[..., Any], Any] = {
            onboard.about: {"release": "1.25.0", "machine": "Pico", "platform": "rp2", "network": True, **about},
            onboard.free: [1 << 20, 4096],
            onboard_reader.check_settings: "",
            onboard_reader.try_flash: [True, 12],
            onboard_reader.tick_ms: 50,
        }

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        if function is onboard.states:
            return [[] for _ in args[0]]
        if function is onboard_reader.load_modules:
            self.loaded = args[0]
            return ["", 100_000]
        if function is onboard.listing:
            return []
        return self.answers[function]

    def call_within(self, _limit_s: float, function: Callable[..., Any], *args: Any) -> Any:
        return self.call(function, *args)


def run(board: FakeBoard) -> dict[str, checks.Check]:
    return {check.name: check for check in checks.run(cast(Board, board), WANTED)}


def test_a_board_with_a_network_loads_everything() -> None:
    """All that is imported by name; main.py would run."""
    board = FakeBoard()
    run(board)
    assert ["luot_firmware", "luot_firmware.link", "luot_firmware.mqtt"] == board.loaded


def test_a_board_without_a_network_is_not_asked_for_one() -> None:
    """What needs a socket is left out: on a cable it is never loaded."""
    board = FakeBoard(network=False)
    assert run(board)["modules"].is_good
    assert ["luot_firmware", "luot_firmware.link"] == board.loaded


def test_what_is_bad_is_named() -> None:
    """Flash that gives back something else, a clock that is off, too little room."""
    board = FakeBoard()
    board.answers |= {onboard_reader.try_flash: [False, 12], onboard_reader.tick_ms: 90, onboard.free: [4096, 4096]}
    assert ["clock", "files", "flash", "space"] == sorted(n for n, check in run(board).items() if not check.is_good)
