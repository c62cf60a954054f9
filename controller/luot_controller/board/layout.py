"""Divides the screen: how much of it the calls, the services and the digits get; draws nothing.

A wall is not a desk: there is always one screenful, whatever its size, and nobody to scroll it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from luot_controller.board.pair import Pair, tallest, width
from luot_controller.board.widgets.card import AIR, HEADING, card_rows, side
from luot_controller.board.widgets.services import LARGE, across
from luot_controller.screen import digits

SIDE, GAP = 2, 1
"""Cells at the left and right of everything but the bars, and between one card and the next."""

_TALL, _HUGE = 32, 46
"""Rows from which there is air, and from which also the lesser numbers are drawn in digits."""

_BARS = ((1, 2, 1, 0), (3, 5, 1, GAP), (5, 6, 3, GAP))
"""Rows of masthead, banner and message, and of the gap above the message, on a low, tall and huge screen."""

_LEAST_NEWEST = 6
_LEAST_CARD = 16
_LEAST_ABREAST = 3
"""Columns that are kept also when there are fewer small cards, which would look as large as the newest."""

_SHARE = 0.3
"""Of all rows, for the small cards, where the newest call could use more."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Heights in rows; what has 0 is left out.

    `masthead` and `message` are the bars at the top and at the foot, `banner` the bad news, `services` the table with
    `line` for each line of it, `card` a small card, of which `abreast` stand side by side in `bands`. `gap` is what
    stays free above the message. The newest call has all the rest.
    """

    masthead: int
    message: int
    banner: int
    services: int
    line: int
    card: int
    abreast: int
    bands: int
    gap: int


def arrange(
    columns: int,
    rows: int,
    *,
    away: bool,
    newest: Pair | None,
    others: Sequence[Pair],
    wanted: int,
    services: int,
) -> Layout:
    """Divide `columns` x `rows` for the newest call, the `others`, and a number of `services`.

    `away`: there is bad news. Of the others, the first `wanted` should be seen at once.
    """
    is_tall, is_huge = rows >= _TALL, rows >= _HUGE
    inner = columns - 2 * SIDE
    masthead, banner, message, gap = _BARS[is_tall + is_huge]
    line, most_lines, table_head = (LARGE, 2, HEADING + 1) if is_huge else (1, 3 if is_tall else 2, HEADING)
    high, abreast, bands = _cards(inner, rows, others, wanted)
    card = card_rows(high)
    all_lines = -(-services // across(inner, line))
    lines = min(all_lines, most_lines)

    def left(bands: int, lines: int) -> int:
        table = table_head + lines * line + GAP if lines else 0
        return rows - masthead - message - (banner if away else 0) - GAP - gap - bands * (card + GAP) - table

    while lines and left(bands, lines) < _LEAST_NEWEST:
        lines -= 1
    while bands and left(bands, lines) < _LEAST_NEWEST:
        bands -= 1
    # On a high and narrow screen the digits cannot use all the height: there is room for more of the rest.
    useful = HEADING + AIR + (tallest(newest, inner - 2 * SIDE, rows) if newest else 0)
    while newest and bands and bands * abreast < len(others) and left(bands + 1, lines) >= useful:
        bands += 1
    while newest and 0 < lines < all_lines and left(bands, lines + 1) >= useful:
        lines += 1
    return Layout(
        masthead=masthead,
        message=message,
        banner=banner if away else 0,
        services=table_head + lines * line if lines else 0,
        line=line,
        card=card if bands else 0,
        abreast=abreast,
        bands=bands,
        gap=gap,
    )


def _cards(inner: int, rows: int, others: Sequence[Pair], wanted: int) -> tuple[int, int, int]:
    """The height of the digits of small cards, how many stand side by side, and in how many bands.

    That all wanted calls are seen counts most, then large digits, then few bands.
    """
    largest = digits.SMALL_ROWS if rows < _TALL else max(digits.SMOOTH_ROWS, rows // 8)
    best = (0, digits.SMALL_ROWS, 0, 1)
    smallest = [] if rows >= _HUGE and inner >= 2 * rows else [digits.SMALL_ROWS]
    for high in [*range(largest, digits.SMOOTH_ROWS - 1, -1), *smallest]:
        edges = 2 * side(card_rows(high))
        cells = max([_LEAST_CARD, *(width(pair, high) + edges for pair in others)])
        abreast = max(1, (inner + GAP) // (cells + GAP))
        most_bands = max(1, int(rows * _SHARE) // (card_rows(high) + GAP)) if others else 0
        for bands in range(1, most_bands + 1):
            best = max(best, (min(bands * abreast, max(1, wanted)), high, -bands, abreast))
    _seen, high, bands, abreast = best
    return high, min(abreast, max(_LEAST_ABREAST, -(-len(others) // max(1, -bands)))), -bands
