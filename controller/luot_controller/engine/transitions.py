"""The decision: `(state, policy, command, now) -> events`. Changes nothing itself; `evolve.apply` does.

A command that is not possible now gives one Refused, whose code the screens put into words.
"""

from luot_controller.engine.commands import (
    CallNext,
    Command,
    DeskCommand,
    Finish,
    Hold,
    Recall,
    Resume,
    Start,
    Tap,
    Transfer,
    Undo,
)
from luot_controller.engine.events import (
    CommandUndone,
    Event,
    Refused,
    VisitCalled,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitRecalled,
    VisitResumed,
    VisitStarted,
    VisitTransferred,
)
from luot_controller.engine.model import Desk, Policy, State, Visit, VisitState
from luot_controller.engine.taps import settle_tap


def decide(state: State, policy: Policy, command: Command, now_ms: int) -> list[Event]:
    """What follows from `command` now: facts for the ledger in order, or one Refused."""
    if isinstance(command, Tap):
        return list(settle_tap(state, policy, command, now_ms))
    desk = state.desks.get(command.desk)
    if desk is None or desk.id not in policy.desk_services:
        return [Refused("unknown_desk")]
    if command.expires_ms is not None and now_ms > command.expires_ms:
        return [Refused("expired")]
    if command.expects is not None and command.expects != desk.version:
        return [Refused("stale")]
    if isinstance(command, CallNext):
        return _call_next(state, policy, desk, now_ms)
    if isinstance(command, Resume):
        return _resume(state, desk, command.number, now_ms)
    if isinstance(command, Undo):
        return _undo(state, desk, now_ms)
    if isinstance(command, Transfer) and command.service not in policy.typical_ms:
        return [Refused("unknown_service")]
    return _at_desk(command, desk.id, state.at_desk(desk.id), now_ms)


def next_call(state: State, policy: Policy, desk: str, now_ms: int) -> VisitCalled | None:
    """The call that CallNext at `desk` would make now, with its reason; None when nobody waits for it."""
    choice = state.lines.choose(policy.desk_services[desk])
    if choice is None:
        return None
    visit = state.visits[choice.best[2]]
    over = None
    reason = "RETURNED" if visit.returned else "OLDEST"
    if choice.oldest != choice.best:
        reason, over = "PRIORITY_WITHIN_H", choice.oldest
    elif not visit.returned:
        everyone = state.lines.choose(policy.typical_ms)
        assert everyone is not None
        if everyone.best < choice.best:
            reason, over = "DESK_SERVICES", everyone.best
    return VisitCalled(
        at_ms=now_ms,
        visit=visit.id,
        number=visit.number,
        desk=desk,
        reason=reason,
        key_ms=visit.key_ms,
        second=None if choice.second is None else state.visits[choice.second[2]].number,
        second_key_ms=None if choice.second is None else choice.second[0],
        over=None if over is None else state.visits[over[2]].number,
        over_key_ms=None if over is None else over[0],
        finished=state.desks[desk].visit,
    )


def _call_next(state: State, policy: Policy, desk: Desk, now_ms: int) -> list[Event]:
    events: list[Event] = []
    present = state.at_desk(desk.id)
    if present is not None:
        if present.state is VisitState.CALLED:
            # Whether this one came, only the clerk knows: nobody who did not come is counted as served.
            return [Refused("still_called")]
        events.append(_finished(present, desk.id, now_ms))
    called = next_call(state, policy, desk.id, now_ms)
    if called is not None:
        events.append(called)
    return events or [Refused("nobody_waiting")]


def _at_desk(command: DeskCommand, desk: str, visit: Visit | None, now_ms: int) -> list[Event]:
    if visit is None:
        return [Refused("desk_free")]
    if isinstance(command, Finish):
        return [_finished(visit, desk, now_ms)]
    if isinstance(command, Hold):
        return [VisitHeld(now_ms, visit.id, visit.number, desk)]
    if isinstance(command, Transfer):
        if command.service == visit.service:
            return [Refused("same_service")]
        return [VisitTransferred(now_ms, visit.id, visit.number, desk, command.service)]
    if visit.state is VisitState.SERVING:
        return [Refused("already_serving")]
    if isinstance(command, Recall):
        return [VisitRecalled(now_ms, visit.id, visit.number, desk)]
    if isinstance(command, Start):
        return [VisitStarted(now_ms, visit.id, visit.number, desk)]
    return [VisitMissed(now_ms, visit.id, visit.number, desk)]


def _resume(state: State, desk: Desk, number: int, now_ms: int) -> list[Event]:
    if desk.visit is not None:
        return [Refused("desk_busy")]
    visit = state.of_number(number)
    if visit is None or visit.state is not VisitState.HELD:
        return [Refused("not_held")]
    return [VisitResumed(now_ms, visit.id, visit.number, desk.id, visit.desk or desk.id)]


def _undo(state: State, desk: Desk, now_ms: int) -> list[Event]:
    if not desk.undo:
        return [Refused("nothing_to_undo")]
    for before in desk.undo:
        visit = state.visits.get(before.visit.id)
        if visit is None or visit.version != before.version:
            return [Refused("too_late_to_undo")]
    return [CommandUndone(now_ms, desk.id, tuple(before.visit for before in desk.undo))]


def _finished(visit: Visit, desk: str, now_ms: int) -> VisitFinished:
    return VisitFinished(now_ms, visit.id, visit.number, desk, visit.service, now_ms - visit.since_ms)
