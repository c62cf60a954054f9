"""Opening hours: what they ask for at each time of a week, and what they leave alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from luot_controller.engine.commands import CloseDay, OpenDay
from luot_controller.engine.events import ClosingPlanned
from luot_controller.engine.model import Hall
from luot_controller.service.hours import BY, Hours, Opening

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MON, TUE, FRI, SAT, SUN = 6, 7, 10, 11, 12
"""Days of July 2026."""

MORNING, AFTERNOON = (7 * 60 + 30, 11 * 60 + 30), (13 * 60 + 30, 17 * 60)
WEEK = Hours(VIETNAM, [Opening(weekday, *part) for weekday in range(5) for part in (AFTERNOON, MORNING)])
"""Monday to Friday, 07:30 to 11:30 and 13:30 to 17:00."""

OPEN, CLOSE = OpenDay(BY), CloseDay(BY)


def at(day: int, time: str) -> int:
    """A time of July 2026 in Vietnam, in office milliseconds."""
    return int(datetime.fromisoformat(f"2026-07-{day:02} {time}").replace(tzinfo=VIETNAM).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        (MON, "07:29:59.999", None),
        (MON, "07:30", OPEN),
        (MON, "12:00", OPEN),
        (MON, "16:59:59.999", OPEN),
        (MON, "17:00", None),
        (SAT, "09:00", None),
    ],
)
def test_a_closed_office_is_opened_within_the_hours(day: int, time: str, expected: OpenDay | None) -> None:
    """From the first opening of the day, by the millisecond, up to its last closing; at no other time."""
    closed = Hall(open=False, opened_ms=at(3, "07:30"), closed_ms=at(3, "17:00"))
    assert expected == WEEK.due(closed, at(day, time))


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        (MON, "11:30", None),
        (MON, "13:29", None),
        (MON, "16:59:59.999", None),
        (MON, "17:00", CLOSE),
        (TUE, "03:00", CLOSE),
        (TUE, "07:29", CLOSE),
        (TUE, "07:30", None),
    ],
)
def test_an_open_office_is_closed_after_the_hours(day: int, time: str, expected: CloseDay | None) -> None:
    """From the last closing of the day, by the millisecond, not at its midday break; a new day has hours anew."""
    opened = Hall(opened_ms=at(MON, "07:30"), closed_ms=at(3, "17:00"))
    assert expected == WEEK.due(opened, at(day, time))


def test_who_closes_by_hand_is_not_contradicted_on_that_day() -> None:
    """A day that was closed early, or in the very minute of its opening, stays so; the next day opens by itself."""
    early = Hall(open=False, opened_ms=at(MON, "07:30"), closed_ms=at(MON, "10:00"))
    assert (None, OPEN) == (WEEK.due(early, at(MON, "14:00")), WEEK.due(early, at(TUE, "07:30")))
    assert WEEK.due(Hall(open=False, closed_ms=at(MON, "07:30")), at(MON, "07:31")) is None


def test_who_opens_by_hand_is_not_contradicted_before_the_next_closing() -> None:
    """An evening, or a Saturday, that was opened by hand stays open until the hours of another day are over."""
    evening = Hall(opened_ms=at(MON, "17:00"), closed_ms=at(MON, "17:00"))
    assert (None, CLOSE) == (WEEK.due(evening, at(MON, "20:00")), WEEK.due(evening, at(TUE, "17:00")))
    saturday = Hall(opened_ms=at(SAT, "08:00"), closed_ms=at(FRI, "17:00"))
    assert WEEK.due(saturday, at(SUN, "23:00")) is None


def test_a_box_that_was_off_closes_what_it_finds_open() -> None:
    """The closing of Friday is made up for on Sunday, and that of one weekday a week before on the same weekday."""
    assert WEEK.due(Hall(opened_ms=at(FRI, "07:30")), at(SUN, "12:00")) == CLOSE
    mondays = Hours(VIETNAM, [Opening(0, *MORNING)])
    assert mondays.due(Hall(opened_ms=at(MON, "07:30")), at(MON + 7, "06:00")) == CLOSE


def test_an_office_on_its_first_day() -> None:
    """Open though nobody opened it: left so within the hours, closed outside; closed though nobody did: opened."""
    assert (None, CLOSE) == (WEEK.due(Hall(), at(MON, "09:00")), WEEK.due(Hall(), at(SUN, "09:00")))
    assert WEEK.due(Hall(open=False), at(MON, "09:00")) == OPEN


@pytest.mark.parametrize("hall", [Hall(), Hall(open=False)])
def test_without_hours_nothing_is_ever_due(hall: Hall) -> None:
    """An office that names none is opened and closed by hand alone."""
    assert Hours(VIETNAM, []).due(hall, at(MON, "09:00")) is None


def test_the_day_on_which_the_clocks_change_opens_by_its_new_clock() -> None:
    """07:30 in Berlin on 29 March 2026 is 05:30 UTC, an hour sooner than the day before."""
    berlin = Hours(ZoneInfo("Europe/Berlin"), [Opening(6, *MORNING)])
    opens_ms = int(datetime.fromisoformat("2026-03-29T05:30:00+00:00").timestamp() * 1000)
    assert (None, OPEN) == tuple(berlin.due(Hall(open=False), opens_ms + late_ms) for late_ms in (-1, 0))


@pytest.mark.parametrize(
    ("day", "time", "known", "expected"),
    [
        (MON, "07:30", None, "17:00"),
        (MON, "12:00", None, "17:00"),
        (MON, "06:00", None, "17:00"),
        (MON, "09:00", "16:00", "17:00"),
        (MON, "09:00", "17:00", None),
    ],
)
def test_the_closing_is_known_before_it_comes(day: int, time: str, known: str | None, expected: str | None) -> None:
    """The last of the day, also at its midday break; said once, and again when the hours have changed."""
    hall = Hall(opened_ms=at(MON, "05:00"), closing_ms=None if known is None else at(day, known))
    found = None if expected is None else ClosingPlanned(at(day, time), at(day, expected))
    assert found == WEEK.planned(hall, at(day, time))


def test_no_closing_is_made_up() -> None:
    """None for a closed day, an evening or a Saturday that was opened by hand, and an office without hours."""
    assert WEEK.planned(Hall(open=False, closed_ms=at(MON, "10:00")), at(MON, "11:00")) is None
    assert WEEK.planned(Hall(opened_ms=at(MON, "17:00")), at(MON, "18:00")) is None
    assert WEEK.planned(Hall(opened_ms=at(SAT, "08:00")), at(SAT, "09:00")) is None
    assert Hours(VIETNAM, []).planned(Hall(), at(MON, "09:00")) is None


def test_a_closing_is_taken_back_with_its_hours() -> None:
    """A site file without hours, or without those of today, says that nobody knows any more."""
    hall = Hall(opened_ms=at(MON, "07:30"), closing_ms=at(MON, "17:00"))
    assert ClosingPlanned(at(MON, "09:00"), None) == Hours(VIETNAM, []).planned(hall, at(MON, "09:00"))


def test_a_closing_that_is_past_holds_on() -> None:
    """While the day stays open because of those who are still here, whoever comes is told that it should be over."""
    hall = Hall(opened_ms=at(MON, "07:30"), closing_ms=at(MON, "17:00"))
    assert (CLOSE, None) == (WEEK.due(hall, at(MON, "17:05")), WEEK.planned(hall, at(MON, "17:05")))
