"""Where somebody who waits stands, and why not further: who is ahead, who serves, who may still come before. Pure."""

from dataclasses import dataclass

from luot_controller.engine.estimate import Wait
from luot_controller.engine.forecast import wait_for
from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Duty, State, Visit, VisitState


@dataclass(frozen=True, slots=True)
class Standing:
    """`earlier` came before, `priority` came later with a head start that puts them first; both in the order of calls.

    `away` are put on hold or did not come when called, and would be ahead if they came back now; `going_on` are at a
    desk and will be ahead when they come to their next service. Nobody who comes after `safe_ms` can be called before
    this one, at a desk that serves both. `desks` call from its line, but for those in `shut` that do not call now.
    `wait` is what it would be told now, `closing_ms` when the day will be closed.
    """

    visit: Visit
    earlier: list[Visit]
    priority: list[Visit]
    away: list[Visit]
    going_on: list[Visit]
    desks: list[str]
    shut: list[str]
    safe_ms: int
    day_open: bool
    wait: Wait
    closing_ms: int | None

    @property
    def ahead(self) -> int:
        """How many are called before."""
        return len(self.earlier) + len(self.priority)


def standing(state: State, site: SiteAdopted, visit: Visit) -> Standing:
    """How a visit that waits stands now."""
    policy = site.policy
    rivals = policy.rivals.get(visit.line, frozenset({visit.line}))
    before = sorted(
        (other for other in state.visits.values() if other.entry < visit.entry), key=lambda other: other.entry
    )
    ahead = [other for other in before if other.state is VisitState.WAITING and other.line in rivals]
    widest_ms = max(policy.head_start_ms.values(), default=0)
    serving = policy.desks_for.get(visit.line, ())
    return Standing(
        visit=visit,
        earlier=[other for other in ahead if (other.rank_ms, other.id) < (visit.rank_ms, visit.id)],
        priority=[other for other in ahead if (other.rank_ms, other.id) > (visit.rank_ms, visit.id)],
        away=[other for other in before if other.line in rivals and _may_come_back(other, state.at_ms, site)],
        going_on=[
            other
            for other in before
            if other.state in (VisitState.CALLED, VisitState.SERVING) and other.then and other.then[0] in rivals
        ],
        desks=[desk for desk in serving if _calls(state, desk)],
        shut=[desk for desk in serving if not _calls(state, desk)],
        safe_ms=visit.rank_ms + max(0, widest_ms - visit.head_start_ms),
        day_open=state.hall.open,
        wait=wait_for(state, policy, visit.service, visit.entry, state.at_ms, visit.line)[1],
        closing_ms=state.hall.closing_ms,
    )


def _calls(state: State, desk: str) -> bool:
    return desk in state.desks and state.desks[desk].duty is Duty.OPEN


def _may_come_back(visit: Visit, at_ms: int, site: SiteAdopted) -> bool:
    """Whether somebody who is away would have the old place again."""
    if visit.state is VisitState.MISSED:
        return at_ms - visit.since_ms <= site.policy.return_window_ms
    return visit.state is VisitState.HELD
