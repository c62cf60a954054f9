"""A board's self-test: what can be asked of it without tools or cards. Changes nothing that lasts."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from luot_tools.device import files, onboard, onboard_reader
from luot_tools.device.board import Board
from luot_tools.firmware import NETWORKED, START

LEAST_HEAP_BYTES = 32_768
"""Free once the firmware is loaded: a reader with a full outbox window takes about half of it."""
LEAST_FREE_BYTES = 65_536
"""For the taps of a long outage."""

_TRIED_BYTES = 4096
_PAUSE_MS = 50
_PAUSES = 5
_MOST_OFF_MS = 25
_LOAD_WITHIN_S = 60.0
_FLASH_WITHIN_S = 30.0


class Check(NamedTuple):
    """One thing tried, or not (is_good None); `detail` says what was found."""

    name: str
    is_good: bool | None
    detail: str


def run(board: Board, wanted: Mapping[str, bytes]) -> Iterator[Check]:
    """Try everything, one after another; `wanted` are the files that it should have."""
    about = board.call(onboard.about)
    yield Check("micropython", bool(about["release"]), f"{about['release']} on {about['machine'] or about['platform']}")
    change = files.compare(board, wanted)
    yield Check("files", not change.write, _listed(list(change.write), f"{len(wanted)} are as they should be"))
    loaded = [name for name in _modules(wanted) if about["network"] or name not in NETWORKED]
    problem, heap_bytes = board.call_within(_LOAD_WITHIN_S, onboard_reader.load_modules, loaded)
    yield Check("modules", not problem, problem or "all of the firmware loads")
    if not problem:
        yield Check("heap", heap_bytes >= LEAST_HEAP_BYTES, f"{heap_bytes} bytes free with the firmware loaded")
    problem = board.call_within(_LOAD_WITHIN_S, onboard_reader.check_settings)
    yield Check("settings", not problem, problem or "the firmware takes them")
    is_right, took_ms = board.call_within(_FLASH_WITHIN_S, onboard_reader.try_flash, _TRIED_BYTES)
    yield Check("flash", is_right, f"{_TRIED_BYTES} bytes written and read in {took_ms} ms")
    free_bytes, _ = board.call(onboard.free)
    yield Check("space", free_bytes >= LEAST_FREE_BYTES, f"{free_bytes} bytes free")
    passed_ms = _tick_ms(board)
    yield Check("clock", abs(passed_ms - _PAUSE_MS) <= _MOST_OFF_MS, f"{passed_ms} ms in a pause of {_PAUSE_MS} ms")


def _tick_ms(board: Board) -> int:
    """What its clock counts in a pause; again when it was late to wake, which a wrong clock is every time."""
    for _ in range(_PAUSES - 1):
        passed_ms = board.call(onboard_reader.tick_ms, _PAUSE_MS)
        if abs(passed_ms - _PAUSE_MS) <= _MOST_OFF_MS:
            return passed_ms
    return board.call(onboard_reader.tick_ms, _PAUSE_MS)


def _modules(wanted: Mapping[str, bytes]) -> list[str]:
    """The names under which the wanted files are imported; not main.py, which would run."""
    code = [PurePosixPath(path).with_suffix("") for path in wanted if path.endswith((".mpy", ".py")) and path != START]
    return sorted(str(path).replace("/", ".").removesuffix(".__init__") for path in code)


def _listed(paths: list[str], otherwise: str) -> str:
    return f"missing or different: {', '.join(paths)}" if paths else otherwise
