"""Draws numbers and capitals in blocks at any height, for reading across a hall; knows no widget, colour or call.

The main lines of a glyph are moved to whole half cells, so that strokes are equally wide everywhere. At up to HAND_ROWS
hand-drawn faces tell the digits better apart.
"""

import re
from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, radians, sin

from rich.cells import cell_len

from luot_controller.screen.faces import LARGE, SMALL
from luot_controller.screen.glyphs import GLYPHS, Point, Stroke

SMOOTH_ROWS, HAND_ROWS, SMALL_ROWS = 5, 5, 3
"""The least rows at which letters are drawn too; the most of hand-drawn digits; the least of any."""

_WIDTH, _STROKE = 0.64, 0.17
"""Of a glyph, relative to its height; half a cell of a terminal is about as wide as it is high."""

_STEP_DEGREES = 10
_JOINT = "(?<![^0-9])[:-](?![^0-9])"
"""A colon or a dash among digits, or alone."""

_SMALL_PARTS = re.compile(rf"[0-9]|{_JOINT}|(?:(?!{_JOINT})[^0-9])+")
_PARTS = re.compile(rf"[{re.escape(''.join(GLYPHS))}]|[^{re.escape(''.join(GLYPHS))}]+")
_SMALL_COLON = ("▄", "▄", " ")
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def width(text: str, rows: int) -> int:
    """The cells that `drawn(text, rows)` takes from left to right; draws nothing to find out."""
    parts = _parts(text, rows)
    return sum(_part_width(part, rows) for part in parts) + _gap(rows) * max(0, len(parts) - 1)


def drawn(text: str, rows: int) -> list[str]:
    """`text` in lines of equal width: what has a glyph as large as `rows`, all else as it is, in their middle.

    Fewer rows than SMOOTH_ROWS give SMALL_ROWS, in which only numbers are drawn, and fewer than these nothing.
    """
    drawings = (_part(part, rows) for part in _parts(text, rows))
    return [(" " * _gap(rows)).join(lines) for lines in zip(*drawings, strict=True)]


def heights(rows: int) -> list[int]:
    """Every height at which something is drawn, from `rows` down."""
    return [high for high in (*range(rows, SMOOTH_ROWS - 1, -1), SMALL_ROWS) if high <= rows]


def as_it_is(text: str, rows: int) -> tuple[str, ...]:
    """`text`, not drawn, in the middle of `rows` lines."""
    blank = " " * cell_len(text)
    return tuple(text if row == (rows - 1) // 2 else blank for row in range(rows))


def _parts(text: str, rows: int) -> list[str]:
    if rows < SMALL_ROWS:
        return []
    return (_PARTS if rows >= SMOOTH_ROWS else _SMALL_PARTS).findall(text)


def _gap(rows: int) -> int:
    return max(2, round(rows / 5)) if rows >= SMOOTH_ROWS else 1


def _part_width(part: str, rows: int) -> int:
    if rows >= SMOOTH_ROWS:
        return _glyph_width(rows) if part in GLYPHS else cell_len(part)
    return SMALL_ROWS if part in SMALL else cell_len(part)


def _part(part: str, rows: int) -> tuple[str, ...]:
    if rows >= SMOOTH_ROWS:
        return _glyph(part, rows) if part in GLYPHS else as_it_is(part, rows)
    if part in SMALL:
        return SMALL[part]
    return _SMALL_COLON if part == ":" else as_it_is(part, SMALL_ROWS)


def _glyph_width(rows: int) -> int:
    return round(2 * rows * _WIDTH)


@lru_cache(maxsize=512)
def _glyph(char: str, rows: int) -> tuple[str, ...]:
    return LARGE[char] if rows <= HAND_ROWS and char in LARGE else tuple(_from_strokes(char, rows))


def _from_strokes(char: str, rows: int) -> list[str]:
    high = 2 * rows
    wide, thick = _glyph_width(rows), round(high * _STROKE)
    dots = [[False] * wide for _ in range(high)]
    for stroke in GLYPHS[char]:
        points = _points(stroke, wide, high, thick)
        for start, end in pairwise(points):
            _draw_line(dots, start, end, thick / 2)
    pairs = [zip(dots[at], dots[at + 1], strict=True) for at in range(0, high, 2)]
    return ["".join(_BLOCKS[pair] for pair in row) for row in pairs]


def _points(stroke: Stroke, wide: int, high: int, thick: int) -> list[Point]:
    """The stroke's middle line in half cells."""

    def across(share: float) -> float:
        return thick / 2 + round(share * (wide - thick))

    def down(share: float) -> float:
        return thick / 2 + round(share * (high - thick))

    points: list[Point] = []
    for part in stroke:
        if len(part) == 2:
            points.append((across(part[0]), down(part[1])))
        else:
            left, top, right, bottom, start, end = part
            (x1, x2), (y1, y2) = (across(left), across(right)), (down(top), down(bottom))
            steps = abs(end - start) // _STEP_DEGREES
            for step in range(steps + 1):
                angle = radians(start + (end - start) * step / steps)
                points.append(((x1 + x2 + (x2 - x1) * cos(angle)) / 2, (y1 + y2 + (y2 - y1) * sin(angle)) / 2))
    return points


def _draw_line(dots: list[list[bool]], start: Point, end: Point, reach: float) -> None:
    """Fill every half cell whose middle is nearer than `reach` to the line."""
    (x1, y1), (x2, y2) = start, end
    dx, dy = x2 - x1, y2 - y1
    length2 = dx * dx + dy * dy
    for y in range(max(0, int(min(y1, y2) - reach)), min(len(dots), int(max(y1, y2) + reach) + 1)):
        for x in range(max(0, int(min(x1, x2) - reach)), min(len(dots[0]), int(max(x1, x2) + reach) + 1)):
            px, py = x + 0.5 - x1, y + 0.5 - y1
            along = min(1.0, max(0.0, (px * dx + py * dy) / length2)) if length2 else 0.0
            # Points of arcs are not whole numbers: a hair more keeps both ends of a round stroke alike.
            if hypot(px - along * dx, py - along * dy) < reach + 0.02:
                dots[y][x] = True
