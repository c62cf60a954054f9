"""Pins that a field which is not what the protocol says is as if it were not there."""

from typing import Any

import pytest

from luot_controller.screen.fields import MAX_OFFICE_MS, items, named, office_time, rows, text, whole

NONE_OF_THEM = [None, True, -1, 1.5, "5", [], {}, 1 << 53]


@pytest.mark.parametrize("value", NONE_OF_THEM)
def test_what_is_no_number_is_none(value: Any) -> None:
    """Neither a truth, nor a fraction, nor what a JSON reader elsewhere would round."""
    assert (None, None) == (whole({"n": value}, "n"), office_time({"n": value}, "n"))


def test_numbers_from_nothing_to_the_greatest() -> None:
    """Zero is one; a time beyond all clocks is the last that a clock can show; what is missing is None."""
    assert [0, (1 << 53) - 1, None] == [
        whole({"n": value}, key) for value, key in ((0, "n"), ((1 << 53) - 1, "n"), (1, "m"))
    ]
    assert (0, MAX_OFFICE_MS) == (office_time({"t": 0}, "t"), office_time({"t": (1 << 53) - 1}, "t"))


def test_texts_are_as_they_came() -> None:
    """Good for comparing; anything else is None."""
    assert ["\x1b[31m", "", None, None] == [text({"t": value}, "t") for value in ("\x1b[31m", "", 3, ["a"])]


def test_lists_hold_what_they_should() -> None:
    """`items` anything, `rows` maps, `named` maps with a text as id; what is no list is empty."""
    mixed = {"list": [1, {"id": "a"}, {"id": 2}, {}, None, "x"]}
    assert mixed["list"] == items(mixed, "list")
    assert [{"id": "a"}, {"id": 2}, {}] == rows(mixed, "list")
    assert [{"id": "a"}] == named(mixed, "list")
    assert [] == [*items({"list": {"id": "a"}}, "list"), *rows({"list": "abc"}, "list"), *named({}, "list")]
