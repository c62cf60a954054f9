"""What each legal command leads to: one function a cell of the table in `transitions`. Changes nothing itself.

Each is given the moment and returns facts in order, or one Refused where more than the state of the visit decides.
"""

from dataclasses import dataclass, replace

from luot_controller.engine.calls import next_call
from luot_controller.engine.commands import (
    CallVisit,
    CancelVisit,
    Command,
    DeskCommand,
    OfficeCommand,
    ReturnVisit,
    Transfer,
)
from luot_controller.engine.events import (
    CommandUndone,
    Event,
    Refused,
    ServiceFinished,
    VisitCalled,
    VisitCancelled,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitRecalled,
    VisitResumed,
    VisitReturned,
    VisitStarted,
    VisitTransferred,
)
from luot_controller.engine.model import Desk, Duty, Policy, State, Visit, VisitState

MOST_SERVICES = 8
"""Services of one visit, in turn."""


@dataclass(frozen=True, slots=True)
class Moment:
    """All that an act may look at. `desk` is the desk spoken to, `visit` the one whose state decides."""

    state: State
    policy: Policy
    command: Command
    now_ms: int
    desk: Desk | None
    visit: Visit | None

    @property
    def here(self) -> Visit:
        """The visit, in a cell that has one."""
        assert self.visit is not None
        return self.visit

    @property
    def at(self) -> str:
        """The desk's id, for a command to a desk."""
        assert self.desk is not None
        return self.desk.id

    @property
    def by(self) -> str:
        """Who said it: an access, or the desk's own clerk."""
        assert isinstance(self.command, DeskCommand | OfficeCommand)
        return self.command.by or f"desk-{self.at}"


def call_next(moment: Moment) -> list[Event]:
    """Call the next of a free desk."""
    called = next_call(moment.state, moment.policy, moment.at, moment.now_ms)
    return [Refused("nobody_waiting")] if called is None else [called]


def finish_and_call(moment: Moment) -> list[Event]:
    """Finish whoever is served, and call the next, if anybody waits."""
    if not moment.policy.next_finishes:
        return [Refused("finish_first")]
    called = next_call(moment.state, moment.policy, moment.at, moment.now_ms, moving=moment.here)
    done = finished(moment.here, moment.at, moment.now_ms)
    return [done] if called is None else [done, called]


def call_visit(moment: Moment) -> list[Event]:
    """Call one number out of its turn, and say whom the order would have named."""
    command, visit = moment.command, moment.here
    assert isinstance(command, CallVisit)
    if not command.reason.strip():
        return [Refused("reason_missing")]
    choice = moment.state.lines.choose(moment.policy.desk_lines[moment.at])
    others = [] if choice is None else [choice.best] if choice.second is None else [choice.best, choice.second]
    turn = next((moment.state.visits[entry[2]] for entry in others if entry[2] != visit.id), None)
    return [
        VisitCalled(
            at_ms=moment.now_ms,
            visit=visit.id,
            number=visit.number,
            desk=moment.at,
            reason="OVERRIDE",
            key_ms=visit.key_ms,
            second=None if turn is None else turn.number,
            second_key_ms=None if turn is None else turn.key_ms,
            over=None if turn is None else turn.number,
            over_key_ms=None if turn is None else turn.key_ms,
            service=visit.service,
            class_id=visit.class_id,
            rank_ms=visit.rank_ms,
            over_rank_ms=None if turn is None else turn.rank_ms,
            over_service=None if turn is None else turn.service,
            over_class_id=None if turn is None else turn.class_id,
            note=command.reason.strip(),
            by=moment.by,
        )
    ]


def recall(moment: Moment) -> list[Event]:
    """Call the same number again."""
    visit = moment.here
    return [VisitRecalled(moment.now_ms, visit.id, visit.number, moment.at, visit.service, visit.class_id)]


def start(moment: Moment) -> list[Event]:
    """The citizen is here."""
    return [started(moment.here, moment.at, moment.now_ms)]


def finish(moment: Moment) -> list[Event]:
    """The citizen is done here."""
    return [finished(moment.here, moment.at, moment.now_ms)]


def miss(moment: Moment) -> list[Event]:
    """Nobody came, though called as often and as long as the site asks; whose card is back is not waited for."""
    visit, policy = moment.here, moment.policy
    if visit.dropped_ms is not None:
        return [_cancelled(moment, None)]
    if visit.recalls < policy.recalls_before_no_show:
        return [Refused("recall_first")]
    if moment.now_ms - (visit.called_again_ms or visit.since_ms) < policy.no_show_pause_ms:
        return [Refused("too_soon")]
    return [VisitMissed(moment.now_ms, visit.id, visit.number, moment.at, visit.service, visit.class_id, visit.recalls)]


def hold(moment: Moment) -> list[Event]:
    """Put the visit aside."""
    visit = moment.here
    return [VisitHeld(moment.now_ms, visit.id, visit.number, moment.at, visit.service, visit.class_id)]


def resume(moment: Moment) -> list[Event]:
    """Call a held visit to this desk."""
    visit = moment.here
    assert visit.desk is not None
    return [VisitResumed(moment.now_ms, visit.id, visit.number, moment.at, visit.desk, visit.service, visit.class_id)]


def transfer(moment: Moment) -> list[Event]:
    """Send the visit on, with the services that it still needs."""
    command, visit, policy = moment.command, moment.here, moment.policy
    assert isinstance(command, Transfer)
    service = command.service or visit.service
    if not {service, *command.then} <= policy.typical_ms.keys():
        return [Refused("unknown_service")]
    if command.to_desk is not None:
        target = moment.state.desks.get(command.to_desk)
        if target is None or target.id not in policy.desk_services:
            return [Refused("unknown_desk")]
        if target.duty is Duty.CLOSED:
            return [Refused("target_closed")]
        if service not in policy.desk_services[target.id]:
            return [Refused("desk_not_serving")]
    elif service == visit.service:
        return [Refused("same_service")]
    named = (service, *command.then)
    then = (*command.then, *(later for later in visit.then if later not in named))
    if len(then) >= MOST_SERVICES:
        return [Refused("too_many_services")]
    return [
        VisitTransferred(
            moment.now_ms,
            visit.id,
            visit.number,
            moment.at,
            service,
            from_service=visit.service,
            class_id=visit.class_id,
            to_desk=command.to_desk,
            then=then,
        )
    ]


def undo(moment: Moment) -> list[Event]:
    """Take the desk's last command back, unless something has come of it."""
    assert moment.desk is not None
    steps = moment.desk.undo
    if not steps:
        return [Refused("nothing_to_undo")]
    latest = {before.visit.id: before.version for before in steps}
    for visit_id, version in latest.items():
        visit = moment.state.visits.get(visit_id)
        if visit is None or visit.version != version:
            return [Refused("too_late_to_undo")]
    restored = (replace(before.visit, bound=bound_to(moment.state, before.visit)) for before in steps)
    return [CommandUndone(moment.now_ms, moment.at, tuple(restored))]


def cancel(moment: Moment) -> list[Event]:
    """The citizen gives the turn up."""
    command, visit = moment.command, moment.here
    assert isinstance(command, CancelVisit)
    if command.own and visit.opened_by != command.by:
        return [Refused("not_yours")]
    elsewhere = visit.state is VisitState.CALLED and visit.desk != command.desk
    if command.desk is not None and elsewhere:
        return [Refused("at_other_desk")]
    return [_cancelled(moment, command.reason)]


def put_back(moment: Moment) -> list[Event]:
    """A no-show or a held visit is in line again, at its own key if that is still owed."""
    command, visit = moment.command, moment.here
    assert isinstance(command, ReturnVisit)
    held = visit.state is VisitState.HELD
    kept = held or moment.now_ms - visit.since_ms <= moment.policy.return_window_ms
    return [
        VisitReturned(
            moment.now_ms,
            visit.id,
            visit.number,
            visit.rank_ms if kept else moment.now_ms,
            kept,
            service=visit.service,
            class_id=visit.class_id,
            was=visit.state,
            desk=visit.desk if held else None,
            to_desk=bound_to(moment.state, visit),
            by=command.by,
            clerk=command.desk,
        )
    ]


def bound_to(state: State, visit: Visit) -> str | None:
    """The desk that a visit waits for alone when it waits again: none that is closed."""
    is_closed = visit.bound is not None and state.desks[visit.bound].duty is Duty.CLOSED
    return None if is_closed else visit.bound


def started(visit: Visit, desk: str, now_ms: int) -> VisitStarted:
    """The fact that service begins."""
    waited_ms = now_ms - visit.tapped_ms
    return VisitStarted(now_ms, visit.id, visit.number, desk, visit.service, visit.class_id, waited_ms)


def finished(visit: Visit, desk: str, now_ms: int) -> VisitFinished | ServiceFinished:
    """The fact that this service is done: the last of the visit, or not."""
    served_ms = now_ms - visit.since_ms
    if not visit.then:
        return VisitFinished(now_ms, visit.id, visit.number, desk, visit.service, served_ms, visit.class_id)
    following, *rest = visit.then
    return ServiceFinished(
        now_ms,
        visit.id,
        visit.number,
        desk,
        visit.service,
        served_ms,
        class_id=visit.class_id,
        next_service=following,
        then=tuple(rest),
    )


def _cancelled(moment: Moment, note: str | None) -> VisitCancelled:
    visit = moment.here
    return VisitCancelled(
        moment.now_ms,
        visit.id,
        visit.number,
        visit.service,
        visit.class_id,
        was=visit.state,
        desk=visit.desk if visit.state in (VisitState.CALLED, VisitState.HELD) else None,
        by=moment.by,
        clerk=None if moment.desk is None else moment.desk.id,
        note=note,
    )
