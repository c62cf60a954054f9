"""The state after a fact: `apply(state, fact)`. Decides nothing and refuses nothing: what is in the ledger happened."""

from luot_controller.engine.events import (
    CommandUndone,
    Fact,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitOpened,
    VisitRecalled,
    VisitResumed,
    VisitReturned,
    VisitStarted,
    VisitTransferred,
    desks_of,
)
from luot_controller.engine.ledger_facts import LedgerArchived, SiteAdopted
from luot_controller.engine.model import Before, Desk, State, Visit, VisitState

AT_A_DESK = (VisitState.CALLED, VisitState.SERVING)


def apply(state: State, fact: Fact) -> None:
    """Change `state` as `fact` says, and count the event."""
    state.event_id += 1
    state.at_ms = fact.at_ms
    if isinstance(fact, TapAnswered | TapIgnored | LedgerArchived):
        return
    if isinstance(fact, SiteAdopted):
        for desk_id in fact.policy.desk_services:
            state.desks.setdefault(desk_id, Desk(desk_id))
    elif isinstance(fact, VisitOpened):
        _open(state, fact)
    elif isinstance(fact, CommandUndone):
        _restore(state, fact)
    elif isinstance(fact, VisitReturned):
        visit = state.visits[fact.visit]
        visit.rank_ms, visit.returned, visit.desk = fact.rank_ms, True, None
        _move(state, visit, VisitState.WAITING, fact.at_ms)
    else:
        visit, desk = state.visits[fact.visit], state.desks[fact.desk]
        before = Before(visit.copy(), state.event_id)
        _at_desk(state, visit, fact)
        if before.visit.state in AT_A_DESK and visit.state not in AT_A_DESK:
            state.pace(before.visit.service).left(fact.at_ms - (before.visit.called_ms or 0))
        if isinstance(fact, VisitCalled) and fact.finished is not None:
            desk.undo.append(before)
        else:
            # A number that was called out again cannot be taken back.
            desk.undo = [] if isinstance(fact, VisitRecalled) else [before]
        _changed(state, fact)


_DeskFact = (
    VisitCalled
    | VisitRecalled
    | VisitStarted
    | VisitFinished
    | VisitMissed
    | VisitHeld
    | VisitResumed
    | VisitTransferred
)


def _at_desk(state: State, visit: Visit, fact: _DeskFact) -> None:
    if isinstance(fact, VisitRecalled):
        visit.recalls += 1
        visit.version = state.event_id
    elif isinstance(fact, VisitCalled):
        _leave(state, visit)
        visit.desk, visit.called_ms, visit.recalls = fact.desk, fact.at_ms, 0
        visit.reason, visit.over = fact.reason, fact.over
        _enter(state, visit, VisitState.CALLED, fact.at_ms)
    elif isinstance(fact, VisitResumed):
        _leave(state, visit)
        visit.desk, visit.called_ms, visit.recalls = fact.desk, fact.at_ms, 0
        visit.reason, visit.over = "RETURNED", None
        _enter(state, visit, VisitState.CALLED, fact.at_ms)
    elif isinstance(fact, VisitTransferred):
        _leave(state, visit)
        visit.service, visit.desk = fact.service, None
        _enter(state, visit, VisitState.WAITING, fact.at_ms)
    elif isinstance(fact, VisitFinished):
        _move(state, visit, VisitState.FINISHED, fact.at_ms)
    elif isinstance(fact, VisitStarted):
        _move(state, visit, VisitState.SERVING, fact.at_ms)
    elif isinstance(fact, VisitHeld):
        _move(state, visit, VisitState.HELD, fact.at_ms)
    else:
        _move(state, visit, VisitState.MISSED, fact.at_ms)


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
    _enter(state, visit, VisitState.WAITING, fact.at_ms)
    state.pace(visit.service).stream.came(visit.head_start_ms, fact.at_ms)


def _restore(state: State, fact: CommandUndone) -> None:
    for before in reversed(fact.restored):
        now = state.visits[before.id]
        _leave(state, now)
        if before.state in AT_A_DESK and now.state not in AT_A_DESK:
            state.pace(before.service).stayed(now.since_ms - (before.called_ms or 0))
        visit = state.visits[before.id] = before.copy()
        _enter(state, visit, visit.state, visit.since_ms)
    state.desks[fact.desk].undo = []
    _changed(state, fact)


def _changed(state: State, fact: Fact) -> None:
    for desk in desks_of(fact):
        state.desks[desk].version, state.desks[desk].at_ms = state.event_id, fact.at_ms


def _move(state: State, visit: Visit, to: VisitState, at_ms: int) -> None:
    _leave(state, visit)
    _enter(state, visit, to, at_ms)


def _leave(state: State, visit: Visit) -> None:
    """Take the visit out of the one place where it is: its line, its desk, or what its desk holds."""
    if visit.state is VisitState.WAITING:
        state.lines.remove(visit.service, visit.entry)
    elif visit.desk is not None and visit.state in AT_A_DESK:
        state.desks[visit.desk].visit = None
    elif visit.desk is not None and visit.state is VisitState.HELD:
        state.desks[visit.desk].held.remove(visit.id)


def _enter(state: State, visit: Visit, to: VisitState, at_ms: int) -> None:
    """Put the visit into the one place of a state."""
    visit.state, visit.since_ms, visit.version = to, at_ms, state.event_id
    if to is VisitState.WAITING:
        state.lines.add(visit.service, visit.entry)
    elif visit.desk is not None and to in AT_A_DESK:
        state.desks[visit.desk].visit = visit.id
    elif visit.desk is not None and to is VisitState.HELD:
        state.desks[visit.desk].held.append(visit.id)
