"""One turn of the loop: what a handful of messages led to, gathered until it is committed. Talks to nobody."""

from dataclasses import dataclass, field
from typing import Any

from luot_controller.engine.events import (
    Event,
    Fact,
    Refused,
    TapAnswered,
    TapIgnored,
    TapSettled,
    VisitOpened,
    desks_of,
    visits_of,
)
from luot_controller.engine.evolve import apply
from luot_controller.engine.model import State
from luot_controller.ingest.taps import Verified
from luot_controller.store.port import Batch

TapId = tuple[str, int, int]
"""(kid, boot, seq)"""


@dataclass(slots=True)
class Turn:
    """facts: for the ledger. receipts: (link, tap, how it was settled). replies: (console, command id, fields)."""

    facts: list[tuple[int, Fact]] = field(default_factory=list)
    settled: dict[TapId, TapSettled] = field(default_factory=dict)
    receipts: list[tuple[str, Verified, TapSettled]] = field(default_factory=list)
    replies: dict[str, bytes] = field(default_factory=dict)
    outgoing: list[tuple[str, bytes]] = field(default_factory=list)

    def enter(self, state: State, events: list[Event]) -> None:
        """Apply the facts among `events` and keep them for the commit."""
        for event in events:
            if isinstance(event, Refused):
                continue
            apply(state, event)
            self.facts.append((state.event_id, event))
            if isinstance(event, TapAnswered | TapIgnored):
                self.settled[event.kid, event.boot, event.seq] = event

    def batch(self, state: State, published: int) -> Batch:
        """What the store has to write: the facts, and the rows of the state that they changed, as they are now."""
        batch = Batch(facts=self.facts, replies=self.replies, published=published)
        for _, fact in self.facts:
            for visit in visits_of(fact):
                batch.visits[visit] = state.visits.get(visit)
            if isinstance(fact, VisitOpened) and fact.replaces is not None:
                batch.visits[fact.replaces] = None
            for desk in desks_of(fact):
                batch.desks[desk] = state.desks[desk]
        batch.paces = {service: state.paces[service] for service in state.paced}
        state.paced.clear()
        return batch


Fields = dict[str, Any]
