"""Where somebody who waits stands, and why not further: who is ahead, who serves, who may still come before. Pure."""

from dataclasses import dataclass

from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import State, Visit, VisitState


@dataclass(frozen=True, slots=True)
class Standing:
    """`earlier` came before, `priority` came later with a head start that puts them first; both in the order of calls.

    `away` are put on hold or did not come when called, and would be ahead if they came back now. Nobody who comes after
    `safe_ms` can be called before this one, at a desk that serves both.
    """

    visit: Visit
    earlier: list[Visit]
    priority: list[Visit]
    away: list[Visit]
    desks: list[str]
    safe_ms: int

    @property
    def ahead(self) -> int:
        """How many are called before."""
        return len(self.earlier) + len(self.priority)


def standing(state: State, site: SiteAdopted, visit: Visit) -> Standing:
    """How a visit that waits stands now."""
    rivals = site.policy.rivals.get(visit.service, frozenset({visit.service}))
    before = sorted(
        (other for other in state.visits.values() if other.service in rivals and other.entry < visit.entry),
        key=lambda other: other.entry,
    )
    ahead = [other for other in before if other.state is VisitState.WAITING]
    widest_ms = max(site.policy.head_start_ms.values(), default=0)
    return Standing(
        visit=visit,
        earlier=[other for other in ahead if (other.rank_ms, other.id) < (visit.rank_ms, visit.id)],
        priority=[other for other in ahead if (other.rank_ms, other.id) > (visit.rank_ms, visit.id)],
        away=[other for other in before if _may_come_back(other, state.at_ms, site)],
        desks=list(site.policy.desks_for.get(visit.service, ())),
        safe_ms=visit.rank_ms + max(0, widest_ms - visit.head_start_ms),
    )


def _may_come_back(visit: Visit, at_ms: int, site: SiteAdopted) -> bool:
    """Whether somebody who is away would have the old place again."""
    if visit.state is VisitState.MISSED:
        return at_ms - visit.since_ms <= site.policy.return_window_ms
    return visit.state is VisitState.HELD
