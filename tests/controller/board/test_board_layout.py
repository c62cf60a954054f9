"""Pins how the screen is divided: everything fits at every size, and the newest call gets what it can use."""

import itertools

import pytest

from luot_controller.board.layout import Layout, arrange
from luot_controller.board.pages import page
from luot_controller.board.pair import Pair, desk_at, fitted, lines, tallest, width

SIZES = [(80, 24), (100, 30), (120, 36), (132, 24), (160, 45), (200, 60), (80, 60), (60, 20), (40, 12), (300, 90)]
NEWEST = Pair("17", "3")
OTHERS = [Pair(str(number), str(number % 9)) for number in range(101, 108)]


def arranged(
    columns: int,
    rows: int,
    others: list[Pair],
    services: int,
    *,
    newest: Pair | None = NEWEST,
    away: bool = False,
) -> Layout:
    """The layout in which all others should be seen."""
    return arrange(columns, rows, away=away, newest=newest, others=others, wanted=len(others), services=services)


def newest_rows(layout: Layout, rows: int) -> int:
    """What is left for the newest call, gaps taken off."""
    others = layout.bands * (layout.card + 1)
    services = layout.services + 1 if layout.services else 0
    return rows - layout.masthead - layout.message - layout.banner - 1 - layout.gap - others - services


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("away", [False, True])
def test_the_newest_call_always_has_room(columns: int, rows: int, away: bool) -> None:
    """Its words and small digits at least, whatever else there is: what does not fit gives way."""
    counts = itertools.product((0, 1, 7, 15), (0, 1, 4, 12))
    layouts = [arranged(columns, rows, (OTHERS * 3)[:others], services, away=away) for others, services in counts]
    assert [] == [layout for layout in layouts if newest_rows(layout, rows) < 4]


@pytest.mark.parametrize(
    ("columns", "rows", "high"),
    [(80, 24, 8), (120, 36, 11), (200, 60, 18)],
)
def test_the_digits_grow_with_the_screen(columns: int, rows: int, high: int) -> None:
    """A full board, a three-digit number and two digits for the desk: a third of the screen's height nearly."""
    layout = arranged(columns, rows, OTHERS, 4, newest=Pair("128", "12"))
    assert high <= tallest(Pair("128", "12"), columns - 8, newest_rows(layout, rows) - 3)


def test_a_usual_terminal_shows_everything() -> None:
    """80x24: a newest call, a band of others, and four services in two lines."""
    layout = arranged(80, 24, OTHERS[:3], 4)
    assert (1, 3, 3, 4) == (layout.bands, layout.abreast, layout.services, layout.card)


def test_a_small_terminal_gives_up_the_services_first() -> None:
    """Then the other calls; the newest is what people look for."""
    shown = [arranged(60, rows, OTHERS, 4) for rows in (20, 15, 12)]
    assert [(True, 1), (False, 1), (False, 0)] == [(layout.services > 0, layout.bands) for layout in shown]


def test_a_high_screen_shows_more_of_the_rest() -> None:
    """Where the width bounds the digits, further bands of calls and lines of services take the height."""
    layout = arranged(80, 60, OTHERS, 12, newest=Pair("128", "12"))
    assert layout.bands * layout.abreast >= len(OTHERS)
    assert layout.services > arranged(80, 24, OTHERS, 12, newest=Pair("128", "12")).services


def test_no_services_take_no_room() -> None:
    """Nor do calls that are not there."""
    layout = arranged(80, 24, [], 0, newest=None)
    assert (0, 0, 0) == (layout.services, layout.bands, layout.card)


@pytest.mark.parametrize("rows", [3, 5, 6, 7, 8, 12, 31])
def test_a_pair_is_as_wide_as_it_says(rows: int) -> None:
    """Number, arrow and desk in as many lines as asked for, each of the same width."""
    drawn = lines(NEWEST, rows)
    assert (rows, {width(NEWEST, rows)}) == (len(drawn), {len("".join(parts)) for parts in drawn})
    assert {desk_at(NEWEST, rows)} == {len(number + arrow) for number, arrow, _ in drawn}


def test_the_tallest_that_fits() -> None:
    """One row more would be too wide or too high; none where not even the smallest fits."""
    high = tallest(NEWEST, 72, 40)
    assert width(NEWEST, high) <= 72 < width(NEWEST, high + 1)
    assert (9, 3, 3, 0, 0) == tuple(tallest(NEWEST, *room) for room in ((72, 9), (72, 4), (14, 9), (9, 9), (72, 2)))


def test_a_long_desk_is_written_rather_than_its_number_made_small() -> None:
    """Where the number can be at least twice as high beside it; any other is drawn with its number."""
    drawn, high = fitted(Pair("17", "TIEP-NHAN-12"), 72, 9)
    assert (False, 9) == (drawn.is_drawn, high)
    assert {width(drawn, high)} == {len("".join(parts)) for parts in lines(drawn, high)}
    assert "TIEP-NHAN-12" in [desk for _number, _arrow, desk in lines(drawn, high)]
    assert (NEWEST, 9) == fitted(NEWEST, 72, 9)
    assert (Pair("128", "A12"), 7) == fitted(Pair("128", "A12"), 72, 9)


@pytest.mark.parametrize(("count", "slots"), [(0, 4), (4, 4), (5, 4), (7, 3), (12, 5), (9, 1)])
def test_every_item_has_its_page(count: int, slots: int) -> None:
    """In turn, in order, none twice, none missing; pages differ by one item at most."""
    items = list(range(count))
    first = page(items, slots, 0)
    pages = [page(items, slots, turn).items for turn in range(first.of)]
    assert items == [item for shown in pages for item in shown]
    assert max(map(len, pages)) <= slots
    assert max(map(len, pages)) - min(map(len, pages)) <= 1
    assert page(items, slots, first.of) == first


def test_no_slot_shows_nothing() -> None:
    """And divides by nothing."""
    assert ([], 1) == (page([1, 2], 0, 3).items, page([1, 2], 0, 3).of)
