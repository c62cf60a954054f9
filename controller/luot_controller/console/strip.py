"""What a simulated hall last wrote of itself for the strip; reads one small file and never writes.

The file is replaced about twice a second by whoever plays the hall. Each of its lines is a language, a label and parts,
with tabs between. One that is missing, stale or not a file is as if there were no hall.
"""

import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from luot_controller.screen.plain import plain

LINES = 3
STALE_S = 5.0
"""The hall writes every half second; a file that is older was left behind."""

_MAX_BYTES = 16_384


class HallLine(NamedTuple):
    """What it is about, and the parts of what is said of it, the most important first."""

    label: str
    parts: tuple[str, ...]


def hall_lines(file: Path, language: str, wall_s: Callable[[], float] = time.time) -> tuple[HallLine, ...]:
    """The lines in this language, at most LINES, fit to show; none without a living hall. `wall_s` is the Unix time."""
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode) or abs(wall_s() - about.st_mtime) > STALE_S:
            return ()
        with file.open("rb") as bytes_:
            text = bytes_.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    lines = [line.split("\t")[1:] for line in text.split("\n") if line.startswith(f"{language}\t")]
    fit = [[plain(part) for part in line] for line in lines[:LINES]]
    return tuple(HallLine(label, tuple(filter(None, parts))) for label, *parts in fit)
