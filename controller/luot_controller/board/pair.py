"""A number and the desk it is called to, side by side with an arrow between, as large as there is room; no colours."""

from typing import NamedTuple

from rich.cells import cell_len

from luot_controller.board.calls import Call
from luot_controller.screen import digits
from luot_controller.screen.glyphs import ARROW

_WEDGE = ("█▄ ", "██▀", "▀  ")
"""An arrow for digits too small for a drawn one; without it `11 1` would be read as 111."""

_LEAST_ARROW_ROWS = 8


class Pair(NamedTuple):
    """What is drawn of a call; a desk that is not `is_drawn` is written beside its number as it is."""

    number: str
    desk: str
    is_drawn: bool = True


def pair(call: Call) -> Pair:
    """The pair of a call; desks are written in capitals, which are easier to read from afar."""
    return Pair(str(call.number), call.desk.upper())


def width(pair: Pair, rows: int) -> int:
    """The cells it takes at a height of `rows`."""
    return desk_at(pair, rows) + (digits.width(pair.desk, rows) if pair.is_drawn else cell_len(pair.desk))


def desk_at(pair: Pair, rows: int) -> int:
    """The cells from the left of the number to the left of the desk."""
    return digits.width(pair.number, rows) + len(_arrow(rows)[0])


def tallest(pair: Pair, columns: int, rows: int) -> int:
    """The greatest height, up to `rows`, at which it fits in `columns`; 0 when even the smallest does not."""
    return next((high for high in digits.heights(rows) if width(pair, high) <= columns), 0)


def fitted(pair: Pair, columns: int, rows: int) -> tuple[Pair, int]:
    """The pair and its greatest height; a long desk is written where its number would else be half as high."""
    high = tallest(pair, columns, rows)
    written = pair._replace(is_drawn=False)
    written_high = tallest(written, columns, rows)
    return (written, written_high) if written_high >= 2 * high else (pair, high)


def lines(pair: Pair, rows: int) -> list[tuple[str, str, str]]:
    """Each line as number, arrow and desk; `rows` are what `tallest` has given."""
    desk = digits.drawn(pair.desk, rows) if pair.is_drawn else digits.as_it_is(pair.desk, rows)
    return list(zip(digits.drawn(pair.number, rows), _arrow(rows), desk, strict=True))


def _arrow(rows: int) -> list[str]:
    """The arrow in the middle of `rows`, with air on both sides."""
    if rows < digits.SMOOTH_ROWS:
        arrow, air = ["▶"], " "
    elif rows < _LEAST_ARROW_ROWS:
        arrow, air = list(_WEDGE), " " * (rows - 4)
    else:
        arrow, air = digits.drawn(ARROW, max(6, rows // 2)), " " * (rows // 3)
    above = (rows - len(arrow)) // 2
    blank = " " * len(arrow[0])
    return [air + line + air for line in ([blank] * above + arrow + [blank] * (rows - len(arrow) - above))]
