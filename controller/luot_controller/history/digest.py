"""A state of the line as bytes that are the same on every run and machine, and the digest of them. Pure."""

import hashlib
from dataclasses import dataclass, field

import msgspec

from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Desk, Hall, State, Visit, VisitState
from luot_controller.engine.pace import Pace
from luot_controller.store.bodies import encode
from luot_controller.store.port import KeptState


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a later reader needs in place of the events up to `event_id`."""

    event_id: int
    visit_id: int
    at_ms: int
    visits: list[Visit]
    desks: list[Desk]
    paces: dict[str, Pace]
    site: SiteAdopted | None
    hall: Hall = field(default_factory=Hall)


def snapshot(state: State, site: SiteAdopted | None) -> bytes:
    """The state and the rules in force, as JSON with every table sorted."""
    return encode(
        Snapshot(
            state.event_id,
            state.visit_id,
            state.at_ms,
            sorted(state.visits.values(), key=lambda visit: visit.id),
            sorted(state.desks.values(), key=lambda desk: desk.id),
            dict(sorted(state.paces.items())),
            site,
            state.hall,
        )
    )


def digest_of(body: bytes) -> str:
    """SHA-256 of a snapshot, hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def state_of(body: bytes) -> tuple[State, SiteAdopted | None]:
    """The state and the rules that a snapshot holds; raises msgspec.DecodeError for what is none."""
    kept = msgspec.json.decode(body, type=Snapshot)
    visits = {visit.id: visit for visit in kept.visits}
    desks = {desk.id: desk for desk in kept.desks}
    return rebuilt(KeptState(kept.event_id, kept.visit_id, kept.at_ms, visits, desks, kept.paces, kept.hall)), kept.site


def rebuilt(kept: KeptState) -> State:
    """The state that rows add up to: the lines and the numbers follow from the visits."""
    state = State(desks=dict(kept.desks), visits=dict(kept.visits))
    state.event_id, state.visit_id, state.at_ms = kept.event_id, kept.visit_id, kept.at_ms
    for visit in kept.visits.values():
        state.by_number[visit.number] = visit.id
        if visit.state is VisitState.WAITING:
            state.lines.add(visit.line, visit.entry)
        if not visit.card:
            state.last_reserved = visit.number
    state.paces.update(kept.paces)
    state.hall = kept.hall
    return state
