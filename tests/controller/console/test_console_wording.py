"""Pins that every code has a sentence, that sentences fit their line, and what the reasons say."""

from collections.abc import Iterator
from itertools import product

import pytest
from fake_office import SITE, START_MS
from rich.cells import cell_len

from luot_controller.console import wording
from luot_controller.console.actions import DESK_ACTIONS, DUTIES, OPEN_VISIT, STATES
from luot_controller.console.state import Desk, Reach, View
from luot_controller.errors import AccessRefused, OfficeUnreachable, TimedOut
from luot_controller.language import LANGUAGES, use
from luot_controller.refusals import REFUSALS

NOTICE_CELLS = 76 - 2
"""80 columns, less the margins, less the sign before the sentence."""

CODES = (*REFUSALS, "new-code")
CLOSED = ("finished", "expired", "kept", "cards_out")
REASONS = ("OLDEST", "PRIORITY_WITHIN_H", "DESK_SERVICES", "RETURNED", "APPOINTMENT_DUE", "OVERRIDE")


@pytest.fixture(params=list(LANGUAGES))
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each test runs once in each language."""
    name: str = request.param
    use(name)
    yield name
    use("en")


@pytest.fixture
def view() -> View:
    """Of an office at 09:41."""
    view = View("1", 0.0)
    view.hear("site", None, SITE, 0.0)
    view.hear("office", None, {"state": "open", "at_ms": START_MS}, 0.0)
    return view


def test_every_notice_fits_its_line(language: str, view: View) -> None:
    """Refusals, results and locks are one line at 80 columns, with a three-digit number, in each language."""
    use(language)
    notices = [wording.refusal(code, "12") for code in CODES]
    reply = {"called": 128, "number": 1128, "ahead": 128, "closed": dict.fromkeys(CLOSED, 128)}
    notices += [wording.done(action, 128, "", reply) for action in DESK_ACTIONS]
    notices += [wording.done(DESK_ACTIONS[0], 128, "", {})]
    notices += [wording.done(OPEN_VISIT, None, "", reply | {"closes_first": True})]
    notices += [wording.too_early(*lacks) for lacks in ((1, 0), (20, 0), (0, 3_600_000))]
    notices += [wording.pending(action) for action in DESK_ACTIONS]
    notices += [wording.locked(view, reach) for reach in Reach]
    notices += [wording.done(action, 128, "Dịch vụ có tên rất dài", reply) for action in DESK_ACTIONS]
    notices += [wording.not_offered(action, view, 0.0) for action in DESK_ACTIONS]
    for state, duty, day_open, undo in product(STATES, DUTIES, (False, True), (False, True)):
        view.desks["1"] = Desk((1, 1), state, held=(128,), undo=undo, duty=duty)
        view.day_open = day_open
        notices += [wording.not_offered(action, view, 0.0) for action in DESK_ACTIONS]
    notices += [wording.unanswered(error) for error in (TimedOut("x"), AccessRefused("x"), OfficeUnreachable("x"))]
    assert [] == [notice for notice in notices if cell_len(notice) > NOTICE_CELLS or not notice]


def test_every_refusal_has_words(language: str) -> None:
    """Each code that the office knows is a sentence of its own in each language, and not the sentence for strangers."""
    sentences = {code: wording.refusal(code, "1") for code in REFUSALS}
    assert len(sentences) == len(set(sentences.values()))
    assert [] == [code for code, sentence in sentences.items() if f"({code})" in sentence]
    use("en" if language == "vi" else "vi")
    assert [] == [code for code, sentence in sentences.items() if wording.refusal(code, "1") == sentence]


def test_every_reason_fits_its_card(language: str, view: View) -> None:
    """Three lines of 33 cells, with a three-digit number."""
    use(language)
    sentences = {reason: wording.why(view, reason, "khuyet-tat", 128) for reason in (*REASONS, "NEW_REASON")}
    assert len(sentences) == len(set(sentences.values()))
    assert {} == {reason: text for reason, text in sentences.items() if cell_len(text) > 90}


def test_every_lock_has_a_headline_and_advice(language: str, view: View) -> None:
    """Two lines at 80 columns; only OPEN and SEEKING have none."""
    use(language)
    told = {reach: wording.away(view, reach) for reach in Reach}
    assert {Reach.OPEN, Reach.SEEKING} == {reach for reach, texts in told.items() if texts is None}
    assert all(cell_len(line) <= 76 for texts in told.values() if texts for line in texts)


@pytest.mark.parametrize(
    ("reason", "class_id", "over", "expected"),
    [
        ("OLDEST", "thuong", None, "Chờ lâu nhất trong số các lượt của quầy này."),
        (
            "PRIORITY_WITHIN_H",
            "khuyet-tat",
            12,
            "Ưu tiên: được gọi trước số 12, là số đến sớm hơn không quá 45 phút.",
        ),
        ("PRIORITY_WITHIN_H", "thuong", 12, "Ưu tiên: được gọi trước số 12, là số chờ lâu hơn."),
        ("PRIORITY_WITHIN_H", "khuyet-tat", None, "Ưu tiên: được gọi trước trong thời gian quy định cho phép."),
        ("DESK_SERVICES", "thuong", 12, "Số 12 chờ lâu hơn, nhưng thuộc dịch vụ của quầy khác."),
        ("RETURNED", "thuong", None, "Đã được gọi, vắng mặt rồi quay lại; vẫn giữ lượt cũ."),
        ("X", "thuong", None, "Lý do: X."),
    ],
)
def test_reasons_in_vietnamese(view: View, reason: str, class_id: str, over: int | None, expected: str) -> None:
    """The sentence that a clerk can read out to whoever asks."""
    use("vi")
    assert expected == wording.why(view, reason, class_id, over)
    use("en")


def test_waited_needs_both_times(view: View) -> None:
    """Without a rank time or office time nothing is claimed; a rank time ahead, an appointment, has waited nothing."""
    assert "waited 10 min" == wording.waited(view, START_MS - 600_000, 0.0)
    assert "has just come" == wording.waited(view, START_MS - 59_000, 0.0)
    assert "has just come" == wording.waited(view, START_MS + 600_000, 0.0)
    assert "" == wording.waited(view, None, 0.0)
    assert "" == wording.waited(View("1", 0.0), START_MS, 0.0)
