"""Pins what is left of a name that came over the network."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from luot_controller.screen.plain import MAX_CELLS, cut, fit, leader, plain


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Hộ tịch", "Hộ tịch"),
        (unicodedata.normalize("NFD", "Hộ tịch"), "Hộ tịch"),
        ("a\x1b[31mb\x07\x7f\x9b2Jc", "a[31mb2Jc"),
        ("one\ntwo\r\n\tthree\u2028four", "one two three four"),
        ("\u202eabc\u2066d\u200be\ufeff", "abcde"),
        ("  spaced \u00a0 out  ", "spaced out"),
        ("e" + "\u0301" * 50, "é\u0301\u0301"),
        ("\ud800x", "x"),
        (17, ""),
        (None, ""),
    ],
)
def test_plain(name: object, expected: str) -> None:
    """Composed, on one line, no controls, no direction marks, no towers of accents; what is no text is empty."""
    assert expected == plain(name)


@given(st.text())
def test_plain_is_always_fit_to_show(name: str) -> None:
    """Whatever comes, what is shown is bounded and holds nothing that moves a cursor."""
    shown = plain(name)
    assert cell_len(shown) <= MAX_CELLS
    assert not [char for char in shown if unicodedata.category(char)[0] == "C"]
    assert shown == plain(shown) or shown.endswith("…")


@given(st.text(), st.integers(0, 30))
def test_fit_is_exactly_as_wide_as_asked(name: str, cells: int) -> None:
    """Columns stay in line, with wide characters too."""
    assert cells == cell_len(fit(plain(name), cells))
    assert cells == cell_len(fit(plain(name), cells, right=True))


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [("Chứng thực", 10, "Chứng thực"), ("Chứng thực", 9, "Chứng th…"), ("漢字", 3, "漢…"), ("abc", 0, ""), ("", 0, "")],
)
def test_cut(text: str, cells: int, expected: str) -> None:
    """What is cut off is marked."""
    assert expected == cut(text, cells)


def test_dots_lead_across_a_gap_that_is_worth_it() -> None:
    """As wide as the gap, with air at both ends; blanks where it is narrow, nothing where there is none."""
    assert (" ··· ", "    ", "", " ·· ") == (leader(5), leader(4), leader(0), leader(4, 3))
