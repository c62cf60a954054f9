"""What the screens are shown: board, services, desks, cards and site, each a small map (luot_protocol.messages).

Nothing here grows with the line: heads and counts only.
"""

from collections.abc import Iterable
from typing import Any

from luot_controller.engine.estimate import Wait
from luot_controller.engine.events import (
    CommandUndone,
    DeskFact,
    Fact,
    ServiceFinished,
    TapSettled,
    VisitRecalled,
    VisitStarted,
    VisitTransferred,
    desks_of,
    numbers_of,
    visits_of,
)
from luot_controller.engine.forecast import wait_for
from luot_controller.engine.model import OVER, Duty, Policy, State, Visit, VisitState, is_of_desk, line_of_desk

HEAD = 5
CALLS = 8
HELD = 8
MISSED = 8

Fields = dict[str, Any]
Place = tuple[str, str | None]
"""(topic name, id) as in luot_protocol.topics."""


def touched(state: State, facts: Iterable[Fact]) -> dict[Place, None]:
    """The topics that these facts, already applied, change; in a steady order."""
    places: dict[Place, None] = {}
    for fact in facts:
        if isinstance(fact, TapSettled):
            continue  # the facts before it have changed what is shown
        places.update({("card", str(number)): None for number in sorted(numbers_of(fact))})
        for visit_id in visits_of(fact):
            visit = state.visits.get(visit_id)
            # A call, and a free desk, change what a newcomer must expect. None: replaced in the same batch.
            if visit is not None and not isinstance(fact, VisitStarted | VisitRecalled):
                places["service", visit.service] = None
            if visit is not None and visit.bound is not None:
                places["desk", visit.bound] = None
        if isinstance(fact, VisitTransferred | ServiceFinished | CommandUndone | DeskFact):
            places.update({("service", service): None for service in state.lines.services() if not is_of_desk(service)})
        places.update({("desk", desk): None for desk in sorted(desks_of(fact))})
    if places:
        places["board", None] = None
    return places


def everything(state: State, policy: Policy) -> Iterable[Place]:
    """All retained topics that speak of the line, for a broker that has forgotten them."""
    yield "board", None
    for service in policy.typical_ms:
        yield "service", service
    for desk in policy.desk_services:
        yield "desk", desk
    for visit in state.visits.values():
        if visit.state not in OVER:
            yield "card", str(visit.number)


def message(state: State, policy: Policy, place: Place, epoch: int) -> Fields | None:
    """The message for a topic as the state is now; None where the topic is to be cleared."""
    name, of = place
    fields: Fields | None
    if name == "board":
        fields = _board(state, policy)
    elif name == "service":
        fields = _service(state, policy, of or "")
    elif name == "desk":
        return {"epoch": epoch, **desk_fields(state, of or "")}
    else:
        fields = _card(state, int(of or 0))
    return None if fields is None else {"epoch": epoch, "version": state.event_id, **fields}


def desk_fields(state: State, desk: str) -> Fields:
    """A desk as messages DESK and REPLY hold it; its version is that of its own last change."""
    fields: Fields = {"version": state.desks[desk].version, "state": "free"}
    visit = state.at_desk(desk)
    if visit is not None:
        fields.update(
            state=visit.state.value,
            number=visit.number,
            visit=visit.id,
            service=visit.service,
            since_ms=visit.since_ms,
            recalls=visit.recalls,
            called_ms=(visit.called_again_ms or visit.since_ms) if visit.state is VisitState.CALLED else None,
            reason=visit.reason,
            over=visit.over,
            then=list(visit.then) or None,
            leaving=visit.dropped_ms is not None or None,
            **{"class": visit.class_id},
        )
    at = state.desks[desk]
    if at.duty is not Duty.OPEN:
        fields.update(duty=at.duty.value, why=at.why)
    fields["own"] = state.lines.waiting([line_of_desk(desk)]) or None
    if at.held:
        fields["held"] = [state.visits[held].number for held in at.held[:HELD]]
    if at.undo:
        fields["undo"] = True
    return {key: value for key, value in fields.items() if value is not None}


def person(visit: Visit) -> Fields:
    """One who waits, as heads, lines and `next` show them."""
    return {"number": visit.number, "class": visit.class_id, "service": visit.service, "rank_ms": visit.rank_ms}


def hall_fields(state: State) -> Fields:
    """The day as message OFFICE holds it."""
    missed = [visit for visit in state.visits.values() if visit.state is VisitState.MISSED]
    missed.sort(key=lambda visit: (visit.since_ms, visit.id), reverse=True)
    fields: Fields = {
        "day": "open" if state.hall.open else "closed",
        "missed": len(missed),
        "missed_head": [visit.number for visit in missed[:MISSED]],
        "cards_out": state.cards_out(),
    }
    if state.hall.closing_ms is not None:
        fields["closing_ms"] = state.hall.closing_ms
    return fields


def wait_fields(wait: Wait) -> Fields:
    """An expected wait as messages SERVICE and REPLY hold it."""
    fields = {"lo_min": wait.lo_min, "hi_min": wait.hi_min, "closes_first": wait.closes_first or None}
    return {key: value for key, value in fields.items() if value is not None}


def _board(state: State, policy: Policy) -> Fields:
    present = [visit for desk in state.desks if (visit := state.at_desk(desk)) is not None]
    present.sort(key=lambda visit: visit.called_ms or 0, reverse=True)
    calls = [
        {"number": visit.number, "desk": visit.desk, "at_ms": visit.called_ms, "state": visit.state.value}
        for visit in present[:CALLS]
    ]
    return {"calls": calls, "waiting": state.lines.waiting(policy.rivals)}


def _service(state: State, policy: Policy, service: str) -> Fields:
    # Someone who taps now, without a head start, is behind all who are in line with keys up to now.
    now = (state.at_ms, state.at_ms, state.visit_id + 1)
    _, wait = wait_for(state, policy, service, now, state.at_ms)
    head = [person(state.visits[entry[2]]) for entry in state.lines.page(service, 0, HEAD)]
    return {"waiting": state.lines.waiting([service]), "head": head, **wait_fields(wait)}


def _card(state: State, number: int) -> Fields | None:
    visit = state.of_number(number)
    if visit is None or visit.state in OVER:
        return None
    fields: Fields = {"state": visit.state.value}
    if visit.desk is not None and visit.state is not VisitState.MISSED:
        fields["desk"] = visit.desk
    return fields
