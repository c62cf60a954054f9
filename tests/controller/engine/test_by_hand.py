"""Visits opened, called and ended by hand; desks, cards and the day: what the table's legal cells do, and refuse."""

from dataclasses import replace

import pytest
from engine_day import MINUTE, POLICY, Day

from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    Command,
    Finish,
    Hold,
    NoShow,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    Recall,
    ReplaceCard,
    RetireCard,
    ReturnVisit,
    Start,
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.events import (
    CardTaken,
    DayClosed,
    Refused,
    ServiceFinished,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitCancelled,
    VisitFinished,
    VisitMissed,
)
from luot_controller.engine.model import DayEnd, Role, Visit, VisitState
from luot_protocol import codes


@pytest.fixture
def day() -> Day:
    return Day()


def opening(*services: str, class_id: str = "plain", **more: int) -> OpenVisit:
    return OpenVisit("kiosk", services=services or ("papers",), class_id=class_id, **more)


def visit_of(day: Day, number: int) -> Visit:
    visit = day.state.of_number(number)
    assert visit is not None
    return visit


def code(day: Day, command: Command) -> str:
    (event,) = day.do(command)
    assert isinstance(event, Refused)
    return event.code


def receipt(day: Day, number: int, role: Role, **more: object) -> int:
    settled = day.tap(number, role, **more)[-1]  # type: ignore[arg-type]
    assert isinstance(settled, TapAnswered | TapIgnored)
    return settled.code


def test_numbers_without_a_card_go_round(day: Day) -> None:
    """900 to 903 in turn, none twice while its visit is not over, then the one after the last given."""
    for number in (900, 901, 902, 903):
        day.do(opening())
        assert number == visit_of(day, number).number
    assert "no_number_left" == code(day, opening())
    day.do(CancelVisit("kiosk", number=901))
    day.do(opening())
    assert (VisitState.WAITING, 901) == (visit_of(day, 901).state, day.state.last_reserved)
    day.policy = replace(POLICY, reserved=None)
    assert "no_number_left" == code(day, opening())


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (opening("gold"), "unknown_service"),
        (OpenVisit("kiosk", services=(), class_id="plain"), "unknown_service"),
        (opening(*["papers"] * 9), "too_many_services"),
        (opening(class_id="gold"), "unknown_class"),
        (opening(number=901), "reserved_number"),
        (opening(number=7), "card_blocked"),
        (BlockCard("supervisor", number=900), "reserved_number"),
        (BlockCard("supervisor", number=7), "already_blocked"),
        (UnblockCard("supervisor", number=8), "not_blocked"),
        (RetireCard("supervisor", number=903), "reserved_number"),
        (ReplaceCard("supervisor", number=17, replacement=17), "same_card"),
        (ReplaceCard("supervisor", number=17, replacement=7), "card_blocked"),
        (ReplaceCard("supervisor", number=17, replacement=18), "card_in_use"),
        (ReplaceCard("supervisor", number=900, replacement=20), "no_card"),
        (CancelVisit("kiosk", number=17, own=True), "not_yours"),
        (CancelVisit("desk-2", "2", number=17), "at_other_desk"),
        (CallVisit("2", number=18, reason=" "), "reason_missing"),
        (PauseDesk("1", reason=""), "reason_missing"),
        (Transfer("1", to_desk="9"), "unknown_desk"),
        (Transfer("1", to_desk="2", then=("gold",)), "unknown_service"),
        (Transfer("1", to_desk="3"), "desk_not_serving"),
        (Transfer("1", service="land", to_desk="3"), "target_closed"),
        (Transfer("1", service="land", then=("papers",) * 8), "too_many_services"),
    ],
)
def test_refused_by_more_than_the_state(day: Day, command: Command, refusal: str) -> None:
    """Card 17 is called to desk 1, 18 waits, 7 is blocked, 900 has no card: each has its own reason."""
    day.with_visit(VisitState.CALLED)
    day.tap(18)
    day.do(BlockCard("supervisor", number=7))
    day.do(opening())
    if refusal == "target_closed":
        day.do(CloseDesk("3"))
    length = len(day.ledger)
    assert refusal == code(day, command)
    assert length == len(day.ledger)


def test_appointments_stand_in_the_same_line(day: Day) -> None:
    """In time the appointed time ranks, and the call says so once it is due; too late the check-in does."""
    due_ms = day.now_ms + 10 * MINUTE
    day.do(opening(appointed_ms=due_ms))
    day.do(opening(appointed_ms=day.now_ms - 1))
    day.later(5).tap(3)
    assert [day.now_ms - 5 * MINUTE, day.now_ms, due_ms] == [visit_of(day, n).rank_ms for n in (901, 3, 900)]
    calls = [event for _ in range(3) for event in day.later(3).call_next() if isinstance(event, VisitCalled)]
    assert [(901, "OLDEST"), (3, "OLDEST"), (900, "APPOINTMENT_DUE")] == [(one.number, one.reason) for one in calls]


def test_several_services_are_one_visit(day: Day) -> None:
    """Finished at the first, it waits for the second at its own key, and the same desk may call it at once."""
    day.do(opening("papers", "land"))
    rank_ms = visit_of(day, 900).rank_ms
    day.later(1).tap(3, service="land")
    day.do(CallNext("2"))
    day.later(4).do(Start("2"))
    done, called = day.later(4).do(CallNext("2"))
    assert isinstance(done, ServiceFinished)
    assert isinstance(called, VisitCalled)
    assert (("papers", "land", ()), (900, "land", 3)) == (
        (done.service, done.next_service, done.then),
        (called.number, called.service, called.second),
    )
    assert rank_ms == visit_of(day, 900).rank_ms
    day.do(Undo("2"))
    assert ("papers", VisitState.SERVING, ("land",)) == (
        visit_of(day, 900).service,
        visit_of(day, 900).state,
        visit_of(day, 900).then,
    )
    assert [ServiceFinished] == [type(event) for event in day.do(Finish("2"))]


def test_next_sends_on_to_another_desks_service(day: Day) -> None:
    """With nobody else, and the next service elsewhere, next finishes this one and calls nobody."""
    day.do(opening("papers", "land"))
    day.do(CallNext("1"))
    day.do(Start("1"))
    assert [ServiceFinished] == [type(event) for event in day.do(CallNext("1"))]


def test_a_site_may_ask_to_finish_first(day: Day) -> None:
    """With next_finishes false the clerk finishes, then calls."""
    day.policy = replace(POLICY, next_finishes=False)
    day.with_visit(VisitState.SERVING)
    assert "finish_first" == code(day, CallNext("1"))


def test_a_no_show_needs_its_recalls_and_its_pause(day: Day) -> None:
    """Two recalls, and half a minute after the last of them; whose card is back is not waited for."""
    day.policy = replace(POLICY, recalls_before_no_show=2, no_show_pause_ms=30_000)
    day.with_visit(VisitState.CALLED)
    assert "recall_first" == code(day, NoShow("1"))
    for _ in range(2):
        day.do(Recall("1"))
    assert "too_soon" == code(day.later(0.4), NoShow("1"))
    assert [VisitMissed] == [type(event) for event in day.later(0.1).do(NoShow("1"))]
    day.tap(18)
    day.do(CallNext("1"))
    assert codes.LEAVING == receipt(day, 18, Role.DROPOFF)
    assert [VisitCancelled] == [type(event) for event in day.do(NoShow("1"))]


def test_undo_of_an_opening_is_a_cancellation(day: Day) -> None:
    """What a clerk opened by mistake is as if it had been given up."""
    day.do(OpenVisit("desk-1", "1", services=("papers",), class_id="plain"))
    day.do(Undo("1"))
    assert VisitState.CANCELLED == visit_of(day, 900).state
    assert 0 == day.state.lines.waiting(POLICY.rivals)


def test_a_closed_desk_lets_its_own_go(day: Day) -> None:
    """Who waits for one desk alone waits for its service again once that closes; who comes back then, too."""
    day.with_visit(VisitState.SERVING)
    day.do(Transfer("1", to_desk="2"))
    assert 1 == day.state.lines.waiting(["@2"])
    day.tap(18)
    day.do(CallNext("2"))
    day.do(Hold("2"))
    day.do(CallVisit("2", number=18, reason="faint"))
    day.do(Transfer("2", to_desk="2"))
    day.do(CloseDesk("2"))
    assert (0, 1) == (day.state.lines.waiting(["@2"]), day.state.lines.waiting(["papers"]))
    day.do(ReturnVisit("desk-1", "1", number=17))
    assert (None, "papers") == (visit_of(day, 17).bound, visit_of(day, 17).line)


def test_a_lost_card_is_replaced_under_the_same_place(day: Day) -> None:
    """The visit goes on as 18 with its key; 17 changes nothing any more until it is found."""
    day.with_visit(VisitState.FINISHED, 18)
    day.later(5).with_visit(VisitState.CALLED, 17)
    key_ms = visit_of(day, 17).key_ms
    day.do(ReplaceCard("desk-1", "1", number=17, replacement=18))
    assert (key_ms, "1") == (visit_of(day, 18).key_ms, visit_of(day, 18).desk)
    assert codes.BLOCKED_CARD == receipt(day, 17, Role.ENTRY)
    day.do(UnblockCard("desk-1", "1", number=17))
    assert codes.OPENED == receipt(day.later(1), 17, Role.ENTRY)
    assert codes.YOUR_TURN == receipt(day, 18, Role.INFO)
    day.do(BlockCard("supervisor", number=17))
    assert 1 == len(day.do(ReplaceCard("desk-1", "1", number=17, replacement=19)))


def test_the_day_closes_by_the_sites_rules(day: Day) -> None:
    """Served ones are done, others expire or are kept, free desks close, cards that are out are counted."""
    day.policy = replace(
        POLICY, day_ends={**POLICY.day_ends, VisitState.HELD: DayEnd.KEEP, VisitState.WAITING: DayEnd.KEEP}
    )
    day.with_visit(VisitState.SERVING, 1)
    day.do(Transfer("1", to_desk="2"))
    day.do(CallNext("2"))
    day.do(Transfer("2", to_desk="2"))
    for number in (2, 3):
        day.later(1).tap(number)
    day.do(CallNext("1"))
    day.do(Hold("1"))
    day.do(CallNext("1"))
    facts = day.later(1).do(CloseDay("supervisor"))
    closed = facts[-1]
    assert isinstance(closed, DayClosed)
    assert (1, 0, 2, 3) == (closed.expired, closed.finished, closed.kept, closed.cards_out)
    assert (None, VisitState.EXPIRED) == (visit_of(day, 1).bound, visit_of(day, 3).state)
    assert codes.DAY_OVER == receipt(day.later(1), 3, Role.ENTRY, age_ms=2 * MINUTE)
    assert codes.DAY_OVER == receipt(day, 3, Role.ENTRY, age_ms=MINUTE)
    assert codes.CLOSED == receipt(day, 3, Role.ENTRY)
    assert "day_closed" == code(day, OpenDesk("1"))
    day.do(OpenDay("supervisor"))
    assert "desk_closed" == code(day, CallNext("1"))
    day.do(OpenDesk("1", by="supervisor"))
    assert codes.OPENED == receipt(day, 3, Role.ENTRY)


def test_a_served_visit_ends_with_the_day(day: Day) -> None:
    """Finished by the close, not by a clerk: it says nothing of how long such a service takes."""
    day.with_visit(VisitState.SERVING)
    finished = next(fact for fact in day.later(90).do(CloseDay("supervisor")) if isinstance(fact, VisitFinished))
    assert finished.by_close
    assert [] == day.state.paces["papers"].recent_ms


def test_the_day_stays_open_while_the_site_wants_it(day: Day) -> None:
    """With a state that refuses, nobody is sent home."""
    day.policy = replace(POLICY, day_ends={**POLICY.day_ends, VisitState.WAITING: DayEnd.REFUSE})
    day.tap(1)
    assert "people_left" == code(day, CloseDay("supervisor"))


def test_a_face_is_counted_apart_from_the_visit(day: Day) -> None:
    """Within ten seconds of the drop, once; later it is only a card in the tray; the ledger knows no face."""
    day.with_visit(VisitState.FINISHED)
    assert codes.IN_TRAY == receipt(day, 17, Role.DROPOFF)
    assert codes.RATED == receipt(day.later(0.1), 17, Role.DROPOFF, face=2)
    assert codes.RATED == receipt(day, 17, Role.DROPOFF, face=1)
    assert codes.IN_TRAY == receipt(day.later(1), 17, Role.DROPOFF, face=1)
    assert [("papers", 2, 1)] == [(rated.service, rated.face, count) for rated, count in day.ratings.items()]
    assert codes.UNKNOWN_BUTTON == receipt(day, 17, Role.DROPOFF, face=-1)
    assert codes.NOT_IN_LINE == receipt(day, 17, Role.INFO)
    assert codes.OPENED == receipt(day, 17, Role.ENTRY)


def test_who_drops_the_card_by_mistake_goes_on(day: Day) -> None:
    """Within a minute, at the old key; later whoever has the card is somebody else."""
    day.tap(17)
    rank_ms = visit_of(day, 17).rank_ms
    assert codes.CANCELLED == receipt(day.later(5), 17, Role.DROPOFF)
    assert codes.BACK_IN_LINE == receipt(day.later(1), 17, Role.ENTRY)
    assert rank_ms == visit_of(day, 17).rank_ms
    receipt(day, 17, Role.DROPOFF)
    assert codes.OPENED == receipt(day.later(1.1), 17, Role.ENTRY)
    day.do(CallNext("1"))
    day.do(Start("1"))
    assert codes.IN_TRAY == receipt(day.later(1), 17, Role.DROPOFF)
    assert codes.BEING_SERVED == receipt(day.later(0.5), 17, Role.INFO)
    assert visit_of(day, 17).dropped_ms is None
    receipt(day.later(0.5), 17, Role.DROPOFF)
    assert codes.CARD_IN_USE == receipt(day.later(2), 17, Role.ENTRY)


@pytest.mark.parametrize(("after_ms", "taken"), [(1, True), (MINUTE, True), (MINUTE + 1, False)])
def test_a_card_that_is_taken_again_while_its_visit_goes_on(day: Day, after_ms: int, taken: bool) -> None:
    """Up to a minute after the drop it is the same citizen, and the desk is told; then somebody else's, in use."""
    day.with_visit(VisitState.SERVING)
    day.tap(17, Role.DROPOFF)
    day.now_ms += after_ms
    first, *_ = day.tap(17, Role.INFO)
    if taken:
        assert CardTaken(day.now_ms, visit_of(day, 17).id, 17, "1") == first
        assert visit_of(day, 17).dropped_ms is None
    else:
        assert isinstance(first, TapIgnored)
        assert (codes.CARD_IN_USE, 17) == (first.code, first.number)


def test_a_drop_from_before_this_visit(day: Day) -> None:
    """Heard an hour late, it belongs to the visit before, and must not cancel this one."""
    day.tap(17)
    assert codes.TOO_OLD == receipt(day.later(5), 17, Role.DROPOFF, age_ms=6 * MINUTE)
    assert VisitState.WAITING == visit_of(day, 17).state


def test_a_card_that_is_missed_after_closing_does_not_come_back(day: Day) -> None:
    """Once the day is closed nobody enters the line, kept or not."""
    day.policy = replace(POLICY, day_ends={**POLICY.day_ends, VisitState.MISSED: DayEnd.KEEP})
    day.with_visit(VisitState.MISSED)
    day.do(CloseDay("supervisor"))
    assert codes.CLOSED == receipt(day.later(1), 17, Role.INFO)
