"""What a clerk's key does: every command at every state of the desk, every refusal, every reason of a call."""

import pytest
from engine_day import HEAD_START_MS, MINUTE, POLICY, Day, folded, picture

from luot_controller.engine.calls import next_call
from luot_controller.engine.commands import CallNext, DeskCommand, Finish, NoShow, Recall, Start, Transfer, Undo
from luot_controller.engine.events import (
    Event,
    Refused,
    VisitCalled,
    VisitFinished,
    VisitMissed,
    VisitRecalled,
    VisitStarted,
)
from luot_controller.engine.model import Policy, Role, VisitState

COMMANDS = (CallNext, Recall, Start, Finish, NoShow)
FREE = None


@pytest.fixture
def day() -> Day:
    return Day()


def called(events: list[Event]) -> VisitCalled:
    """The call among the events."""
    (call,) = (event for event in events if isinstance(event, VisitCalled))
    return call


@pytest.mark.parametrize(
    ("command", "before", "expected", "after"),
    [
        (CallNext, FREE, [VisitCalled], VisitState.CALLED),
        (CallNext, VisitState.CALLED, "still_called", VisitState.CALLED),
        (CallNext, VisitState.SERVING, [VisitFinished, VisitCalled], VisitState.CALLED),
        (Recall, FREE, "desk_free", FREE),
        (Recall, VisitState.CALLED, [VisitRecalled], VisitState.CALLED),
        (Recall, VisitState.SERVING, "already_serving", VisitState.SERVING),
        (Start, FREE, "desk_free", FREE),
        (Start, VisitState.CALLED, [VisitStarted], VisitState.SERVING),
        (Start, VisitState.SERVING, "already_serving", VisitState.SERVING),
        (Finish, FREE, "desk_free", FREE),
        (Finish, VisitState.CALLED, [VisitFinished], FREE),
        (Finish, VisitState.SERVING, [VisitFinished], FREE),
        (NoShow, FREE, "desk_free", FREE),
        (NoShow, VisitState.CALLED, [VisitMissed], FREE),
        (NoShow, VisitState.SERVING, "already_serving", VisitState.SERVING),
    ],
)
def test_every_command_at_every_state(
    day: Day,
    command: type[DeskCommand],
    before: VisitState | None,
    expected: list[type] | str,
    after: VisitState | None,
) -> None:
    """With others waiting: the facts, in order, or the one refusal; and the state of the desk after it."""
    if before is not FREE:
        day.with_visit(before)
    day.tap(4)
    day.tap(5)
    was = picture(day.state, POLICY)
    events = day.later(1).do(command("1"))
    if isinstance(expected, str):
        assert [Refused(expected)] == events
        assert was == picture(day.state, POLICY)
    else:
        assert expected == [type(event) for event in events]
        assert day.state.event_id == day.state.desks["1"].version
    present = day.state.at_desk("1")
    assert after == (None if present is None else present.state)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"desk": "9"}, "unknown_desk"),
        ({"expires_ms": -1}, "expired"),
        ({"expects": 4}, "stale"),
        ({"expects": 0}, "stale"),
    ],
)
def test_refused_whatever_the_command(
    day: Day, command: type[DeskCommand], more: dict[str, int | str], code: str
) -> None:
    """An unknown desk, a lapsed command and a screen that was out of date: nothing changes, and the code says which."""
    day.with_visit(VisitState.CALLED)
    day.tap(4)
    was = picture(day.state, POLICY)
    fields = {"desk": "1", **more}
    if "expires_ms" in fields:
        fields["expires_ms"] = day.now_ms - 1
    assert [Refused(code)] == day.do(command(**fields))  # type: ignore[arg-type]
    assert was == picture(day.state, POLICY)


def test_the_limits_of_expiry_and_expectation(day: Day) -> None:
    """A command that lapses now is still done, and so is one that expects the very version the desk has."""
    day.tap(1)
    assert day.state.desks["1"].version == 0
    events = day.do(CallNext("1", expects=0, expires_ms=day.now_ms))
    assert 1 == called(events).number
    assert [VisitStarted] == [type(event) for event in day.do(Start("1", expects=day.state.desks["1"].version))]


def test_what_others_do_makes_no_command_stale(day: Day) -> None:
    """A desk's version is its own: taps and calls elsewhere leave it."""
    day.with_visit(VisitState.CALLED)
    version = day.state.desks["1"].version
    day.tap(4)
    day.tap(5, service="land")
    day.do(CallNext("2"))
    day.tap(17, Role.INFO)
    assert [VisitFinished] == [type(event) for event in day.do(Finish("1", expects=version))]


def test_nobody_waiting(day: Day) -> None:
    """A free desk with nobody for it is told so, also while others wait for services it does not serve."""
    assert [Refused("nobody_waiting")] == day.do(CallNext("1"))
    day.tap(5, service="land")
    assert [Refused("nobody_waiting")] == day.do(CallNext("1"))


def test_next_finishes_also_when_nobody_waits(day: Day) -> None:
    """With a citizen at the desk and an empty line, next finishes the visit and calls nobody."""
    day.with_visit(VisitState.SERVING)
    assert [VisitFinished] == [type(event) for event in day.do(CallNext("1"))]
    assert [Refused("nobody_waiting")] == day.do(CallNext("1"))


def test_a_desk_that_the_site_dropped(day: Day) -> None:
    """The ledger may know a desk that the site file has no more: commands to it are refused, not a crash."""
    day.with_visit(VisitState.FINISHED)
    day.tap(4)
    day.policy = Policy(POLICY.head_start_ms, POLICY.typical_ms, {"2": POLICY.desk_services["2"]})
    assert [[Refused("unknown_desk")]] * 5 == [day.do(command("1")) for command in COMMANDS]


def test_service_time_counts_from_the_start_or_else_from_the_call(day: Day) -> None:
    """`served_ms` is measured from the start; where no start was marked, from the call."""
    day.with_visit(VisitState.SERVING, 1)
    (finished,) = day.later(8).do(Finish("1"))
    day.with_visit(VisitState.CALLED, 2)
    (unmarked,) = day.later(6).do(Finish("1"))
    assert isinstance(finished, VisitFinished)
    assert isinstance(unmarked, VisitFinished)
    assert (8 * MINUTE, 6 * MINUTE) == (finished.served_ms, unmarked.served_ms)


def test_a_desk_time_counts_from_the_call_however_it_ends(day: Day) -> None:
    """What keeps those in line waiting: the way to the desk, a no-show, a missing paper; undo takes it back."""
    day.with_visit(VisitState.FINISHED, 1)
    day.with_visit(VisitState.MISSED, 2)
    day.with_visit(VisitState.HELD, 3)
    day.later(1).tap(4)
    day.call_next("1")
    day.later(2).do(Transfer("1", service="land"))
    assert [9 * MINUTE, 3 * MINUTE, 3 * MINUTE, 2 * MINUTE] == day.state.paces["papers"].recent_ms
    day.later(1).do(Undo("1"))
    assert [9 * MINUTE, 3 * MINUTE, 3 * MINUTE] == day.state.paces["papers"].recent_ms


def test_oldest(day: Day) -> None:
    """The plain case: whoever has waited longest, with the second best beside it."""
    day.tap(12)
    day.later(1).tap(7)
    call = called(day.call_next("1"))
    assert (12, "OLDEST", None, None) == (call.number, call.reason, call.over, call.over_key_ms)
    assert (7, day.now_ms, day.now_ms - MINUTE) == (call.second, call.second_key_ms, call.key_ms)


def test_alone_there_is_no_second(day: Day) -> None:
    """With one in line there is nothing to compare with."""
    day.tap(12)
    call = called(day.call_next("1"))
    assert (None, None, "OLDEST") == (call.second, call.second_key_ms, call.reason)


def test_priority_within_h(day: Day) -> None:
    """A head start that passes somebody over is named, with the number that had waited longer."""
    day.tap(12)
    day.later(1).tap(13)
    day.later(43).tap(17, class_id="first")
    call = called(day.call_next("1"))
    assert (17, "PRIORITY_WITHIN_H", 12, 12) == (call.number, call.reason, call.over, call.second)
    assert (day.now_ms - HEAD_START_MS, day.now_ms - 44 * MINUTE) == (call.key_ms, call.over_key_ms)


def test_priority_beyond_h_passes_nobody(day: Day) -> None:
    """Who has waited longer than the head start goes first, and priority that was first anyway needs no excuse."""
    day.tap(12)
    day.later(46).tap(17, class_id="first")
    assert (12, "OLDEST") == (called(day.call_next("1")).number, called([day.ledger[-1]]).reason)
    day.tap(13)
    call = called(day.call_next("1"))
    assert (17, "OLDEST", None) == (call.number, call.reason, call.over)


def test_a_tie_goes_to_the_earlier_tap(day: Day) -> None:
    """A head start that only just catches up does not overtake: with equal keys the earlier tap goes first."""
    day.tap(12)
    day.later(45).tap(17, class_id="first")
    call = called(day.call_next("1"))
    assert (12, "OLDEST", 17) == (call.number, call.reason, call.second)
    assert call.key_ms == call.second_key_ms


def test_desk_services(day: Day) -> None:
    """Somebody waits longer for what this desk does not do: the reason names that person."""
    day.tap(8, service="land")
    day.later(2).tap(9)
    call = called(day.call_next("1"))
    assert (9, "DESK_SERVICES", 8) == (call.number, call.reason, call.over)
    assert day.now_ms - 2 * MINUTE == call.over_key_ms
    assert "OLDEST" == called(day.call_next("2")).reason


def test_who_waits_elsewhere_is_told_with_the_key(day: Day) -> None:
    """Also where it is a head start that puts somebody before the one who is called: the key, not the rank time."""
    day.tap(9)
    day.later(2).tap(8, service="land", class_id="first")
    call = called(day.call_next("1"))
    assert (9, "DESK_SERVICES", 8, day.now_ms - HEAD_START_MS) == (
        call.number,
        call.reason,
        call.over,
        call.over_key_ms,
    )


@pytest.mark.parametrize(("minutes", "first"), [(14, 17), (16, 4)])
def test_returned(day: Day, minutes: float, first: int) -> None:
    """Back in time a no-show goes first again, and the reason says it came back; too late it stands behind the rest."""
    day.with_visit(VisitState.MISSED)
    day.tap(4)
    day.later(minutes).tap(17, Role.INFO)
    calls = [called(day.call_next("1")), called(day.call_next("1"))]
    assert first == calls[0].number
    assert {17: "RETURNED", 4: "OLDEST"} == {call.number: call.reason for call in calls}
    assert [None, None] == [call.over for call in calls]


def test_no_show_recalls_and_reason_are_the_visits(day: Day) -> None:
    """What a screen shows of a call starts afresh with the next call of the same visit."""
    day.with_visit(VisitState.CALLED)
    day.do(Recall("1"))
    day.do(Recall("1"))
    visit = day.state.at_desk("1")
    assert visit is not None
    assert (2, "OLDEST") == (visit.recalls, visit.reason)
    day.do(NoShow("1"))
    day.later(1).tap(17)
    day.later(1).call_next("2")
    assert (0, "RETURNED", "2", day.now_ms) == (visit.recalls, visit.reason, visit.desk, visit.called_ms)


def test_next_call_tells_what_call_next_does(day: Day) -> None:
    """The preview and the deed are one and the same, and the preview changes nothing."""
    for number, class_id in ((1, "plain"), (2, "first"), (3, "plain")):
        day.later(1).tap(number, class_id=class_id)
    for _ in range(3):
        was = picture(day.state, POLICY)
        told = next_call(day.state, POLICY, "1", day.now_ms)
        assert was == picture(day.state, POLICY)
        assert told == called(day.call_next("1"))
    assert next_call(day.state, POLICY, "1", day.now_ms) is None


def test_facts_add_up_to_the_state(day: Day) -> None:
    """A morning with every kind of fact, folded from the ledger, is the state at its end."""
    for number in range(1, 7):
        day.later(1).tap(number, service="land" if number % 2 else "papers")
    for command in (CallNext("2"), Recall("2"), NoShow("2"), CallNext("2"), Start("2"), CallNext("2"), Finish("2")):
        day.later(2).do(command)
    day.tap(1)
    day.tap(None)
    assert picture(day.state, POLICY) == picture(folded(POLICY, day.ledger), POLICY)
    assert (len(day.ledger), day.now_ms) == (day.state.event_id, day.state.at_ms)
