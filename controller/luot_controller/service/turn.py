"""One turn of the loop: what a handful of messages led to, gathered until it is committed. Talks to nobody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from luot_controller.engine.events import (
    DayClosed,
    Event,
    Fact,
    HallFact,
    Refused,
    ServiceRated,
    TapSettled,
    desks_of,
    gone_of,
    visits_of,
)
from luot_controller.engine.evolve import apply
from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import State
from luot_controller.ingest.taps import Verified
from luot_controller.store.port import Batch

TapId = tuple[str, int, int]
"""(kid, boot, seq)"""


@dataclass(slots=True)
class Turn:
    """now_ms: office time, one moment for all of it. facts: for the ledger. receipts: (link, tap, how it was settled).

    replies: by sender and command id. ratings: faces to count. cards: see Batch. news: after a change of the rules, the
    topics of what is there no more.
    """

    now_ms: int
    facts: list[tuple[int, Fact]] = field(default_factory=list)
    settled: dict[TapId, TapSettled] = field(default_factory=dict)
    receipts: list[tuple[str, Verified, TapSettled]] = field(default_factory=list)
    replies: dict[str, bytes] = field(default_factory=dict)
    ratings: Counter[ServiceRated] = field(default_factory=Counter)
    cards: dict[int, bytes | None] = field(default_factory=dict)
    news: list[tuple[str, str | None]] | None = None
    outgoing: list[tuple[str, bytes]] = field(default_factory=list)

    def enter(self, state: State, events: Iterable[Event]) -> None:
        """Apply the facts among `events` and keep them for the commit."""
        for event in events:
            if isinstance(event, Refused):
                continue
            if isinstance(event, ServiceRated):
                self.ratings[event] += 1
                continue
            apply(state, event)
            self.facts.append((state.event_id, event))
            if isinstance(event, TapSettled):
                self.settled[event.kid, event.boot, event.seq] = event

    def batch(self, state: State, published: int) -> Batch:
        """What the store has to write: the facts, and the rows of the state that they changed, as they are now."""
        batch = Batch(facts=self.facts, replies=self.replies, published=published, cards=self.cards)
        batch.ratings.update(self.ratings)
        for _, fact in self.facts:
            if isinstance(fact, TapSettled):
                continue  # the facts before it have changed the rows
            for visit in visits_of(fact):
                batch.visits[visit] = state.visits.get(visit)
            gone = gone_of(fact)
            if gone is not None:
                batch.visits[gone] = None
            at = state.desks if isinstance(fact, DayClosed | SiteAdopted) else desks_of(fact)
            batch.desks.update({desk: state.desks[desk] for desk in at})
            if isinstance(fact, HallFact):
                batch.hall = state.hall
        batch.paces = {service: state.paces[service] for service in state.paced}
        state.paced.clear()
        return batch


Fields = dict[str, Any]
