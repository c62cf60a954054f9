"""Functions that run on a board, sent there as source; each imports for itself. Never more than MicroPython has.

Each may be called twice with the same effect: the line may lose the answer. A folder's path is "" or ends in no slash.
Bytes travel as base64, for answers are JSON.
"""

from typing import Any


def about() -> dict[str, Any]:
    """What the board is: platform, machine, version, chip id as hex digits (may be empty), free heap in bytes.

    network: whether it has one at all, by cable or radio.
    """
    import gc
    import os
    import sys

    gc.collect()
    found: dict[str, Any] = {"platform": sys.platform, "machine": "", "release": "", "id": "", "heap": 0}
    if hasattr(os, "uname"):
        name = os.uname()
        found["machine"], found["release"] = name.machine, name.release
    else:
        found["machine"] = getattr(sys.implementation, "_machine", "")
        found["release"] = ".".join([str(part) for part in sys.implementation.version[:3]])
    if hasattr(gc, "mem_free"):
        found["heap"] = gc.mem_free()
    try:
        found["id"] = __import__("machine").unique_id().hex()
    except (ImportError, AttributeError):
        found["id"] = ""
    try:
        found["network"] = bool(__import__("socket"))
    except ImportError:
        found["network"] = False
    return found


def listing(folder: str) -> list[list[Any]]:
    """[name, size] of what is in a folder; the size of a folder is -1."""
    import os

    found: list[list[Any]] = []
    for name in sorted(os.listdir(folder or ".")):
        path = folder + "/" + name if folder else name
        status = os.stat(path)
        found.append([name, -1 if status[0] & 0x4000 else status[6]])
    return found


def digest(path: str) -> str:
    """SHA-256 of a file as hex digits."""
    import binascii
    import hashlib

    hasher = hashlib.sha256()
    buffer = bytearray(512)
    view = memoryview(buffer)
    with open(path, "rb") as file:
        while True:
            count = file.readinto(buffer)  # type: ignore[attr-defined, unused-ignore]
            if not count:
                break
            hasher.update(view[:count])
    return binascii.hexlify(hasher.digest()).decode()


def state(path: str) -> list[Any]:
    """[size, SHA-256] of a file, [-1, ""] for a folder, [] for nothing."""
    import os

    try:
        status = os.stat(path)
    except OSError as error:
        if error.args[0] != 2:
            raise
        return []
    if status[0] & 0x4000:
        return [-1, ""]
    return [status[6], digest(path)]


def states(paths: list[str]) -> list[list[Any]]:
    """`state` of several."""
    return [state(path) for path in paths]


def piece(path: str, at: int, count: int) -> str:
    """Up to `count` bytes from offset `at`."""
    import binascii

    with open(path, "rb") as file:
        file.seek(at)
        return binascii.b2a_base64(file.read(count)).decode().strip()


def begin(path: str) -> int:
    """An empty file in place of what was there; returns its size, 0."""
    with open(path, "wb"):
        return 0


def extend(path: str, at: int, data: str) -> int:
    """Add `data` at the end, if the file ends at `at`; returns the size it has then."""
    import binascii
    import os

    size = os.stat(path)[6]
    if size == at:
        with open(path, "ab") as file:
            size += file.write(binascii.a2b_base64(data))
    return size


def commit(fresh: str, path: str, wanted: str) -> bool:
    """Give the file `fresh` its real name, if its SHA-256 is `wanted`; also true when that was done before."""
    import os

    found = state(fresh)
    if not found:
        found = state(path)
        return found[1:] == [wanted]
    if found[1] != wanted:
        return False
    os.rename(fresh, path)
    return True


def remove(path: str) -> bool:
    """Delete a file, or a folder with all that is in it; False when there was none."""
    import os

    try:
        status = os.stat(path)
    except OSError as error:
        if error.args[0] != 2:
            raise
        return False
    if status[0] & 0x4000:
        for name in os.listdir(path):
            remove(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)
    return True


def make_folder(path: str) -> bool:
    """Make a folder and those above it; False when it was there."""
    import os

    made = False
    at = 0
    while at >= 0:
        at = path.find("/", at + 1)
        part = path if at < 0 else path[:at]
        try:
            os.mkdir(part)
            made = True
        except OSError as error:
            if error.args[0] != 17:
                raise
    return made


def free() -> list[int]:
    """[free bytes, bytes of a block] of the filesystem."""
    import os

    status = tuple(os.statvfs(os.getcwd()))
    return [status[1] * status[4], status[1]]
