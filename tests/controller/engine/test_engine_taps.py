"""What a tap means: every cell of the table role of the reader x state of the card's visit, and the late taps."""

import pytest
from engine_day import HEAD_START_MS, MINUTE, Day

from luot_controller.engine.commands import CallNext, CloseDay, EnrolTap, Finish, NoShow, OpenDay, Start, Tap
from luot_controller.engine.events import (
    CardEnrolled,
    ClosingPlanned,
    Event,
    TapAnswered,
    TapIgnored,
    VisitOpened,
    VisitReturned,
    VisitStarted,
)
from luot_controller.engine.model import Policy, Role, Visit, VisitState
from luot_controller.engine.transitions import TAPS
from luot_protocol import codes

CARD = 17
AT_WORK = (Role.ENTRY, Role.INFO, Role.DESK)
"""The readers at which a tap is for a turn; at the fourth the card is given back."""


@pytest.fixture
def day() -> Day:
    return Day()


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


def answer(events: list[Event]) -> TapAnswered:
    """The fact that settles a tap stands last and is the only one of its kind."""
    last = events[-1]
    assert isinstance(last, TapAnswered)
    assert 1 == sum(isinstance(event, TapAnswered | TapIgnored) for event in events)
    return last


def visit_of(day: Day, number: int = CARD) -> Visit:
    visit = day.state.of_number(number)
    assert visit is not None
    return visit


@pytest.mark.parametrize(
    ("role", "before", "code", "changes", "after"),
    [
        (Role.ENTRY, None, codes.OPENED, [VisitOpened], VisitState.WAITING),
        (Role.ENTRY, VisitState.WAITING, codes.WAITING, [], VisitState.WAITING),
        (Role.ENTRY, VisitState.CALLED, codes.YOUR_TURN, [], VisitState.CALLED),
        (Role.ENTRY, VisitState.SERVING, codes.BEING_SERVED, [], VisitState.SERVING),
        (Role.ENTRY, VisitState.MISSED, codes.BACK_IN_LINE, [VisitReturned], VisitState.WAITING),
        (Role.ENTRY, VisitState.FINISHED, codes.THANK_YOU, [], VisitState.FINISHED),
        (Role.INFO, None, codes.NOT_IN_LINE, [], None),
        (Role.INFO, VisitState.WAITING, codes.WAITING, [], VisitState.WAITING),
        (Role.INFO, VisitState.CALLED, codes.YOUR_TURN, [], VisitState.CALLED),
        (Role.INFO, VisitState.SERVING, codes.BEING_SERVED, [], VisitState.SERVING),
        (Role.INFO, VisitState.MISSED, codes.BACK_IN_LINE, [VisitReturned], VisitState.WAITING),
        (Role.INFO, VisitState.FINISHED, codes.THANK_YOU, [], VisitState.FINISHED),
        (Role.DESK, None, codes.NOT_IN_LINE, [], None),
        (Role.DESK, VisitState.WAITING, codes.WAITING, [], VisitState.WAITING),
        (Role.DESK, VisitState.CALLED, codes.STARTED, [VisitStarted], VisitState.SERVING),
        (Role.DESK, VisitState.SERVING, codes.BEING_SERVED, [], VisitState.SERVING),
        (Role.DESK, VisitState.MISSED, codes.BACK_IN_LINE, [VisitReturned], VisitState.WAITING),
        (Role.DESK, VisitState.FINISHED, codes.NOT_IN_LINE, [], VisitState.FINISHED),
    ],
)
def test_every_cell(
    day: Day, role: Role, before: VisitState | None, code: int, changes: list[type], after: VisitState | None
) -> None:
    """One minute after the state began: what the receipt says, what changes, and where the visit then stands."""
    day.with_visit(before).later(1)
    events = day.tap(CARD, role, desk="1" if role is Role.DESK else None)
    assert (code, [*changes, TapAnswered]) == (answer(events).code, kinds(events))
    visit = day.state.of_number(CARD)
    assert after == (None if visit is None else visit.state)
    assert CARD == answer(events).number


def test_the_table_has_no_hole() -> None:
    """Each role has a meaning in each state: a new role or state without one fails here, not in the hall."""
    assert {(role, state) for role in Role for state in (None, *VisitState)} == {
        (role, state) for state, row in TAPS.items() for role in row
    }


def test_opening_fixes_the_key(day: Day) -> None:
    """A visit opens with the reader's service and class, ranks by tap time, and takes the head start of that hour."""
    events = day.tap(CARD, age_ms=7_000, service="land", class_id="first")
    opened = events[0]
    assert isinstance(opened, VisitOpened)
    assert ("land", "first", HEAD_START_MS, True, None) == (
        opened.service,
        opened.class_id,
        opened.head_start_ms,
        opened.aged,
        opened.replaces,
    )
    assert (day.now_ms - 7_000, day.now_ms) == (opened.rank_ms, opened.at_ms)
    assert day.now_ms - 7_000 - HEAD_START_MS == visit_of(day).key_ms


@pytest.mark.parametrize(("service", "class_id"), [(None, None), (None, "plain"), ("papers", None)])
def test_a_button_that_is_not_there(day: Day, service: str | None, class_id: str | None) -> None:
    """A tap without a service or a class opens nothing, and its receipt says so."""
    events = day.tap(CARD, service=service, class_id=class_id)
    assert [TapIgnored] == kinds(events)
    assert codes.UNKNOWN_BUTTON == events[0].code  # type: ignore[union-attr]
    assert {} == day.state.visits


@pytest.mark.parametrize("before", [VisitState.WAITING, VisitState.CALLED, VisitState.SERVING, VisitState.MISSED])
def test_the_button_does_not_matter_once_in_line(day: Day, before: VisitState) -> None:
    """Whoever has a visit keeps its service and class, whichever button is pressed with the second tap."""
    day.with_visit(before).later(1)
    for service in ("land", None):
        assert not codes.is_refusal(answer(day.tap(CARD, service=service, class_id="first")).code)
    assert ("papers", "plain") == (visit_of(day).service, visit_of(day).class_id)


@pytest.mark.parametrize("role", Role)
def test_an_unknown_card(day: Day, role: Role) -> None:
    """A card that the site does not know is ignored at every reader, with a receipt that frees its outbox."""
    events = day.tap(None, role, desk="1")
    assert [TapIgnored] == kinds(events)
    assert (codes.UNKNOWN_CARD, None) == (events[0].code, events[0].number)  # type: ignore[union-attr]


def test_the_place_is_exact(day: Day) -> None:
    """Ahead counts everyone who goes first at desks that serve me, also of a service that I did not choose."""
    day.tap(1, service="land")
    day.later(1).tap(2)
    day.later(1).tap(3, class_id="first")
    assert [0, 1, 2] == [answer(day.tap(number)).ahead for number in (3, 1, 2)]


def test_the_place_of_the_opening_tap_is_that_of_the_next(day: Day) -> None:
    """What the first receipt promises is what a second tap shows, with nothing between them.

    But for priority people to be expected: the tap itself is one more of those who come.
    """
    for number in range(1, 9):
        first = answer(day.tap(number, class_id="first" if number % 3 == 0 else "plain"))
        again = answer(day.tap(number, Role.INFO))
        assert first.ahead == again.ahead
        if number < 3:
            assert (first.lo_min, first.hi_min) == (again.lo_min, again.hi_min)


@pytest.mark.parametrize("role", AT_WORK)
@pytest.mark.parametrize("before", [VisitState.MISSED, VisitState.FINISHED])
@pytest.mark.parametrize("too_early_ms", [0, 1, 20 * MINUTE])
def test_a_tap_from_before_the_end(day: Day, role: Role, before: VisitState, too_early_ms: int) -> None:
    """Made before the visit was over or missed, or in that very moment, but delivered after it: too old, no effect."""
    day.with_visit(before)
    since_ms = visit_of(day).since_ms
    day.later(5)
    events = day.tap(CARD, role, age_ms=day.now_ms - since_ms + too_early_ms, desk="1")
    assert [TapIgnored] == kinds(events)
    assert (codes.TOO_OLD, CARD) == (events[0].code, events[0].number)  # type: ignore[union-attr]
    assert before is visit_of(day).state


def test_a_late_entry_tap_never_opens_a_second_visit(day: Day) -> None:
    """A held-up tap from before this visit shows its place; the visit keeps its own rank time."""
    day.tap(CARD)
    rank_ms = visit_of(day).rank_ms
    assert codes.WAITING == answer(day.later(10).tap(CARD, age_ms=30 * MINUTE)).code
    assert (1, rank_ms) == (len(day.state.visits), visit_of(day).rank_ms)


@pytest.mark.parametrize(("after_ms", "code"), [(0, codes.STARTED), (1, codes.STARTED), (-1, codes.YOUR_TURN)])
def test_a_tap_at_the_desk_before_the_call(day: Day, after_ms: int, code: int) -> None:
    """Only a tap made at or after the call means that the citizen is here."""
    day.with_visit(VisitState.CALLED)
    called_ms = visit_of(day).since_ms
    day.later(2)
    assert code == answer(day.tap(CARD, Role.DESK, age_ms=day.now_ms - called_ms - after_ms, desk="1")).code
    assert (VisitState.SERVING if code == codes.STARTED else VisitState.CALLED) is visit_of(day).state


def test_at_another_desk(day: Day) -> None:
    """Called to desk 1 and tapped at desk 2: told where to go, and nobody is marked as here."""
    day.with_visit(VisitState.CALLED).later(1)
    events = day.tap(CARD, Role.DESK, desk="2")
    assert (codes.OTHER_DESK, "1", VisitState.CALLED) == (answer(events).code, answer(events).desk, visit_of(day).state)


@pytest.mark.parametrize("role", [Role.ENTRY, Role.INFO])
def test_your_turn_names_the_desk(day: Day, role: Role) -> None:
    """Whoever missed the call on the board learns the desk at any reader."""
    assert "1" == answer(day.with_visit(VisitState.CALLED).later(1).tap(CARD, role)).desk


@pytest.mark.parametrize("role", AT_WORK)
@pytest.mark.parametrize(("minutes", "kept"), [(1, True), (15, True), (15.001, False), (300, False)])
def test_come_back_after_a_no_show(day: Day, role: Role, minutes: float, kept: bool) -> None:
    """Within the window, its end included, at its own key; later as a new arrival of the same service and class."""
    day.tap(CARD, class_id="first")
    rank_ms = visit_of(day).rank_ms
    day.with_no_show(CARD)
    for number in (1, 2):
        day.tap(number)
    events = day.later(minutes).tap(CARD, role, desk="1")
    returned = events[0]
    assert isinstance(returned, VisitReturned)
    assert (kept, rank_ms if kept else day.now_ms) == (returned.kept, returned.rank_ms)
    assert (visit_of(day).rank_ms - HEAD_START_MS, "first", None) == (
        visit_of(day).key_ms,
        visit_of(day).class_id,
        visit_of(day).desk,
    )
    assert day.state.lines.ahead({"papers"}, visit_of(day).entry) == answer(events).ahead


def test_the_return_window_is_judged_at_the_tap(day: Day) -> None:
    """A tap made in time and delivered late keeps the place."""
    day.with_visit(VisitState.MISSED).later(60)
    returned = day.tap(CARD, age_ms=50 * MINUTE)[0]
    assert isinstance(returned, VisitReturned)
    assert returned.kept


@pytest.mark.parametrize(
    ("minutes", "code"), [(0.001, codes.THANK_YOU), (2, codes.THANK_YOU), (2.001, codes.OPENED), (60, codes.OPENED)]
)
def test_a_card_that_is_done(day: Day, minutes: float, code: int) -> None:
    """At the entry, within the drop window: drop the card; later the next citizen has it, with a new visit."""
    old = visit_of(day.with_visit(VisitState.FINISHED)).id
    events = day.later(minutes).tap(CARD)
    assert code == answer(events).code
    if code == codes.OPENED:
        assert isinstance(events[0], VisitOpened)
        assert old == events[0].replaces
        assert old not in day.state.visits
        assert VisitState.WAITING is visit_of(day).state


def test_the_drop_window_is_judged_at_the_tap(day: Day) -> None:
    """A tap made when the card should have been dropped opens no visit an hour later."""
    day.with_visit(VisitState.FINISHED).later(60)
    assert codes.THANK_YOU == answer(day.tap(CARD, age_ms=59 * MINUTE)).code


@pytest.mark.parametrize("role", [Role.INFO, Role.DESK])
def test_a_done_card_opens_nothing_elsewhere(day: Day, role: Role) -> None:
    """Only the entry opens visits, however long ago the last one was."""
    day.with_visit(VisitState.FINISHED).later(600)
    assert [TapAnswered] == kinds(day.tap(CARD, role, desk="1"))


def test_windows_are_the_sites() -> None:
    """Both windows are the policy's: with none, a missed place is lost at once and a done card opens at once."""
    policy = Policy({"plain": 0}, {"papers": 9 * MINUTE}, {"1": frozenset({"papers"})}, 0, 0)
    missed, done = Day(policy).with_visit(VisitState.MISSED), Day(policy).with_visit(VisitState.FINISHED)
    returned = missed.later(0.001).tap(CARD)[0]
    assert isinstance(returned, VisitReturned)
    assert not returned.kept
    assert codes.OPENED == answer(done.later(0.001).tap(CARD)).code


def test_a_tap_never_frees_or_takes_a_desk_but_its_own(day: Day) -> None:
    """Taps of others, at any reader, leave a called visit and its desk as they are."""
    day.with_visit(VisitState.CALLED)
    before = (day.state.desks["1"].visit, day.state.desks["1"].version)
    for role in Role:
        day.tap(3, role, desk="1")
    assert before == (day.state.desks["1"].visit, day.state.desks["1"].version)


def test_visits_are_numbered_from_one(day: Day) -> None:
    """Without a gap, also where a card's visit takes the place of one that is over."""
    day.with_visit(VisitState.FINISHED).later(5)
    opened = [day.tap(number)[0] for number in (17, 4)]
    assert [2, 3] == [event.visit for event in opened if isinstance(event, VisitOpened)]


def told(day: Day, number: int) -> tuple[int | None, int | None]:
    """The range in the receipt of a tap."""
    receipt = answer(day.tap(number))
    return receipt.lo_min, receipt.hi_min


def test_the_range_follows_the_desks_and_what_services_took(day: Day) -> None:
    """At once while a desk is free; then by the site's typical time; then by what was measured, as far as it tells."""
    assert (0, 5) == told(day, 1)
    assert (0, 5) == told(day, 2)
    for desk in ("1", "2"):
        day.do(CallNext(desk))
    assert (0, 15) == told(day, 3)  # 4.5 min on average, 0.5 to 10.4
    assert (0, 20) == told(day, 4)  # 9 min on average, 2.4 to 17.5
    for command in (Start("1"), Finish("1")):
        day.later(60).do(command)
    day.do(CallNext("1"))
    assert (5, 40) == told(day, 5)  # two hours and nine times the typical 9 min: 20.1 on average, 5.3 to 39.1


def test_who_may_not_be_served_before_closing_is_told() -> None:
    """At the entry, at an info reader and on coming back; the place is the same; nothing is said once closed."""
    day = Day()
    for number in (1, 2, 3):
        assert not answer(day.tap(number)).closes_first
    day.do(CallNext("1"))
    day.later(3).do(NoShow("1"))
    day.enter(ClosingPlanned(day.now_ms, day.now_ms + 15 * MINUTE))
    assert [False, True, True] == [answer(day.later(2).tap(number)).closes_first for number in (4, 5, 6)]
    assert (codes.WAITING, 4, True) == place(answer(day.tap(6, Role.INFO)))
    assert (codes.BACK_IN_LINE, 0, False) == place(answer(day.tap(1)))
    day.do(CallNext("1"))
    assert 1 == day.state.desks["1"].visit
    day.do(CloseDay("supervisor"))
    day.do(OpenDay("supervisor"))
    assert not answer(day.later(1).tap(7)).closes_first


def place(receipt: TapAnswered) -> tuple[int, int | None, bool]:
    """What was told, how many are ahead, and whether the office may close first."""
    return receipt.code, receipt.ahead, receipt.closes_first


def test_where_no_desk_serves_no_range_is_told() -> None:
    """The place is told all the same."""
    day = Day(Policy({"plain": 0}, {"papers": 9 * MINUTE}, {"1": frozenset()}))
    receipt = answer(day.tap(1))
    assert (0, None, None) == (receipt.ahead, receipt.lo_min, receipt.hi_min)


@pytest.mark.parametrize(
    ("number", "given", "expected"),
    [
        (None, 30, (codes.ENROLLED, 30)),
        (17, 30, (codes.ALREADY_ENROLLED, 17)),
        (None, None, (codes.UNKNOWN_CARD, None)),
    ],
)
def test_a_card_at_a_reader_that_enrols(
    day: Day, number: int | None, given: int | None, expected: tuple[int, int | None]
) -> None:
    """An unknown card gets the number there is for it, one that has a number keeps it; nobody is put in line."""
    tap = Tap("r1", "k1", 1, 1, number, day.now_ms, True, Role.ENTRY)
    *facts, settled = day.do(EnrolTap(tap, given, "technician"))
    assert isinstance(settled, TapAnswered | TapIgnored)
    assert expected == (settled.code, settled.number)
    is_new = expected[0] == codes.ENROLLED
    assert ([CardEnrolled(day.now_ms, 30, "r1", "technician")] if is_new else []) == facts
    assert {} == day.state.visits
