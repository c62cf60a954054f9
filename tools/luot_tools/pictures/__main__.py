"""Draws the documentation's pictures: all of them, or those that are named.

python -m luot_tools.pictures [docs/pictures/board-vi-80x24.svg ...]

The name of a picture says what is in it: screen, language, size in cells, and light where it is not dark; or the board
whose wiring it shows.
"""

import asyncio
import re
import sys
from pathlib import Path

from luot_controller.language import LANGUAGES
from luot_tools.pictures import board, console, fleet, hall, wiring
from luot_tools.pictures.sitting import Sitting

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"

SCREENS = {"board": board.picture, "console": console.picture, "fleet": fleet.picture, "hall": hall.picture}
SIZES = {
    "board": ("80x24", "160x45"),
    "console": ("80x24", "120x36"),
    "fleet": ("80x24", "120x36"),
    "hall": ("80x24", "120x36"),
}

NAMES = [
    *(f"{screen}-{language}-{size}.svg" for screen, sizes in SIZES.items() for language in LANGUAGES for size in sizes),
    *wiring.NAMES,
]
"""Every picture of the documentation."""

_NAME = re.compile(
    rf"(?P<screen>{'|'.join(SCREENS)})-(?P<language>{'|'.join(LANGUAGES)})-"
    r"(?P<columns>[1-9]\d{1,2})x(?P<rows>[1-9]\d{1,2})(?P<light>-light)?\.svg"
)


def drawn(name: str) -> str:
    """The picture of this name as SVG text; a ValueError for a name that is none."""
    if name in wiring.NAMES:
        return wiring.drawn(name)
    told = _NAME.fullmatch(name)
    if told is None:
        raise ValueError(f"{name}: name it SCREEN-LANGUAGE-COLUMNSxROWS[-light].svg, such as {NAMES[0]}")
    sitting = Sitting(told["language"], int(told["columns"]), int(told["rows"]), told["light"] is not None)
    return asyncio.run(SCREENS[told["screen"]](sitting))


def main(files: list[Path]) -> int:
    """Write these files; the exit code."""
    for file in files:
        try:
            text = drawn(file.name)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]] or [FOLDER / name for name in NAMES]))
