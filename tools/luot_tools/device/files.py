"""Files on a board: whole or not at all, compared by their hash there. Never leaves half a file under its real name.

A file is written beside its place as `<path>.new`, in pieces, and renamed once its hash on the board is right. What a
pulled cable left of it is taken up again where it ended.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from luot_tools.device import onboard
from luot_tools.device.board import Board
from luot_tools.device.errors import BoardFull, FileDamaged, FileMissing
from luot_tools.serial.errors import ProgramFailed

NEW = ".new"
PIECE_BYTES = 1024

_SPARE_BLOCKS = 4
"""For what a filesystem writes about a file: a littlefs takes a block or two for a folder."""
_ASKED_AT_ONCE = 8
_HASH_WITHIN_S = 60.0
"""For the hashes of a few files: an RP2040 makes about 100 KB of them a second."""
_ATTEMPTS = 2

Progress = Callable[[str, int, int], None]
"""Called with (path, bytes done, bytes in all)."""


def _no_progress(_path: str, _done: int, _whole: int) -> None:
    pass


class Entry(NamedTuple):
    """What is in a folder; size in bytes, None for a folder."""

    path: str
    size: int | None


class State(NamedTuple):
    """A file as it is on the board."""

    size: int
    sha256: str


def listed(board: Board, folder: str = "", *, deep: bool = False) -> list[Entry]:
    """What is in a folder of the board, by name; `deep`: and in those below it. Raises FileMissing."""
    try:
        names = board.call(onboard.listing, folder)
    except ProgramFailed as error:
        if error.kind == "OSError" and "ENOENT" in error.detail:
            raise FileMissing(board.address, folder) from None
        raise
    found = []
    for name, size in names:
        entry = Entry(f"{folder}/{name}" if folder else name, None if size < 0 else size)
        found.append(entry)
        if deep and entry.size is None:
            found += listed(board, entry.path, deep=True)
    return found


def states(board: Board, paths: Sequence[str]) -> dict[str, State | None]:
    """Size and hash of these files as the board has them; None where there is no file."""
    found: dict[str, State | None] = {}
    for at in range(0, len(paths), _ASKED_AT_ONCE):
        some = list(paths[at : at + _ASKED_AT_ONCE])
        answers = board.call_within(_HASH_WITHIN_S, onboard.states, some)
        found |= {
            path: State(*state) if state and state[0] >= 0 else None for path, state in zip(some, answers, strict=True)
        }
    return found


def state(board: Board, path: str) -> State | None:
    """The same for one."""
    return states(board, [path])[path]


def read(board: Board, path: str, progress: Progress = _no_progress) -> bytes:
    """All of a file; raises FileMissing, or FileDamaged when it does not come over whole."""
    for _ in range(_ATTEMPTS):
        there = state(board, path)
        if there is None:
            raise FileMissing(board.address, path)
        data = bytearray()
        while len(data) < there.size:
            piece = base64.b64decode(board.call(onboard.piece, path, len(data), PIECE_BYTES))
            if not piece:
                break
            data += piece
            progress(path, len(data), there.size)
        if there == _state_of(data):
            return bytes(data)
    raise FileDamaged(board.address, path)


def write(board: Board, path: str, data: bytes, progress: Progress = _no_progress) -> bool:
    """Make `data` the whole file; False when it was so before. Folders above it are made.

    Raises BoardFull before it begins, FileDamaged when the board's hash is another one each time.
    """
    wanted = _state_of(data)
    found = states(board, [path, path + NEW])
    if found[path] == wanted:
        return False
    begun = found[path + NEW]
    check_space(board, len(data), but_bytes=begun.size if begun else 0)
    if "/" in path:
        board.call(onboard.make_folder, path.rpartition("/")[0])
    for _ in range(_ATTEMPTS):
        _fill(board, path, data, begun, progress)
        if board.call_within(_HASH_WITHIN_S, onboard.commit, path + NEW, path, wanted.sha256):
            return True
        begun = None
    board.call(onboard.remove, path + NEW)
    raise FileDamaged(board.address, path)


def remove(board: Board, path: str) -> bool:
    """Delete a file or a folder and all that is in it; False when there was none."""
    return board.call_within(_HASH_WITHIN_S, onboard.remove, path)


def make_folder(board: Board, path: str) -> bool:
    """Make a folder and those above it; False when it was there."""
    return board.call(onboard.make_folder, path)


def check_space(board: Board, needs_bytes: int, but_bytes: int = 0) -> None:
    """Raise BoardFull unless so much more fits; `but_bytes` of it are there already."""
    free_bytes, block_bytes = board.call(onboard.free)
    whole_bytes = needs_bytes + _SPARE_BLOCKS * block_bytes
    if free_bytes + but_bytes < whole_bytes:
        raise BoardFull(board.address, whole_bytes - but_bytes, free_bytes)


class Change(NamedTuple):
    """What a sync has to do: files to write, with their bytes, and paths to remove."""

    write: Mapping[str, bytes]
    remove: Sequence[str]

    @property
    def bytes(self) -> int:
        """To be sent."""
        return sum(map(len, self.write.values()))


def compare(board: Board, wanted: Mapping[str, bytes], *, owned: Sequence[str] = ()) -> Change:
    """What it takes for the board to have these files, and in the `owned` folders no others."""
    found = states(board, list(wanted))
    fresh = {path: data for path, data in wanted.items() if found[path] != _state_of(data)}
    needed_folders = {path.rpartition("/")[0] for path in wanted}
    surplus = []
    for folder in owned:
        if not board.call(onboard.state, folder):
            continue
        for entry in listed(board, folder, deep=True):
            if entry.size is None:
                if not any(needed == entry.path or needed.startswith(entry.path + "/") for needed in needed_folders):
                    surplus.append(entry.path)
            elif entry.path not in wanted and entry.path.removesuffix(NEW) not in fresh:
                surplus.append(entry.path)
    return Change(fresh, [path for path in surplus if not any(path.startswith(other + "/") for other in surplus)])


def apply(board: Board, change: Change, progress: Progress = _no_progress) -> None:
    """Do it, the removals first, for the space; raises BoardFull before anything is written that may not fit.

    A broken connection in the middle leaves whole files, some old and some new: compare and apply again.
    """
    for path in change.remove:
        remove(board, path)
    check_fits(board, change)
    for path, data in change.write.items():
        write(board, path, data, progress)


def check_fits(board: Board, change: Change) -> None:
    """Raise BoardFull unless all of it can be written, with nothing removed before."""
    sizes = {path: len(data) for path, data in change.write.items()}
    there = states(board, list(sizes))
    # The old file of a name goes when the new one is whole, one after another: the largest needs twice its room.
    grow_bytes = sum(size - (old.size if (old := there[path]) else 0) for path, size in sizes.items())
    begun = sum(found.size for found in states(board, [path + NEW for path in sizes]).values() if found)
    if sizes:
        check_space(board, max(grow_bytes, 0) + max(sizes.values()), but_bytes=begun)


def _fill(board: Board, path: str, data: bytes, begun: State | None, progress: Progress) -> None:
    """Bring `path`.new to hold `data`, going on from what is there already when that is its beginning."""
    size = begun.size if begun is not None and begun == _state_of(data[: begun.size]) else -1
    if size < 0:
        size = board.call(onboard.begin, path + NEW)
    progress(path, size, len(data))
    while size < len(data):
        piece = data[size : size + PIECE_BYTES]
        after = board.call(onboard.extend, path + NEW, size, base64.b64encode(piece).decode())
        if after != size + len(piece):
            return  # the hash will say so
        size = after
        progress(path, size, len(data))


def _state_of(data: bytes | bytearray) -> State:
    return State(len(data), hashlib.sha256(data).hexdigest())
