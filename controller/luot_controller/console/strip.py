"""What a simulated hall last wrote of itself for the strip; reads one small file and never writes.

The file is plain text, replaced about twice a second by whoever plays the hall. One that is missing, stale or not a
file is as if there were no hall.
"""

import stat
import time
from collections.abc import Callable
from pathlib import Path

from luot_controller.console.plain import plain

LINES = 3
STALE_S = 5.0
"""The hall writes every half second; a file that is older was left behind."""

_MAX_BYTES = 4096
_MAX_CELLS = 200


def hall_lines(file: Path, wall_s: Callable[[], float] = time.time) -> tuple[str, ...]:
    """The newest lines, at most LINES, fit to show; none when there is no living hall. `wall_s` is the Unix time."""
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode) or abs(wall_s() - about.st_mtime) > STALE_S:
            return ()
        with file.open("rb") as bytes_:
            text = bytes_.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    lines = (plain(line, _MAX_CELLS) for line in text.split("\n"))
    return tuple(line for line in lines if line)[:LINES]
