"""The state after a fact: `apply(state, fact)`. Decides nothing and refuses nothing: what is in the ledger happened."""

from collections import deque

from luot_controller.engine.events import (
    Fact,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitFinished,
    VisitMissed,
    VisitOpened,
    VisitRecalled,
    VisitReturned,
    VisitStarted,
)
from luot_controller.engine.model import SAMPLES, State, Visit, VisitState


def apply(state: State, fact: Fact) -> None:
    """Change `state` as `fact` says, and count the event."""
    state.event_id += 1
    state.at_ms = fact.at_ms
    if isinstance(fact, TapAnswered | TapIgnored):
        return
    if isinstance(fact, VisitOpened):
        _open(state, fact)
        return
    visit = state.visits[fact.visit]
    if isinstance(fact, VisitRecalled):
        visit.recalls += 1
    elif isinstance(fact, VisitReturned):
        visit.rank_ms, visit.returned, visit.desk = fact.rank_ms, True, None
        _enter(visit, VisitState.WAITING, fact.at_ms)
        state.lines.add(visit.service, visit.entry)
        return
    elif isinstance(fact, VisitCalled):
        state.lines.remove(visit.service, visit.entry)
        _enter(visit, VisitState.CALLED, fact.at_ms)
        visit.desk, visit.called_ms, visit.recalls = fact.desk, fact.at_ms, 0
        visit.reason, visit.over = fact.reason, fact.over
        state.desks[fact.desk].visit = visit.id
    elif isinstance(fact, VisitStarted):
        _enter(visit, VisitState.SERVING, fact.at_ms)
    elif isinstance(fact, VisitFinished):
        _enter(visit, VisitState.FINISHED, fact.at_ms)
        state.desks[fact.desk].visit = None
        state.samples.setdefault(visit.service, deque(maxlen=SAMPLES)).append(fact.served_ms)
    elif isinstance(fact, VisitMissed):
        _enter(visit, VisitState.MISSED, fact.at_ms)
        state.desks[fact.desk].visit = None
    state.desks[fact.desk].version = state.event_id


def _open(state: State, fact: VisitOpened) -> None:
    if fact.replaces is not None:
        del state.visits[fact.replaces]
    visit = Visit(
        id=fact.visit,
        number=fact.number,
        service=fact.service,
        class_id=fact.class_id,
        rank_ms=fact.rank_ms,
        head_start_ms=fact.head_start_ms,
        state=VisitState.WAITING,
        since_ms=fact.at_ms,
    )
    state.visit_id = visit.id
    state.visits[visit.id] = visit
    state.by_number[visit.number] = visit.id
    state.lines.add(visit.service, visit.entry)


def _enter(visit: Visit, state: VisitState, at_ms: int) -> None:
    visit.state, visit.since_ms = state, at_ms
