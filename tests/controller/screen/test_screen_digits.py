"""Pins the large digits: complete, of one size, told apart at every height, with equally wide strokes."""

import re

import pytest
from rich.cells import cell_len

from luot_controller.screen.digits import SMALL_ROWS, SMOOTH_ROWS, drawn, width
from luot_controller.screen.glyphs import ARROW, GLYPHS

HEIGHTS = [*range(SMOOTH_ROWS, 13), 17, 24, 40]
DIGITS = "0123456789"


@pytest.mark.parametrize("rows", [SMALL_ROWS, *HEIGHTS])
def test_digits_fill_their_height_and_are_of_one_size(rows: int) -> None:
    """Nothing is blank at the top or at the bottom, and no digit is wider than another."""
    faces = {digit: drawn(digit, rows) for digit in DIGITS}
    assert {rows} == {len(lines) for lines in faces.values()}
    assert 1 == len({len(line) for lines in faces.values() for line in lines})
    assert [] == [digit for digit, lines in faces.items() if not lines[0].strip() or not lines[-1].strip()]
    assert set() == {char for lines in faces.values() for line in lines for char in line} - set(" █▀▄")


@pytest.mark.parametrize("rows", HEIGHTS)
def test_no_two_look_alike(rows: int) -> None:
    """Every digit and capital differs from every other; zero and O are one."""
    faces = {char: tuple(drawn(char, rows)) for char in GLYPHS if char != "O"}
    assert len(faces) == len(set(faces.values()))


@pytest.mark.parametrize("rows", HEIGHTS)
def test_digits_differ_in_many_places(rows: int) -> None:
    """Who is far away, or sees badly, needs more than one corner to tell them apart: a tenth of the cells."""
    faces = {digit: "".join(drawn(digit, rows)) for digit in DIGITS}
    unlike = {
        one + other: sum(a != b for a, b in zip(faces[one], faces[other], strict=True)) / len(faces[one])
        for one in DIGITS
        for other in DIGITS
        if one < other
    }
    assert {} == {pair: share for pair, share in unlike.items() if share < 0.1}


@pytest.mark.parametrize("rows", HEIGHTS)
def test_a_ring_is_even(rows: int) -> None:
    """The zero is its own mirror image, from left to right: no stroke is a half cell wider than its fellow."""
    lines = drawn("0", rows)
    assert [line[::-1] for line in lines] == lines


@pytest.mark.parametrize("rows", HEIGHTS)
def test_upright_strokes_are_equally_wide(rows: int) -> None:
    """The stem of 1, both sides of 0 and of U, below the middle of their height."""
    widths = {len(run) for char in "10U" for run in re.findall("█+", drawn(char, rows)[rows * 5 // 8])}
    assert 1 == len(widths)


def test_nothing_is_drawn_where_there_is_no_room() -> None:
    """Fewer than three rows hold no digit; four hold the small one; no text has no width."""
    assert ([], []) == (drawn("17", 2), drawn("17", 0))
    assert drawn("17", 3) == drawn("17", 4)
    assert (0, 0) == (width("", 9), width("17", 2))


@pytest.mark.parametrize("rows", [3, 5, 9])
def test_what_has_no_glyph_stands_as_it_is(rows: int) -> None:
    """In the middle row, among the digits; every line is of one width."""
    lines = drawn("hơn 45 phút", rows)
    assert {width("hơn 45 phút", rows)} == {len(line) for line in lines}
    middle = lines[(rows - 1) // 2]
    assert middle.startswith("hơn ")
    assert middle.endswith(" phút")
    assert "hơn" not in "".join(lines[:1])


@pytest.mark.parametrize("rows", [2, SMALL_ROWS, 4, *HEIGHTS])
@pytest.mark.parametrize("text", ["17", "A1", "30-45 phút", "hơn 2 giờ 30 phút", "09:41", "-", "a-b: 1", "字1", ""])
def test_the_width_is_known_without_drawing(text: str, rows: int) -> None:
    """What is said of it is what is drawn, in every line."""
    assert {width(text, rows)} == {cell_len(line) for line in drawn(text, rows)} | (
        {0} if not drawn(text, rows) else set()
    )


def test_letters_are_small_beside_small_digits() -> None:
    """There is no letter of three rows that can be read."""
    assert "A" in drawn("A1", SMALL_ROWS)[1]
    assert "A" not in "".join(drawn("A1", SMOOTH_ROWS))


def test_wide_letters_are_measured_in_cells() -> None:
    """A name from elsewhere does not push the digits out of line."""
    assert 4 + 1 + 3 == width("字字1", SMALL_ROWS)


def test_every_glyph_is_drawn() -> None:
    """Each stroke has two points at least, or an arc; the arrow and the colon are there."""
    assert {ARROW, ":", "-"} < set(GLYPHS)
    assert [] == [char for char in GLYPHS if not "".join(drawn(char, 8)).strip()]
