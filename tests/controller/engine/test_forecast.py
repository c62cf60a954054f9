"""luot_controller.engine.forecast: what is read off the state for the expected wait."""

import pytest
from engine_day import HEAD_START_MS, MINUTE, POLICY, Day

from luot_controller.engine.commands import CallNext, Finish, Start
from luot_controller.engine.estimate import AT_ONCE, Outlook, outlook, work_before
from luot_controller.engine.forecast import outlook_for, wait_for
from luot_controller.engine.model import Policy

ONE_LINE = Policy(
    head_start_ms={"plain": 0, "first": HEAD_START_MS},
    typical_ms={"papers": 9 * MINUTE},
    desk_services={str(desk): frozenset({"papers"}) for desk in range(1, 7)},
)


def busy(policy: Policy) -> Day:
    """A day at which every desk has called somebody of a service of its own."""
    day = Day(policy)
    for number, (desk, services) in enumerate(policy.desk_services.items(), 900):
        day.tap(number, service=min(services))
        day.do(CallNext(desk))
        assert day.state.at_desk(desk) is not None
    return day


def newcomer(day: Day, service: str = "papers", closing_ms: int | None = None) -> Outlook | None:
    """What someone who taps now has to expect."""
    entry = (day.now_ms, day.now_ms, day.state.visit_id + 1)
    return outlook_for(day.state, day.policy, service, entry, day.now_ms, closing_ms)[1]


def test_one_line_is_the_textbook() -> None:
    """Eleven ahead at six busy desks, nine minutes each, nobody with priority: (n + 1) s / c."""
    day = busy(ONE_LINE)
    for number in range(11):
        day.tap(number)
    assert outlook(11, work_before(11, 6, 9 * MINUTE)) == newcomer(day.later(0.001))


def test_a_free_desk_is_at_once() -> None:
    """Fewer ahead than free desks; with as many, they take the free ones and one service is to be waited for."""
    day = busy(ONE_LINE)
    for desk in ("1", "2"):
        day.do(Start(desk))
        day.do(Finish(desk))
    for at_once in (True, True, False):
        assert (AT_ONCE == newcomer(day.later(0.001))) is at_once
        day.tap(day.state.visit_id)


def test_desks_are_shared_with_other_lines() -> None:
    """Those of another service count by their own service time, for the share of their desks that are ours."""
    day = busy(POLICY)  # desk 1: papers; 2: papers, land; 3: land
    for number in range(4):
        day.tap(number, service="land")
    work_ms = work_before(4, 2, 12 * MINUTE / 2)
    found = newcomer(day.later(0.001))
    assert found == outlook(4, work_ms)
    assert found != newcomer(day, "land")


def test_who_may_still_pass_is_counted() -> None:
    """After an hour with priority people, a newcomer expects more of them; one with the same head start does not."""
    day = busy(ONE_LINE)
    plain = newcomer(day)
    for number in range(40):
        day.later(1).tap(number, class_id="first" if number % 2 else "plain")
    for desk in ONE_LINE.desk_services:
        day.do(Start(desk))
    quiet = outlook(40, work_before(40, 6, 9 * MINUTE))
    found = newcomer(day.later(0.001))
    assert plain is not None
    assert found is not None
    assert found.likely_ms > 1.1 * quiet.likely_ms
    first = (day.now_ms - HEAD_START_MS, day.now_ms, day.state.visit_id + 1)
    ahead = day.state.lines.ahead(["papers"], first)
    expected = outlook(ahead, work_before(ahead, 6, 9 * MINUTE))
    assert (ahead, expected) == outlook_for(day.state, ONE_LINE, "papers", first, day.now_ms)


def test_nobody_passes_once_the_doors_are_shut() -> None:
    """Close to closing time only those who are in line count."""
    day = busy(ONE_LINE)
    for number in range(40):
        day.later(1).tap(number, class_id="first" if number % 2 else "plain")
    quiet = outlook(40, work_before(40, 6, 9 * MINUTE))
    day.later(0.001)
    assert quiet == newcomer(day, closing_ms=day.now_ms)
    half, whole = (newcomer(day, closing_ms=day.now_ms + minutes * MINUTE) for minutes in (10, 60))
    assert half is not None
    assert whole is not None
    assert quiet.likely_ms < half.likely_ms < whole.likely_ms


@pytest.mark.parametrize(("closing_min", "closes_first"), [(None, False), (60, False), (20, True)])
def test_what_the_clock_leaves(closing_min: int | None, closes_first: bool) -> None:
    """Who is likely not to be done before the doors shut is told so; people ahead are exact all the same."""
    day = busy(ONE_LINE)
    for number in range(11):
        day.tap(number)
    day.later(0.001)
    entry = (day.now_ms, day.now_ms, day.state.visit_id + 1)
    day.state.hall.closing_ms = None if closing_min is None else day.now_ms + closing_min * MINUTE
    ahead, wait = wait_for(day.state, ONE_LINE, "papers", entry, day.now_ms)
    assert (11, (10, 25, closes_first)) == (ahead, wait)


def test_no_desk_no_forecast() -> None:
    """Where no desk serves nothing is promised, and a line without desks takes no part in that of others."""
    day = Day(Policy({"plain": 0}, {"papers": 9 * MINUTE, "land": MINUTE}, {"1": frozenset({"papers"})}))
    day.tap(1, service="land")
    assert newcomer(day, "land") is None
    assert AT_ONCE == newcomer(day)


def test_a_desk_without_a_clerk_does_not_count() -> None:
    """Free for ten minutes with people before it, it is taken for empty, until somebody calls there again."""
    day = busy(ONE_LINE)
    for number in range(5):
        day.tap(number)
    for desk in ("1", "2", "3", "4"):
        day.do(Start(desk))
        day.do(Finish(desk))
    measured = day.state.paces["papers"].mean_ms(9 * MINUTE)
    assert outlook(1, work_before(1, 6, measured)) == newcomer(day.later(10))
    assert outlook(5, work_before(5, 2, measured)) == newcomer(day.later(0.1))
    day.do(CallNext("1"))
    assert outlook(4, work_before(4, 3, measured)) == newcomer(day)


def test_before_the_clerks_come_nothing_is_promised() -> None:
    """The first is told at once, as the desks are free; when nobody has called for ten minutes, no more ranges."""
    day = Day(ONE_LINE)
    day.tap(1)
    assert AT_ONCE == newcomer(day.later(10))
    assert newcomer(day.later(0.1)) is None


def test_an_empty_desk_leaves_its_other_lines_to_ours() -> None:
    """When the desk for land alone is empty, those who wait for land all come to the desk that serves both."""
    day = Day(POLICY)  # desk 1: papers; 2: papers, land; 3: land
    for number, desk in enumerate(("1", "2"), 900):
        day.tap(number, service="papers")
        day.do(CallNext(desk))
    for number in range(4):
        day.tap(number, service="land")
    half = newcomer(day.later(0.001))
    assert half == outlook(4, work_before(4, 2, 12 * MINUTE / 2))
    assert newcomer(day.later(11)) == outlook(4, work_before(4, 2, 12 * MINUTE))
