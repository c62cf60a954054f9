"""The services: how many wait for each, and how long a newcomer would wait; turns pages where there are too many."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from luot_controller.board.pages import page
from luot_controller.board.widgets.drawn import Drawn, stacked
from luot_controller.board.wording import Line
from luot_controller.screen import digits
from luot_controller.screen.ink import inked
from luot_controller.screen.plain import cut, fit, leader

LARGE = digits.SMALL_ROWS + 1
"""Lines for one service whose numbers are drawn in digits."""

_COLUMN, _WORDS_COLUMN, _LARGE_COLUMN, _LEAST_NAME = 34, 44, 64, 8
_WORDS_FROM = 100
"""Columns of a screen that has room to say people in words."""

_SIDE, _BETWEEN_COLUMNS, _BETWEEN = 2, 4, 2


def has_words(columns: int) -> bool:
    """Whether there is room for `6 people` rather than `6` below a heading that says people."""
    return columns >= _WORDS_FROM


def across(columns: int, line_rows: int) -> int:
    """How many services stand side by side in a width, at `line_rows` lines for each."""
    least = _LARGE_COLUMN if line_rows >= LARGE else _WORDS_COLUMN if has_words(columns) else _COLUMN
    return max(1, (columns - 2 * _SIDE + _BETWEEN_COLUMNS) // (least + _BETWEEN_COLUMNS))


class Services(Drawn):
    """A table that is read column by column."""

    def draw(self, heading: tuple[str, str], services: Sequence[Line], turn: int, line_rows: int) -> None:
        """Show the page whose `turn` it is below a heading of two parts, in `line_rows` for each service."""
        self.show(_services, heading, tuple(services), turn, line_rows)


def _services(
    heading: tuple[str, str], services: Sequence[Line], turn: int, line_rows: int, columns: int, rows: int
) -> Content:
    beside = across(columns, line_rows)
    shown = page(services, beside * ((rows - 1) // line_rows), turn)
    pages = f"   {shown.at}/{shown.of}" if shown.of > 1 else ""
    above = _heading(heading[0], heading[1] + pages, columns)
    air = [Content("")] * ((rows - 1) % line_rows)
    return stacked([above, *air, *_table(shown.items, -(-len(shown.items) // beside), columns, line_rows)])


def _heading(left: str, right: str, columns: int) -> Content:
    right = fit(right, max(0, columns - 2 * _SIDE - cell_len(left)), right=True)
    line = Content.assemble(" " * _SIDE, (left, "bold $accent"), (right, "$muted"), " " * _SIDE)
    return line.stylize("on $panel")


def _table(services: Sequence[Line], down: int, columns: int, line_rows: int) -> list[Content]:
    """Columns of at most `down` services."""
    if not services:
        return []
    beside = -(-len(services) // down)
    cells = (columns - 2 * _SIDE - _BETWEEN_COLUMNS * (beside - 1)) // beside
    entries = _entries(services, cells, line_rows)
    blank, gap = [Content(" " * cells)] * line_rows, Content(" " * _BETWEEN_COLUMNS)
    lines: list[Content] = []
    for row in range(down):
        abreast = [entries[at] if at < len(entries) else blank for at in range(row, beside * down, down)]
        lines += [Content(" " * _SIDE) + gap.join(parts) for parts in zip(*abreast, strict=True)]
    return lines


def _entries(services: Sequence[Line], cells: int, line_rows: int) -> list[list[Content]]:
    """Each service as `line_rows` lines of `cells`: its name, and led to by dots, people and wait."""
    rows = digits.SMALL_ROWS if line_rows >= LARGE else 1
    people = [_lines(service.people, rows) for service in services]
    waits = [_lines(service.wait, rows) for service in services]
    people_cells, wait_cells = (max(cell_len(lines[0]) for lines in column) for column in (people, waits))
    wait_cells = max(0, min(wait_cells, cells - people_cells - 2 * _BETWEEN - _LEAST_NAME))
    name_cells = max(0, cells - people_cells - wait_cells - 2 * _BETWEEN)
    entries = []
    for service, count, wait in zip(services, people, waits, strict=True):
        name = cut(service.name, name_cells)
        before = people_cells - cell_len(count[0]) + name_cells - cell_len(name) + _BETWEEN
        lines = [
            Content.assemble(
                (name, "bold") if row == rows // 2 else " " * cell_len(name),
                (leader(before) if row == rows // 2 else " " * before, "$muted"),
                inked(count[row], "$foreground"),
                " " * _BETWEEN,
                inked(fit(wait[row], wait_cells, right=True), "$accent"),
            )
            for row in range(rows)
        ]
        entries.append([_filled(line, cells) for line in lines + [Content("")] * (line_rows - rows)])
    return entries


def _lines(text: str, rows: int) -> list[str]:
    """`text` with its numbers in digits of `rows`; one line as it is."""
    return digits.drawn(text, rows) or [text] * rows


def _filled(line: Content, cells: int) -> Content:
    return line + " " * max(0, cells - line.cell_length)
