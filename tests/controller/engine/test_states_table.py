"""The whole product: every command in every state of its visit, desk and day, against the table, and what it says."""

import itertools

import pytest
from engine_day import POLICY, Day, picture

from luot_controller.engine import commands
from luot_controller.engine.commands import (
    BlockCard,
    CallVisit,
    CancelVisit,
    CloseDay,
    Command,
    DeskCommand,
    Hold,
    OfficeCommand,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    ReplaceCard,
    Resume,
    RetireCard,
    ReturnVisit,
    Transfer,
    UnblockCard,
)
from luot_controller.engine.events import Event, Refused
from luot_controller.engine.model import Desk, Duty, Role, VisitState
from luot_controller.engine.transitions import ANY_COMMAND, ANY_TAP, TABLE, TAPS, Does, Rule, Subject
from luot_protocol import codes

DESK, CARD = "1", 17
BY_DAY, BY_NIGHT = True, False
STATES = (None, *VisitState)

MORE: dict[type[Command], dict[str, object]] = {
    CallVisit: {"number": CARD, "reason": "faint"},
    Resume: {"number": CARD},
    Transfer: {"service": "land"},
    PauseDesk: {"reason": "lunch"},
    OpenVisit: {"services": ("papers",), "class_id": "plain", "number": CARD},
    CancelVisit: {"number": CARD},
    ReturnVisit: {"number": CARD},
    BlockCard: {"number": CARD},
    UnblockCard: {"number": CARD},
    ReplaceCard: {"number": CARD, "replacement": 18},
    RetireCard: {"number": CARD},
}
"""What a command needs beside the desk or the sender."""


def of(kind: type[DeskCommand | OfficeCommand]) -> DeskCommand | OfficeCommand:
    """The command, for desk 1 and card 17."""
    return kind(DESK if issubclass(kind, DeskCommand) else "supervisor", **MORE.get(kind, {}))


def day_with(visit: VisitState | None, duty: Duty, day_is: bool) -> Day:
    """Card 17 in this state, at desk 1 where it needs one; the desk on this duty; the day open or closed."""
    day = Day().with_visit(visit, CARD)
    day.later(1).tap(4)
    day.later(1)
    day.state.desks[DESK].duty = duty
    day.state.hall.open = day_is
    return day


def expected(rule: Rule, day: Day, visit: VisitState | None) -> Does | str:
    """What the table says, read as a person reads it: the desk, the day, whether the desk is free, then the cell."""
    desk = day.state.desks[DESK]
    said = rule.duty.get(desk.duty) if rule.subject is not Subject.NOTHING else None
    if said is None and rule.busy is not None and desk.visit is not None:
        said = rule.busy
    said = said or rule.day.get(day.state.hall.open)
    at_desk = visit if visit in (VisitState.CALLED, VisitState.SERVING) else None
    cell = {Subject.DESK: at_desk, Subject.NUMBER: visit, Subject.NOTHING: None}[rule.subject]
    return said or rule.cells[cell]


PRODUCT = [
    pytest.param(command, visit, duty, day_is, id=f"{command.__name__}-{visit}-{duty}-{'day' if day_is else 'night'}")
    for command, visit, duty, day_is in itertools.product(TABLE, STATES, Duty, (BY_DAY, BY_NIGHT))
]


@pytest.mark.parametrize(("kind", "visit", "duty", "day_is"), PRODUCT)
def test_every_command_in_every_state(
    kind: type[DeskCommand | OfficeCommand], visit: VisitState | None, duty: Duty, day_is: bool
) -> None:
    """A refusal is the table's and changes nothing; a legal command leads where the table says, or is named why not."""
    rule, day = TABLE[kind], day_with(visit, duty, day_is)
    cell = expected(rule, day, visit)
    was, before = picture(day.state, POLICY), day.state.of_number(CARD)
    stood = None if before is None else before.state
    events = day.do(of(kind))
    if isinstance(events[0], Refused):
        assert [Refused(events[0].code)] == events
        assert events[0].code == cell if isinstance(cell, str) else events[0].code in cell.unless
        assert was == picture(day.state, POLICY)
        return
    assert isinstance(cell, Does), f"the table refuses this with {cell}"
    assert was != picture(day.state, POLICY)
    after = day.state.visits.get(before.id) if before is not None else day.state.of_number(CARD)
    if rule.subject is Subject.NUMBER and after is not None and after.state is not stood:
        assert after.state in cell.to
    if rule.subject is Subject.DESK and stood in (VisitState.CALLED, VisitState.SERVING):
        assert after is not None
        assert after.state in (cell.to or (stood,))


def test_the_table_has_no_hole() -> None:
    """Every command has a rule, and every rule a cell for each state that its subject can have."""
    bases = (DeskCommand, OfficeCommand)
    kinds = {kind for kind in vars(commands).values() if isinstance(kind, type) and issubclass(kind, bases)}
    assert kinds - set(bases) == set(TABLE)
    states: dict[Subject, set[VisitState | None]] = {
        Subject.DESK: {None, VisitState.CALLED, VisitState.SERVING},
        Subject.NUMBER: set(STATES),
        Subject.NOTHING: {None},
    }
    for rule in TABLE.values():
        assert states[rule.subject] == set(rule.cells)


@pytest.mark.parametrize("kind", TABLE)
def test_refused_whatever_the_state(kind: type[DeskCommand | OfficeCommand]) -> None:
    """A desk that is not there, a command that has lapsed, a screen that was out of date: named, nothing changed."""
    day = Day().with_visit(VisitState.CALLED)
    was = picture(day.state, POLICY)
    more = MORE.get(kind, {})
    lapsed = day.now_ms - 1
    said: list[list[Event]]
    if issubclass(kind, DeskCommand):
        said = [
            day.do(kind("9", **more)),
            day.do(kind(DESK, expires_ms=lapsed, **more)),
            day.do(kind(DESK, 0, **more)),
        ]
    else:
        said = [day.do(kind("desk-9", "9", **more)), day.do(kind("supervisor", expires_ms=lapsed, **more))]
    assert [[Refused(code)] for code in ANY_COMMAND[: len(said)]] == said
    assert was == picture(day.state, POLICY)


EVERY_TAP = [pytest.param(visit, role, id=f"{visit}-{role}") for visit, role in itertools.product(STATES, Role)]


@pytest.mark.parametrize("face", [None, 1, 3])
@pytest.mark.parametrize("minutes", [0, 1, 30])
@pytest.mark.parametrize("day_is", [BY_DAY, BY_NIGHT])
@pytest.mark.parametrize(("visit", "role"), EVERY_TAP)
def test_every_tap_in_every_state(
    visit: VisitState | None, role: Role, day_is: bool, minutes: int, face: int | None
) -> None:
    """At any hour the receipt's word is one that the table names for this reader and this state."""
    day = Day().with_visit(visit, CARD)
    day.state.hall.open = day_is
    day.later(minutes)
    events = day.tap(CARD, role, desk=DESK if role is Role.DESK else None, face=face if role is Role.DROPOFF else None)
    code = events[-1].code  # type: ignore[union-attr]
    assert code in (*TAPS[visit][role].answers, *ANY_TAP)
    if codes.is_refusal(code):
        assert 1 == len(events)


def test_a_command_of_an_office_that_has_this_desk_no_more() -> None:
    """The state may still know a desk that the site file has dropped."""
    day = Day().with_visit(VisitState.CALLED)
    day.do(Hold(DESK))
    day.state.desks["9"] = Desk("9")
    for command in (OpenDesk("9"), Resume("9", number=CARD), OpenDay("desk-9", "9"), CloseDay("desk-9", "9")):
        assert [Refused("unknown_desk")] == day.do(command)
