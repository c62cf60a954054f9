"""Draws the console of the demonstration, with the strip that shows the simulated hall, as an SVG picture."""

from pathlib import Path
from tempfile import TemporaryDirectory

from luot_tools.pictures import console
from luot_tools.pictures.sitting import Sitting
from luot_tools.sim.strip import ReaderSeen, Sight, text

_HALL = Sight(
    readers=(ReaderSeen("entry-1", 1), ReaderSeen("entry-2", 3), ReaderSeen("entry-3", 0, is_offline=True)),
    tray=17,
    out=23,
    at_door=0,
    strolling=12,
    to_reader=2,
    to_desks={8: "2"},
)


async def picture(sitting: Sitting) -> str:
    """The console with the strip as SVG text."""
    with TemporaryDirectory() as folder:
        strip = Path(folder) / "strip"
        strip.write_text(text(_HALL), encoding="utf-8")
        return await console.picture(sitting, strip)
