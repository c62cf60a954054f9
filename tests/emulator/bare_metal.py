"""The real MicroPython of an RP2040, from bare flash to a turn in line: `make emulator`, which prints how long it took.

Not found by `make test`: it takes minutes, and a compiler for ARM.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from e2e.parts import FREE_PORT, Controller, enrol, luot, until
from emulator.emulated import EmulatedBoard
from luot_controller.engine.events import Fact
from luot_controller.engine.visit_facts import VisitOpened

PARTS = Path(__file__).parents[2] / "build" / "emulator"
WITHIN_S = 300.0
DARK, RED_ALONE, GREEN_ALONE, AMBER = (0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)


@pytest.fixture
def parts() -> Iterator[ExitStack]:
    """Closes what the test has opened."""
    with ExitStack() as stack:
        yield stack


@pytest.mark.real
@pytest.mark.timeout(3600)
def test_a_bare_board_becomes_a_reader(parts: ExitStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Set up over USB; a card's frame opens a visit, a stranger's receipt lights the red pin, and power may be cut."""
    data, flash = tmp_path / "office", tmp_path / "flash.img"
    data.mkdir()
    controller = Controller(data, "--broker", "mosquitto", *FREE_PORT)
    parts.callback(controller.stop)
    uids = enrol(controller, 2)
    watch = Watch(capsys)
    board = EmulatedBoard(PARTS, flash)
    parts.callback(board.close)
    watch.say("boots from bare flash to its USB serial")
    luot("device", "setup", "entry-1", "--wired", "--data", data, "--port", board.address)
    watch.say("set up by luot device setup")
    board.wait(lambda: AMBER in board.seen, "amber while nobody carries its frames", WITHIN_S)

    with carried(board, data):
        board.wait(lambda: board.seen[-1] == GREEN_ALONE, "steady green", WITHIN_S)
        watch.say("bridged to the office")
        board.lay(uids[1])
        until(lambda: len(opened(controller)) == 1, "the visit of card 1", WITHIN_S)
        watch.say("from the card in its field to the visit in the ledger")
        board.clear()
        board.wait(lambda: board.seen[-1] == GREEN_ALONE, "steady green again", WITHIN_S)
        assert RED_ALONE not in board.seen
        board.lay(bytes.fromhex("04fefefefefefe"))
        board.wait(lambda: board.seen.count(RED_ALONE) == 3, "three flashes of red alone", WITHIN_S)
        watch.say("from a stranger's card to the refusal on the red pin")
        board.clear()

    board.close()
    board = EmulatedBoard(PARTS, flash)
    parts.callback(board.close)
    with carried(board, data):
        board.wait(lambda: board.seen[-1] == GREEN_ALONE, "steady green after a cut of power", WITHIN_S)
        board.lay(uids[2])
        until(lambda: len(opened(controller)) == 2, "the visit of card 2", WITHIN_S)
        watch.say("power cut, started again, and a second visit")


class Watch:
    """Prints how long each part took, past what pytest captures."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._at = time.monotonic()

    def say(self, what: str) -> None:
        """The seconds since the last time."""
        before, self._at = self._at, time.monotonic()
        with self._capsys.disabled():
            print(f"{self._at - before:8.1f} s  {what}")


def carried(board: EmulatedBoard, data: Path) -> ExitStack:
    """`luot device bridge` for this board, until the end of the block."""
    command = [sys.executable, "-m", "luot_controller.cli", "device", "bridge", "--data", data, "--port", board.address]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack = ExitStack()
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return stack


def opened(controller: Controller) -> list[Fact]:
    """The visits in its ledger."""
    return [fact for fact in controller.facts() if isinstance(fact, VisitOpened)]
