"""The state after a fact: `apply(state, fact)`. Decides nothing and refuses nothing: what is in the ledger happened."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from luot_controller.engine.events import (
    CardBlocked,
    CardDropped,
    CardEnrolled,
    CardReplaced,
    CardRetired,
    CardTaken,
    CardUnblocked,
    ClosingPlanned,
    CommandUndone,
    DayClosed,
    DayOpened,
    DeskClosed,
    DeskOpened,
    DeskPaused,
    Fact,
    ServiceFinished,
    TapSettled,
    VisitCalled,
    VisitCancelled,
    VisitExpired,
    VisitFact,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitOpened,
    VisitRated,
    VisitRecalled,
    VisitResumed,
    VisitReturned,
    VisitStarted,
    VisitTransferred,
    desks_of,
)
from luot_controller.engine.ledger_facts import LedgerArchived, SiteAdopted
from luot_controller.engine.model import Before, Desk, Duty, State, Visit, VisitState

AT_A_DESK = (VisitState.CALLED, VisitState.SERVING)


def apply(state: State, fact: Fact) -> None:
    """Change `state` as `fact` says, and count the event."""
    state.event_id += 1
    state.at_ms = fact.at_ms
    if isinstance(fact, TapSettled):
        return  # the facts before it have done what it meant
    if isinstance(fact, VisitFact) and not isinstance(fact, VisitOpened):
        visit = state.visits[fact.visit]
        before = visit.copy()
        _ON_VISIT[type(fact)](state, visit, fact)
        visit.version = state.event_id
        if before.state in AT_A_DESK and visit.state not in AT_A_DESK and not _by_the_clock(fact):
            state.pace(before.service).left(fact.at_ms - (before.called_ms or 0))
        _remember(state, fact, before)
    else:
        _ON_OFFICE[type(fact)](state, fact)
    if not isinstance(fact, CardDropped | CardTaken):  # no command was meant for another visit because of it
        for changed in desks_of(fact):
            state.desks[changed].version, state.desks[changed].at_ms = state.event_id, fact.at_ms


def _called(state: State, visit: Visit, fact: VisitCalled) -> None:
    _leave(state, visit)
    visit.desk, visit.recalls, visit.reason, visit.over = fact.desk, 0, fact.reason, fact.over
    visit.called_ms = visit.called_again_ms = fact.at_ms
    _enter(state, visit, VisitState.CALLED, fact.at_ms)


def _resumed(state: State, visit: Visit, fact: VisitResumed) -> None:
    _leave(state, visit)
    visit.desk, visit.recalls, visit.reason, visit.over = fact.desk, 0, "RETURNED", None
    visit.called_ms = visit.called_again_ms = fact.at_ms
    _enter(state, visit, VisitState.CALLED, fact.at_ms)


def _recalled(_state: State, visit: Visit, fact: VisitRecalled) -> None:
    visit.recalls += 1
    visit.called_again_ms = fact.at_ms


def _started(state: State, visit: Visit, fact: VisitStarted) -> None:
    _move(state, visit, VisitState.SERVING, fact.at_ms)


def _held(state: State, visit: Visit, fact: VisitHeld) -> None:
    _move(state, visit, VisitState.HELD, fact.at_ms)


def _missed(state: State, visit: Visit, fact: VisitMissed) -> None:
    _move(state, visit, VisitState.MISSED, fact.at_ms)


def _finished(state: State, visit: Visit, fact: VisitFinished) -> None:
    _move(state, visit, VisitState.FINISHED, fact.at_ms)


def _service_finished(state: State, visit: Visit, fact: ServiceFinished) -> None:
    _leave(state, visit)
    visit.service, visit.then, visit.desk, visit.bound = fact.next_service, fact.then, None, None
    _enter(state, visit, VisitState.WAITING, fact.at_ms)


def _transferred(state: State, visit: Visit, fact: VisitTransferred) -> None:
    _leave(state, visit)
    visit.service, visit.then, visit.desk, visit.bound = fact.service, fact.then, None, fact.to_desk
    _enter(state, visit, VisitState.WAITING, fact.at_ms)


def _returned(state: State, visit: Visit, fact: VisitReturned) -> None:
    _leave(state, visit)
    visit.rank_ms, visit.returned, visit.desk, visit.bound = fact.rank_ms, True, None, fact.to_desk
    visit.dropped_ms = visit.was = None
    if not fact.kept:
        visit.appointed_ms = None
    _enter(state, visit, VisitState.WAITING, fact.at_ms)


def _cancelled(state: State, visit: Visit, fact: VisitCancelled) -> None:
    visit.was = fact.was
    _move(state, visit, VisitState.CANCELLED, fact.at_ms)


def _expired(state: State, visit: Visit, fact: VisitExpired) -> None:
    _move(state, visit, VisitState.EXPIRED, fact.at_ms)


def _rated(_state: State, visit: Visit, _fact: VisitRated) -> None:
    visit.rated = True


def _card_dropped(_state: State, visit: Visit, fact: CardDropped) -> None:
    visit.dropped_ms = fact.dropped_ms


def _card_taken(_state: State, visit: Visit, _fact: CardTaken) -> None:
    visit.dropped_ms = None


def _card_replaced(state: State, visit: Visit, fact: CardReplaced) -> None:
    if fact.replaces is not None:
        del state.visits[fact.replaces]
    del state.by_number[visit.number]
    visit.number, visit.dropped_ms = fact.replacement, None
    state.by_number[visit.number] = visit.id


def _opened(state: State, fact: VisitOpened) -> None:
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
        version=state.event_id,
        opened_ms=fact.opened_ms,
        appointed_ms=fact.appointed_ms,
        then=fact.then,
        card=fact.card,
        opened_by=fact.by,
    )
    state.visit_id = visit.id
    state.visits[visit.id] = visit
    state.by_number[visit.number] = visit.id
    if not visit.card:
        state.last_reserved = visit.number
    _enter(state, visit, VisitState.WAITING, fact.at_ms)
    state.pace(visit.service).stream.came(visit.head_start_ms, fact.at_ms)
    if fact.clerk is not None:
        never = replace(visit, state=VisitState.CANCELLED)
        state.desks[fact.clerk].undo = [Before(never, state.event_id)]


def _undone(state: State, fact: CommandUndone) -> None:
    for before in reversed(fact.restored):
        now = state.visits[before.id]
        _leave(state, now)
        if before.state in AT_A_DESK and now.state not in AT_A_DESK:
            state.pace(before.service).stayed(now.since_ms - (before.called_ms or 0))
        visit = state.visits[before.id] = before.copy()
        _enter(state, visit, visit.state, visit.since_ms)
        visit.version = state.event_id
    state.desks[fact.desk].undo = []


def _desk_opened(state: State, fact: DeskOpened) -> None:
    _on_duty(state.desks[fact.desk], Duty.OPEN, None)


def _desk_paused(state: State, fact: DeskPaused) -> None:
    _on_duty(state.desks[fact.desk], Duty.PAUSED, fact.reason)


def _desk_closed(state: State, fact: DeskClosed) -> None:
    _on_duty(state.desks[fact.desk], Duty.CLOSED, None)


def _on_duty(desk: Desk, duty: Duty, why: str | None) -> None:
    desk.duty, desk.why, desk.undo = duty, why, []


def _day_opened(state: State, fact: DayOpened) -> None:
    state.hall.open, state.hall.opened_ms, state.hall.closing_ms = True, fact.at_ms, None


def _closing_planned(state: State, fact: ClosingPlanned) -> None:
    state.hall.closing_ms = fact.closing_ms


def _day_closed(state: State, fact: DayClosed) -> None:
    state.hall.open, state.hall.closed_ms, state.hall.closing_ms = False, fact.at_ms, None
    _no_undo(state)


def _card_blocked(state: State, fact: CardBlocked) -> None:
    state.hall.blocked.add(fact.number)


def _card_unblocked(state: State, fact: CardUnblocked) -> None:
    state.hall.blocked.remove(fact.number)


def _card_retired(state: State, fact: CardRetired) -> None:
    state.hall.blocked.discard(fact.number)


def _adopted(state: State, fact: SiteAdopted) -> None:
    for desk in fact.policy.desk_services:
        state.desks.setdefault(desk, Desk(desk))
    _no_undo(state)  # of a service that the site may have no more


def _nothing(_state: State, _fact: CardEnrolled | LedgerArchived) -> None:
    """A new card; a past that was put away."""


def _no_undo(state: State) -> None:
    for desk in state.desks.values():
        desk.undo = []


def _remember(state: State, fact: VisitFact, before: Visit) -> None:
    """Keep, at the desk whose clerk did it, what the visit was before."""
    clerk = fact.clerk if isinstance(fact, VisitCancelled | VisitReturned) else None
    if isinstance(fact, _OF_A_DESK):
        clerk = fact.desk
    if clerk is None:
        return
    desk = state.desks[clerk]
    kept = Before(before, state.event_id)
    if isinstance(fact, VisitCalled) and fact.finished is not None:
        desk.undo.append(kept)
    else:
        # A number that was called out again cannot be taken back.
        desk.undo = [] if isinstance(fact, VisitRecalled) else [kept]


def _by_the_clock(fact: VisitFact) -> bool:
    """The close of the day ended it: how long it had been at the desk says nothing of the next one."""
    return isinstance(fact, VisitExpired) or (isinstance(fact, VisitFinished) and fact.by_close)


def _move(state: State, visit: Visit, to: VisitState, at_ms: int) -> None:
    _leave(state, visit)
    _enter(state, visit, to, at_ms)


def _leave(state: State, visit: Visit) -> None:
    """Take the visit out of the one place where it is: its line, its desk, or what its desk holds."""
    if visit.state is VisitState.WAITING:
        state.lines.remove(visit.line, visit.entry)
    elif visit.desk is not None and visit.state in AT_A_DESK:
        state.desks[visit.desk].visit = None
    elif visit.desk is not None and visit.state is VisitState.HELD:
        state.desks[visit.desk].held.remove(visit.id)


def _enter(state: State, visit: Visit, to: VisitState, at_ms: int) -> None:
    """Put the visit into the one place of a state."""
    visit.state, visit.since_ms = to, at_ms
    if to is VisitState.WAITING:
        state.lines.add(visit.line, visit.entry)
    elif visit.desk is not None and to in AT_A_DESK:
        state.desks[visit.desk].visit = visit.id
    elif visit.desk is not None and to is VisitState.HELD:
        state.desks[visit.desk].held.append(visit.id)


_OF_A_DESK = (
    VisitCalled,
    VisitRecalled,
    VisitStarted,
    VisitFinished,
    ServiceFinished,
    VisitMissed,
    VisitHeld,
    VisitResumed,
    VisitTransferred,
)

_ON_VISIT: dict[type[VisitFact], Callable[[State, Visit, Any], None]] = {
    VisitCalled: _called,
    VisitRecalled: _recalled,
    VisitStarted: _started,
    VisitFinished: _finished,
    ServiceFinished: _service_finished,
    VisitMissed: _missed,
    VisitReturned: _returned,
    VisitHeld: _held,
    VisitResumed: _resumed,
    VisitTransferred: _transferred,
    VisitCancelled: _cancelled,
    VisitExpired: _expired,
    VisitRated: _rated,
    CardDropped: _card_dropped,
    CardTaken: _card_taken,
    CardReplaced: _card_replaced,
}

_ON_OFFICE: dict[type[Fact], Callable[[State, Any], None]] = {
    VisitOpened: _opened,
    CommandUndone: _undone,
    DeskOpened: _desk_opened,
    DeskPaused: _desk_paused,
    DeskClosed: _desk_closed,
    DayOpened: _day_opened,
    ClosingPlanned: _closing_planned,
    DayClosed: _day_closed,
    CardBlocked: _card_blocked,
    CardUnblocked: _card_unblocked,
    CardEnrolled: _nothing,
    CardRetired: _card_retired,
    SiteAdopted: _adopted,
    LedgerArchived: _nothing,
}
