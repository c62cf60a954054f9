"""Makes text that came over the network fit to show: no control characters, bounded, measured in terminal cells."""

import unicodedata

from rich.cells import cell_len, set_cell_size

MAX_CELLS = 60
"""The site file allows no longer name; what comes over the network may not have heard of it."""

_MAX_MARKS = 3
# A letter of Vietnamese carries two marks; more in a row is a tower that climbs out of its line.


def plain(text: object, most: int = MAX_CELLS) -> str:
    """`text` composed (NFC), on one line, without anything that moves the cursor or turns the direction of writing."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: most * 8] if isinstance(text, str) else ""):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char.isspace():
            kept.append(" ")
        elif category[0] != "C" and marks < _MAX_MARKS:
            kept.append(char)
    return cut(" ".join("".join(kept).split()), most)


def cut(text: str, cells: int) -> str:
    """`text` in at most `cells` cells; what does not fit gives way to an ellipsis."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, max(0, cells - 1)).rstrip() + "…" if cells > 0 else ""


def fit(text: str, cells: int, right: bool = False) -> str:
    """`text` in exactly `cells` cells, padded on the right, or on the left when it is to stand `right`."""
    text = cut(text, cells)
    blank = " " * (cells - cell_len(text))
    return blank + text if right else text + blank


def leader(cells: int, least: int = 5) -> str:
    """Dots that lead the eye across a gap of so many cells, where it is `least` wide; else blanks."""
    return f" {'·' * (cells - 2)} " if cells >= least else " " * cells
