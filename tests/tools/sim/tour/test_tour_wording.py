"""luot_tools.sim.tour.wording: both languages say the same things, with the same figures."""

import re
import string
import unicodedata

import pytest

from luot_protocol import codes
from luot_tools.sim.tour import wording
from luot_tools.sim.tour.steps import STEPS


def figures(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", wording.WORDS["en"])
def test_a_line_has_the_same_figures_in_both(name: str) -> None:
    """A figure that is missing in one would be missing for half of the readers."""
    assert figures(wording.WORDS["en"][name]) == figures(wording.WORDS["vi"][name])


def test_both_languages_have_all_lines() -> None:
    """And each step has its two."""
    assert wording.WORDS["vi"].keys() == wording.WORDS["en"].keys()
    assert set() == {f"{step.name}{end}" for step in STEPS for end in ("", "_holds")} - wording.WORDS["vi"].keys()


def test_vietnamese_is_composed() -> None:
    """As everything else in the house."""
    assert [] == [text for text in wording.WORDS["vi"].values() if unicodedata.normalize("NFC", text) != text]


def test_an_entry_of_the_ledger_is_a_line() -> None:
    """With its clock; a code or reason that has no words of its own is shown by its name."""
    tap = {"kind": "TapAnswered", "at_ms": 0, "number": 5, "reader": "entry-1", "code": codes.OPENED, "ahead": 2}
    assert "tap      card 5 at entry-1: in line, 2 ahead" == clockless(wording.entry("en", tap))
    assert "tap      card 5 at entry-1: in line, next" == clockless(wording.entry("en", tap | {"ahead": 0}))
    refused = tap | {"kind": "TapIgnored", "code": codes.TOO_OLD, "ahead": None}
    assert "tap      card 5 at entry-1: ignored, too old" == clockless(wording.entry("en", refused))
    call = {"kind": "VisitCalled", "at_ms": 0, "number": 8, "desk": "1", "reason": "PRIORITY_WITHIN_H", "over": 17}
    assert "gọi      thẻ 8 đến quầy 1: ưu tiên, trước số 17" == clockless(wording.entry("vi", call))
    assert "call     card 8 to desk 1: OTHER" == clockless(wording.entry("en", call | {"reason": "OTHER"}))


def test_what_another_entry_says_is_not_said_twice() -> None:
    """A visit is opened by a tap, which has its own line."""
    assert wording.entry("vi", {"kind": "VisitOpened", "at_ms": 0, "number": 5}) is None


def clockless(text: str | None) -> str:
    """The line without its clock."""
    assert text is not None
    clock, _, rest = text.partition("  ")
    assert re.fullmatch(r"\d\d:\d\d:\d\d", clock)
    return rest
