"""The taps that a reader could not send: read out of it, kept in a file until the office has them. Knows no office.

The file is JSON: reader, kid, read_ms (wall clock, when it was read) and taps, each [boot, seq, card, age_ms, button]
in the order in which they were made; age_ms counts up to read_ms, and is null where the reader had lost power since.
"""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from luot_controller.errors import UsageProblem
from luot_tools.device import onboard_outbox, onboard_reader
from luot_tools.device.board import Board
from luot_tools.serial.errors import BoardProblem, ProgramFailed

_PAGE_TAPS = 64
_PAGE_WITHIN_S = 30.0


class OutboxUnreadable(BoardProblem):
    """Raised when a board keeps taps that cannot be read by its own firmware."""

    code = "outbox.unreadable"


class Unsent(NamedTuple):
    """What one reader kept; `damaged` records could not be read."""

    reader: str
    kid: str
    read_ms: int
    taps: list[list[Any]]
    damaged: int = 0

    @property
    def aged(self) -> int:
        """How many of them have a time."""
        return sum(tap[3] is not None for tap in self.taps)


def read(board: Board) -> Unsent | None:
    """What the board keeps, its program stopped; None for a board that is no reader and keeps nothing.

    Raises OutboxUnreadable. Not to be called after a restart: with it the times of the taps are gone.
    """
    installed = board.call(onboard_reader.installed)
    if not board.call(onboard_outbox.is_kept):
        return Unsent(installed["reader"], installed["kid"], _now_ms(), []) if installed["reader"] else None
    if not installed["kid"]:
        raise OutboxUnreadable(
            board.address,
            "it keeps taps, but its settings.json does not say which reader made them",
            "Bring a copy of its settings.json back with luot device files write, and try again.",
        )
    try:
        taps, damaged = _pages(board)
    except ProgramFailed as error:
        raise OutboxUnreadable(
            board.address,
            f"its own firmware does not read its taps: {error.kind} {error.detail}",
            f"Mend it, the taps stay: luot device setup {installed['reader']} --port {board.address}",
        ) from error
    return Unsent(installed["reader"], installed["kid"], _now_ms(), taps, damaged)


def kept(path: Path) -> Unsent | None:
    """What a file of an earlier try holds; None where there is none."""
    try:
        values = json.loads(path.read_bytes())
        return Unsent(values["reader"], values["kid"], values["read_ms"], values["taps"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise UsageProblem(f"{path} is damaged", "Delete it, and give the same command again.") from None


def merged(old: Unsent | None, new: Unsent) -> Unsent:
    """Both, each tap once: an earlier reading may know a time that was lost with the power since."""
    if old is None or (old.reader, old.kid) != (new.reader, new.kid):
        return new
    passed_ms = max(0, new.read_ms - old.read_ms)
    taps: dict[tuple[int, int], list[Any]] = {(tap[0], tap[1]): tap for tap in new.taps}
    for boot, seq, card, age_ms, button in old.taps:
        known = taps.get((boot, seq))
        if known is None or known[3] is None:
            taps[boot, seq] = [boot, seq, card, None if age_ms is None else age_ms + passed_ms, button]
    return new._replace(taps=[taps[name] for name in sorted(taps)])


def keep(path: Path, unsent: Unsent) -> None:
    """Write the file, readable by its owner only, on the disk when this returns."""
    values: Mapping[str, Any] = {key: value for key, value in unsent._asdict().items() if key != "damaged"}
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _pages(board: Board) -> tuple[list[list[Any]], int]:
    taps: list[list[Any]] = []
    segment = at = damaged = 0
    while True:
        page = board.call_within(_PAGE_WITHIN_S, onboard_outbox.unsent, segment, at, _PAGE_TAPS)
        taps += page[0]
        damaged += page[1]
        segment, at = page[2], page[3]
        if not segment:
            return sorted(taps, key=lambda tap: (tap[0], tap[1])), damaged


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
