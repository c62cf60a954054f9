"""Pins the language in use, that Babel sees every text, and how durations and waits are put into words.

That the catalogue is complete and fresh is pinned where it is made: tests/tools/test_catalogue.py.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir

from luot_controller import language
from luot_controller.language import (
    LOCALE,
    _,
    clock,
    current,
    duration,
    following,
    ngettext,
    use,
    wait_in_full,
    wait_in_short,
    wait_range,
)

SOURCE = LOCALE.parent
KEYWORDS: dict[str, Any] = {"_": None, "N_": None, "ngettext": (1, 2)}


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """The language belongs to the process: give it back."""
    yield
    use("en")


def test_babel_finds_every_text() -> None:
    """A call inside an f-string is one that Babel does not see, and would stay English: there is none."""
    marked = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                marked |= {texts[0] if len(texts) == 1 else tuple(texts)} if texts else set()
    found = {message for _file, _line, message, _comments, _context in extract_from_dir(SOURCE, keywords=KEYWORDS)}
    assert "Next" in found
    assert found == marked


def test_languages_in_use() -> None:
    """A language is used until the next; one that is not there becomes Vietnamese; they follow in a circle."""
    assert "vi" == use("vi") == current()
    assert "Gọi tiếp" == _("Next")
    assert "en" == use("en") == current()
    assert "Next" == _("Next")
    assert "vi" == use("fr") == current()
    assert ["en", "vi"] == [following("vi"), following("en")]
    assert "gọi lại {count} lần" == ngettext("recalled once", "recalled {count} times", 1)


def test_a_text_without_translation_is_shown_as_it_is() -> None:
    """A word from a newer office is better shown in English than not at all."""
    use("vi")
    assert "brand new" == _("brand new")


def test_a_missing_catalogue_is_loud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An installation without its catalogues must not run in English by accident."""
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    with pytest.raises(FileNotFoundError):
        use("vi")


@pytest.mark.parametrize(
    ("ms", "vietnamese", "english"),
    [
        (-5_000, "vừa xong", "just now"),
        (9_999, "vừa xong", "just now"),
        (10_000, "10 giây", "10 s"),
        (59_999, "50 giây", "50 s"),
        (60_000, "1 phút", "1 min"),
        (3_599_999, "59 phút", "59 min"),
        (3_600_000, "1 giờ", "1 hour"),
        (7_200_000, "2 giờ", "2 hours"),
        (7_500_000, "2 giờ 5 phút", "2 h 5 min"),
    ],
)
def test_duration(ms: int, vietnamese: str, english: str) -> None:
    """Tens of seconds, minutes, hours: nothing on the screen ticks in haste."""
    use("vi")
    assert vietnamese == duration(ms)
    use("en")
    assert english == duration(ms)


@pytest.mark.parametrize(
    ("lo_min", "hi_min", "vietnamese", "english"),
    [
        (10, 15, "10-15 phút", "10-15 min"),
        (0, 5, "tối đa 5 phút", "up to 5 min"),
        (5, 5, "5 phút", "5 min"),
        (60, None, "hơn 1 giờ", "over 1 hour"),
        (90, None, "hơn 1 giờ 30 phút", "over 1 h 30 min"),
        (None, None, "", ""),
        (None, 5, "", ""),
        (0, None, "", ""),
    ],
)
def test_wait_range(lo_min: int | None, hi_min: int | None, vietnamese: str, english: str) -> None:
    """A range, an open end, or nothing where there is no estimate."""
    use("vi")
    assert vietnamese == wait_range(lo_min, hi_min)
    use("en")
    assert english == wait_range(lo_min, hi_min)


def test_a_wait_beyond_the_closing() -> None:
    """In full the range and the warning; in a column the warning alone; without a range the warning all the same."""
    use("en")
    assert "45-60 min, may not be served before closing" == wait_in_full(45, 60, True)
    assert ("may not be served before closing", "45-60 min") == (
        wait_in_full(None, None, True),
        wait_in_full(45, 60, False),
    )
    assert ("may be too late", "45-60 min") == (wait_in_short(45, 60, True), wait_in_short(45, 60, False))
    use("vi")
    assert "hơn 1 giờ, có thể chưa đến lượt khi hết giờ" == wait_in_full(60, None, True)
    assert "có thể không kịp" == wait_in_short(None, None, True)


def test_clock() -> None:
    """Office time in the zone asked for, 24 hours."""
    vietnam = timezone(timedelta(hours=7))
    assert ["00:00", "07:00", "23:59"] == [clock(0, UTC), clock(0, vietnam), clock(61_199_000, vietnam)]
