"""Where the measured offices live: whether that is a disk, and what a durable commit waits for there. Keeps nothing."""

import os
import time
from pathlib import Path

from luot_controller.errors import UsageProblem

MOUNTS = Path("/proc/self/mounts")
"""Linux's list of what is mounted where; elsewhere nobody knows, and every folder is taken for one on a disk."""

_IN_MEMORY = ("tmpfs", "ramfs")
_PAGE_BYTES = 4096
_SYNCS = 50


def check(folder: Path) -> None:
    """Raise a UsageProblem for a folder that is in memory, where commits wait for nothing."""
    kind = _kind(folder)
    if kind in _IN_MEMORY:
        raise UsageProblem(
            f"{folder} is in memory ({kind}): what is committed there is not durable, and costs too little",
            "Name a folder on a disk: luot bench --folder FOLDER",
        )


def sync_ms(folder: Path) -> float:
    """How long it takes on average until a page that was written is on the disk."""
    file = folder / "sync"
    handle = os.open(file, os.O_CREAT | os.O_WRONLY)
    try:
        began = time.perf_counter()
        for _ in range(_SYNCS):
            os.pwrite(handle, bytes(_PAGE_BYTES), 0)
            os.fsync(handle)
        return (time.perf_counter() - began) / _SYNCS * 1000
    finally:
        os.close(handle)
        file.unlink()


def _kind(folder: Path) -> str | None:
    """The file system; None where nobody knows."""
    if not MOUNTS.exists():
        return None
    # Device, place (a blank is written \040), kind, and more, see proc(5); later mounts cover earlier ones.
    rows = [row.split(" ") for row in MOUNTS.read_text(encoding="utf-8").splitlines()]
    above = {folder.resolve(), *folder.resolve().parents}
    found = [(len(at.parts), kind) for _, place, kind, *_ in rows if (at := Path(place.replace("\\040", " "))) in above]
    return max(reversed(found), key=lambda row: row[0])[1] if found else None
