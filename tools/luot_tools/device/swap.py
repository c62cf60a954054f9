"""A spare takes a reader's place, step by step: its taps first, then its key, last its name on the old board.

Each step looks first and does only what is missing, so that the same work goes on after any error. What the old board
keeps is taken off it only when the office has it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from luot_controller.errors import LuotError, UsageProblem
from luot_tools import firmware
from luot_tools.device import files, onboard, onboard_reader, setup, unsent
from luot_tools.device.board import Board
from luot_tools.device.files import Progress
from luot_tools.device.office import Identities
from luot_tools.device.setup import SETTINGS, Step, Wish
from luot_tools.device.unsent import Unsent

_OF_A_READER = ("taps", "flash.img", SETTINGS)
"""What makes a board this reader: its taps, and last its secrets, without which nobody knows whose taps they are."""


class Office(Identities, Protocol):
    """An office that also takes taps."""

    def hand_in(self, file: Path) -> dict[str, int]:
        """See OfficeFolder."""
        ...


class TapsClash(LuotError):
    """Raised when taps of the old board bear the names of other taps: a copied flash; they stay where they are."""

    code = "taps.clash"


class Swap(NamedTuple):
    """`wish` is what the spare is to become; `file` is where the old board's taps are kept meanwhile."""

    wish: Wish
    office: Office
    file: Path


def like_the_old(old: Board, swap: Swap) -> Swap:
    """The spare's frames are to go over its cable if the old board's did, and nobody says otherwise."""
    installed = old.call(onboard_reader.installed)
    if swap.wish.wired is not None or installed["reader"] != swap.wish.reader:
        return swap
    return swap._replace(wish=swap.wish._replace(wired=bool(installed["is_wired"])))


def take_taps(old: Board, swap: Swap, *, dry_run: bool) -> Iterator[Step]:
    """Read what the old board could not send, stop it for good, and hand its taps in. Raises LuotError."""
    found = unsent.read(old)
    earlier = unsent.kept(swap.file)
    if found is None:
        yield Step("read", "kept", f"{old.address} is no reader: nothing to read")
    elif found.reader != swap.wish.reader:
        raise UsageProblem(
            f"the board at {old.address} is {found.reader}, not {swap.wish.reader}", "Name the port of the dead one."
        )
    else:
        earlier = unsent.merged(earlier, found)
        unsent.keep(swap.file, earlier)  # in a dry run too: the old board forgets the times when it starts again
        yield Step("read", "done", _told(earlier))
        if dry_run:
            yield Step("hand-in", "would do", f"{len(earlier.taps)} taps")
            return
        was_there = files.remove(old, firmware.START)
        yield Step("stop", "done" if was_there else "kept", "the old board takes no more taps")
    if earlier is not None and not dry_run:
        yield _hand_in(swap, earlier)


def take_place(spare: Board, swap: Swap, *, dry_run: bool, progress: Progress) -> Iterator[Step]:
    """Give the spare a new key, after which the old one is refused, and set it up. Raises LuotError."""
    wish = swap.wish
    in_force = swap.office.kid(wish.reader)
    about, installed = spare.call(onboard.about), spare.call(onboard_reader.installed)
    if in_force and installed["kid"] == in_force:
        yield Step("key", "kept", f"{spare.address} holds key {in_force}, which is in force")
    elif dry_run:
        yield Step("key", "would do", f"a new key for {wish.reader}; {in_force or 'none'} is refused from then on")
    else:
        files.remove(spare, firmware.START)
        files.write(
            spare,
            SETTINGS,
            swap.office.settings(wish.reader, keep_key=False, wired=setup.is_wired(wish, about, installed)),
            progress,
        )
        kid = swap.office.kid(wish.reader)
        yield Step("key", "done", f"{kid} is in force, {in_force or 'no other'} is refused from now on")
    yield from (step for step in setup.steps(spare, wish, dry_run=dry_run, progress=progress) if _counts(step, dry_run))


def let_go(old: Board) -> Iterator[Step]:
    """Take secrets and taps off the old board: it is a spare now. Only after take_taps and take_place."""
    old.restart()
    removed = [name for name in _OF_A_READER if files.remove(old, name)]
    detail = f"{', '.join(removed)} removed: this board is no reader any more" if removed else "nothing of it is left"
    yield Step("let go", "done" if removed else "kept", detail)


def _hand_in(swap: Swap, taps: Unsent) -> Step:
    if not taps.taps:
        return Step("hand-in", "kept", "no tap was unsent")
    counts = swap.office.hand_in(swap.file)
    if counts["clashing"]:
        raise TapsClash(
            f"{counts['clashing']} of the taps bear names that other taps of {taps.reader} have",
            f"They stay on the board and in {swap.file}. Its flash was copied or set back: ask those people to tap.",
        )
    known = f", {counts['known']} it had already" if counts["known"] else ""
    return Step("hand-in", "done", f"the office has taken {counts['new']} taps{known}")


def _told(found: Unsent) -> str:
    count = len(found.taps)
    times = "" if found.aged == count else f", {count - found.aged} of them without a time: they rank by now, in order"
    damaged = f"; {found.damaged} damaged and unreadable" if found.damaged else ""
    return f"{count} taps unsent under key {found.kid}{times}{damaged}"


def _counts(step: Step, dry_run: bool) -> bool:
    """The key was seen to before: of a dry run the set-up does not know it."""
    return not (dry_run and step.name == "provision")
