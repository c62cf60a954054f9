"""Can the data folder be written, is there room, how long does a commit take there. Leaves no trace."""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from luot_controller.doctor.finding import Finding, fail, ok, warn
from luot_controller.language import _

FULL_BYTES, LOW_BYTES = 32 * 1024**2, 512 * 1024**2
"""Less free than the first: a day's ledger may not fit. Less than the second: see to it this week."""
SLOW_S = 0.05
"""A receipt waits for one such write; a citizen notices a tenth of a second."""
TRIES = 9

_BLOCK = bytes(4096)
_GB = 1024**3


def look(data: Path) -> Iterator[Finding]:
    """Of the data folder, or of where it would be made."""
    place = next(folder for folder in (data, *data.absolute().parents) if folder.exists())
    if not place.is_dir():
        what = _("{path} is no folder").format(path=place)
        yield fail("disk.folder", what, _("Name a folder with --data."))
        return
    room = os.statvfs(place)
    if room.f_flag & os.ST_RDONLY:
        what = _("{path} is on a disk that is mounted read-only").format(path=place)
        yield fail("disk.readonly", what, _("Look for disk errors (dmesg), then mount it for writing."))
    elif not os.access(place, os.W_OK | os.X_OK):
        what = _("this user may not write into {path}").format(path=place)
        yield fail("disk.forbidden", what, _("Run this as the office's user, or give it the folder: chown."))
    free, files = room.f_bavail * room.f_frsize, room.f_favail
    told = _("{free:.1f} GB free").format(free=free / _GB)
    if free < FULL_BYTES or (room.f_files and not files):
        yield fail("disk.full", _("the disk is full: {free}").format(free=told), _("Make room: taps cannot be kept."))
    elif free < LOW_BYTES:
        yield warn("disk.low", _("the disk is nearly full: {free}").format(free=told), _("Make room this week."))
    else:
        yield ok("disk", told)
    seconds = commit_s(place)
    if seconds is not None:
        ms = _("a durable write takes {ms:.1f} ms").format(ms=seconds * 1000)
        if seconds > SLOW_S:
            yield warn(
                "disk.slow", ms, _("Use an SSD, or find out what else writes to this disk: receipts wait for it.")
            )
        else:
            yield ok("disk.speed", ms)


def commit_s(folder: Path) -> float | None:
    """How long a block takes to be safe on this disk, the median in seconds; None where it cannot be tried unseen."""
    with suppress(OSError, AttributeError):  # a filesystem, or a system, without nameless files
        file = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
        try:
            took = []
            for _try in range(TRIES):
                began = time.perf_counter()
                os.pwrite(file, _BLOCK, 0)
                os.fsync(file)
                took.append(time.perf_counter() - began)
            return statistics.median(took)
        finally:
            os.close(file)
    return None
