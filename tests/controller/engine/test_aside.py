"""What a clerk does beside calling: hold and resume, transfer, and taking the last command back."""

import pytest
from engine_day import POLICY, Day, folded, picture

from luot_controller.engine.commands import (
    CallNext,
    DeskCommand,
    Finish,
    Hold,
    NoShow,
    Recall,
    Resume,
    Start,
    Transfer,
    Undo,
)
from luot_controller.engine.events import (
    CommandUndone,
    Refused,
    TapAnswered,
    VisitHeld,
    VisitResumed,
    VisitReturned,
    VisitTransferred,
)
from luot_controller.engine.model import Role, VisitState
from luot_controller.engine.pace import Pace
from luot_protocol import codes


@pytest.fixture
def day() -> Day:
    return Day()


def line(day: Day, service: str = "papers") -> list[int]:
    """The numbers in a line, in order."""
    return [day.state.visits[entry[2]].number for entry in day.state.lines.page(service, 0, 100)]


def state_of(day: Day, number: int) -> tuple[VisitState, str | None]:
    """A card's state and desk."""
    visit = day.state.of_number(number)
    assert visit is not None
    return visit.state, visit.desk


@pytest.mark.parametrize("before", [VisitState.CALLED, VisitState.SERVING])
def test_hold_frees_the_desk_and_keeps_the_key(day: Day, before: VisitState) -> None:
    """A held visit is at no desk and in no line, and keeps its rank time for when it goes on."""
    day.with_visit(before)
    key_ms = day.state.visits[1].key_ms
    assert [VisitHeld] == [type(event) for event in day.later(1).do(Hold("1"))]
    assert (None, [1], []) == (day.state.desks["1"].visit, day.state.desks["1"].held, line(day))
    assert (VisitState.HELD, key_ms) == (day.state.visits[1].state, day.state.visits[1].key_ms)


@pytest.mark.parametrize("desk", ["1", "2"])
def test_resume_calls_back_to_any_free_desk(day: Day, desk: str) -> None:
    """A held visit goes on where it was held, or at another desk; the desk that held it forgets it."""
    day.with_visit(VisitState.SERVING).do(Hold("1"))
    assert [VisitResumed] == [type(event) for event in day.later(5).do(Resume(desk, number=17))]
    assert ((VisitState.CALLED, desk), []) == (state_of(day, 17), day.state.desks["1"].held)
    assert {"1", desk} == {at.id for at in day.state.desks.values() if at.version == day.state.event_id}


def test_resume_is_refused(day: Day) -> None:
    """At a desk that is not free, and for a number that nobody holds."""
    day.with_visit(VisitState.SERVING)
    assert [Refused("desk_busy")] == day.do(Resume("1", number=17))
    assert [Refused("not_held")] == day.do(Resume("2", number=17))
    assert [Refused("not_held")] == day.do(Resume("2", number=99))


@pytest.mark.parametrize("role", [Role.ENTRY, Role.INFO, Role.DESK])
def test_a_tap_of_a_held_card_says_so(day: Day, role: Role) -> None:
    """Whatever reader it is held to, the card is told that the clerk will go on with it."""
    day.with_visit(VisitState.SERVING).do(Hold("1"))
    (answer,) = day.later(1).tap(17, role, desk="1" if role is Role.DESK else None)
    assert isinstance(answer, TapAnswered)
    assert (codes.HELD, "1") == (answer.code, answer.desk)


def test_transfer_keeps_the_place(day: Day) -> None:
    """In the line of the other service the visit stands where its own tap puts it: before those who came later."""
    day.tap(17)
    day.later(1).tap(40, service="land")
    day.later(1).do(CallNext("1"))
    assert [VisitTransferred] == [type(event) for event in day.do(Transfer("1", service="land"))]
    assert ([17, 40], None) == (line(day, "land"), day.state.desks["1"].visit)


def test_transfer_is_refused(day: Day) -> None:
    """Into a service that the site does not have, into the visit's own, and at a free desk."""
    day.with_visit(VisitState.SERVING)
    assert [Refused("unknown_service")] == day.do(Transfer("1", service="gold"))
    assert [Refused("same_service")] == day.do(Transfer("1", service="papers"))
    assert [Refused("desk_free")] == day.do(Transfer("2", service="land"))


UNDOABLE = {
    "call": (VisitState.WAITING, CallNext("1")),
    "start": (VisitState.CALLED, Start("1")),
    "finish": (VisitState.SERVING, Finish("1")),
    "finish unstarted": (VisitState.CALLED, Finish("1")),
    "no-show": (VisitState.CALLED, NoShow("1")),
    "hold": (VisitState.SERVING, Hold("1")),
    "transfer": (VisitState.SERVING, Transfer("1", service="land")),
    "next": (VisitState.SERVING, CallNext("1")),
}


@pytest.mark.parametrize("name", UNDOABLE)
def test_undo_brings_everything_back(day: Day, name: str) -> None:
    """Line, desk, visit and measured times are as before the command; the ledger has grown; folding it agrees."""
    before, command = UNDOABLE[name]
    day.tap(3)
    day.later(1).do(CallNext("2"))
    day.later(1).tap(17)
    day.later(1).tap(18)
    if before is not VisitState.WAITING:
        day.do(CallNext("1"))
    if before is VisitState.SERVING:
        day.later(1).do(Start("1"))
    was = comparable(day)
    length = len(day.ledger)
    day.later(2).do(command)
    assert was != comparable(day)
    assert [CommandUndone] == [type(event) for event in day.later(1).do(Undo("1"))]
    assert was == comparable(day)
    assert len(day.ledger) > length + 1
    assert picture(folded(POLICY, day.ledger), POLICY) == picture(day.state, POLICY)
    assert [Refused("nothing_to_undo")] == day.do(Undo("1"))


def comparable(day: Day) -> dict[str, object]:
    """The state without its counters, and without what only tells when it changed."""
    whole = picture(day.state, POLICY)
    del whole["counters"]
    whole["paces"] = {service: pace for service, pace in day.state.paces.items() if pace != Pace()}
    whole["desks"] = {desk.id: (desk.visit, desk.held) for desk in day.state.desks.values()}
    whole["visits"] = {
        visit.id: (visit.state, visit.desk, visit.since_ms, visit.service, visit.rank_ms, visit.recalls)
        for visit in day.state.visits.values()
    }
    return whole


def test_undo_of_resume_gives_the_visit_back_to_its_holder(day: Day) -> None:
    """Resumed at desk 2 by mistake, the visit is held by desk 1 again."""
    day.with_visit(VisitState.SERVING).do(Hold("1"))
    day.later(1).do(Resume("2", number=17))
    day.later(1).do(Undo("2"))
    assert ((VisitState.HELD, "1"), [1]) == (state_of(day, 17), day.state.desks["1"].held)


@pytest.mark.parametrize(
    "touch",
    [
        pytest.param(lambda day: day.do(CallNext("2")), id="another desk called it"),
        pytest.param(lambda day: day.tap(17), id="its card came back"),
    ],
)
def test_undo_is_too_late_once_the_visit_moved_on(day: Day, touch: object) -> None:
    """What somebody else has built on is not pulled away."""
    day.with_visit(VisitState.CALLED).do(NoShow("1"))
    assert [VisitReturned] == [type(event) for event in day.later(1).tap(17)][:1]
    touch(day)  # type: ignore[operator]
    was = picture(day.state, POLICY)
    assert [Refused("too_late_to_undo")] == day.do(Undo("1"))
    assert was == picture(day.state, POLICY)


def test_a_recall_cannot_be_taken_back(day: Day) -> None:
    """The hall has seen it; and what was before it is not the last command any more."""
    day.with_visit(VisitState.CALLED).do(Recall("1"))
    assert [Refused("nothing_to_undo")] == day.do(Undo("1"))


def test_undone_next_calls_the_same_again(day: Day) -> None:
    """After next and undo the one who was served is served, and pressing next again calls the same number."""
    day.with_visit(VisitState.SERVING)
    day.tap(4)
    day.later(1).do(CallNext("1"))
    day.later(1).do(Undo("1"))
    assert ((VisitState.SERVING, "1"), [4]) == (state_of(day, 17), line(day))
    day.later(1).do(CallNext("1"))
    assert (VisitState.CALLED, "1") == state_of(day, 4)


@pytest.mark.parametrize(
    "command",
    [Hold("1"), Resume("1", number=3), Transfer("1", service="land"), Undo("1")],
    ids=lambda c: type(c).__name__,
)
def test_a_stale_screen_changes_nothing(day: Day, command: DeskCommand) -> None:
    """These commands, too, are refused when the desk has changed since the clerk looked."""
    day.with_visit(VisitState.SERVING)
    stale = type(command)(**{**{name: getattr(command, name) for name in command.__dataclass_fields__}, "expects": 0})
    assert [Refused("stale")] == day.do(stale)
