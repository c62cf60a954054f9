"""From a bare board to a reader that works, step by step; each step looks first and does only what is missing.

main.py goes first and comes last: a board on which anything is half done starts nothing, and asks to be set up again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any, NamedTuple

from luot_controller.errors import LuotError
from luot_tools import firmware
from luot_tools.device import checks, files, onboard, onboard_reader
from luot_tools.device.board import Board
from luot_tools.device.files import Change, Progress
from luot_tools.device.office import Identities
from luot_tools.serial.errors import shown

SETTINGS = "settings.json"
MANIFEST = "luot.json"
WATCH_S = 2.0


class Step(NamedTuple):
    """What came of one step: `did` is "kept" (it was so), "done", or "would do" in a dry run."""

    name: str
    did: str
    detail: str


class SelfTestFailed(LuotError):
    """Raised when a board is set up but fails its self-test; it starts nothing."""

    code = "selftest.failed"


class ProgramEnded(LuotError):
    """Raised when the board's program ends as soon as it is started."""

    code = "program.ended"


class Wish(NamedTuple):
    """What a board is to become.

    compile: the files for a `sys.platform`, see `luot_tools.firmware`. watch_s: how long its program is watched after
    its start, which must not end. wired: see Identities; None: as the board is, and a new one if it has no network.
    """

    reader: str
    identities: Identities
    compile: Callable[[str], Mapping[str, bytes]] = firmware.compiled
    watch_s: float = WATCH_S
    wired: bool | None = None


def steps(board: Board, wish: Wish, *, dry_run: bool, progress: Progress) -> Iterator[Step]:
    """Do it, yielding each step when it is through; to be called again after any error. Raises LuotError.

    At its end the board runs its program. A dry run changes nothing and starts the program again too.
    """
    board.restart()
    about, installed = board.call(onboard.about), board.call(onboard_reader.installed)
    yield Step("find", "kept", f"{about['machine'] or about['platform']}, MicroPython {about['release']}")
    office_kid = wish.identities.kid(wish.reader)
    keep_key = bool(office_kid) and installed["kid"] == office_kid
    carried = with_manifest(wish.compile(about["platform"]))
    start = {firmware.START: carried[firmware.START]}
    rest = {path: data for path, data in carried.items() if path != firmware.START}
    change = files.compare(board, rest, owned=firmware.OURS)
    if dry_run:
        yield _told(change, "would do")
        key = f"key {office_kid} stays" if keep_key else f"with a new key for {wish.reader}"
        yield Step("provision", "would do", f"{SETTINGS}, {key}")
        return
    if not change.remove:
        files.check_fits(board, change)
    if change.write or change.remove:
        files.remove(board, firmware.START)
        files.apply(board, change, progress)
    yield _told(change, "done")
    settings = wish.identities.settings(wish.reader, keep_key=keep_key, wired=is_wired(wish, about, installed))
    is_new = files.compare(board, {SETTINGS: settings}).write
    if is_new:
        files.remove(board, firmware.START)
        files.write(board, SETTINGS, settings, progress)
    kid = wish.identities.kid(wish.reader)
    yield Step("provision", "done" if is_new else "kept", f"{wish.reader}, key {kid} is in force")
    _check(board, rest)
    yield Step("selftest", "done", "all good")
    is_started = files.write(board, firmware.START, start[firmware.START], progress)
    board.start_program()
    said = board.repl.last_words(wish.watch_s) if wish.watch_s else None
    if said is not None:
        raise ProgramEnded(
            f"{board.address}: {firmware.START} has ended; it said {shown(said.strip())}",
            "See all that it says: luot device log",
        )
    yield Step("start", "done" if is_started else "kept", f"{firmware.START} runs")


def is_wired(wish: Wish, about: Mapping[str, Any], installed: Mapping[str, Any]) -> bool:
    """Whether the board's frames are to go over its cable, see Wish.wired; about, installed: what it says of itself."""
    as_it_is = bool(installed["is_wired"] or not about["network"])
    return as_it_is if wish.wired is None else wish.wired


def with_manifest(carried: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a board, and the one that says which they are."""
    manifest = {"version": version("luot"), "files": fingerprint(carried)}
    return {**carried, MANIFEST: json.dumps(manifest).encode()}


def fingerprint(carried: Mapping[str, bytes]) -> str:
    """Eight hex digits for a set of files: the same names and bytes, the same digits."""
    hasher = hashlib.sha256()
    for path in sorted(carried):
        hasher.update(f"{path}\0{len(carried[path])}\0".encode() + carried[path])
    return hasher.hexdigest()[:8]


def _check(board: Board, wanted: Mapping[str, bytes]) -> None:
    bad = [check for check in checks.run(board, wanted) if not check.is_good]
    # The modules that were loaded are not to share the memory with the program.
    board.restart()
    if bad:
        raise SelfTestFailed(
            f"{board.address}: the self-test fails: " + "; ".join(f"{check.name}: {check.detail}" for check in bad),
            "The board starts nothing. Set it up again, or take another board.",
        )


def _told(change: Change, did: str) -> Step:
    if not change.write and not change.remove:
        return Step("files", "kept", "all as they should be")
    removed = f", {len(change.remove)} removed" if change.remove else ""
    return Step("files", did, f"{len(change.write)} files, {change.bytes} bytes{removed}")
