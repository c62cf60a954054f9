"""What has happened: the entries of the ledger, in the past tense, and the one that never enters it (Refused).

Each holds what a later reader needs to understand it without the state of that day.
"""

from dataclasses import dataclass

from luot_controller.engine.ledger_facts import LedgerArchived, LedgerFact, SiteAdopted
from luot_controller.engine.model import Visit


@dataclass(frozen=True, slots=True)
class VisitOpened:
    """A citizen is in line. `replaces` is the card's visit before, over by now. `aged`: the tap's time was known."""

    at_ms: int
    visit: int
    number: int
    service: str
    class_id: str
    rank_ms: int
    head_start_ms: int
    aged: bool
    replaces: int | None


@dataclass(frozen=True, slots=True)
class TapAnswered:
    """A tap was taken; these words went into its receipt (see luot_protocol.codes and frames.Receipt).

    (kid, boot, seq) is the tap's name, which no other tap has.
    """

    at_ms: int
    reader: str
    kid: str
    boot: int
    seq: int
    code: int
    number: int
    visit: int | None = None
    ahead: int | None = None
    lo_min: int | None = None
    hi_min: int | None = None
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class TapIgnored:
    """An authentic tap changed nothing, for the reason in `code`; its receipt frees the reader's outbox."""

    at_ms: int
    reader: str
    kid: str
    boot: int
    seq: int
    code: int
    number: int | None


@dataclass(frozen=True, slots=True)
class VisitCalled:
    """A desk called a visit, and why: its key, the next best, and the one passed over (`over`), by number.

    `finished` is the visit that the same command finished first.
    """

    at_ms: int
    visit: int
    number: int
    desk: str
    reason: str
    key_ms: int
    second: int | None
    second_key_ms: int | None
    over: int | None
    over_key_ms: int | None
    finished: int | None = None


@dataclass(frozen=True, slots=True)
class VisitRecalled:
    """The same number was called again."""

    at_ms: int
    visit: int
    number: int
    desk: str


@dataclass(frozen=True, slots=True)
class VisitStarted:
    """The citizen came to the desk."""

    at_ms: int
    visit: int
    number: int
    desk: str


@dataclass(frozen=True, slots=True)
class VisitFinished:
    """The visit is over; `served_ms` is how long it took, from the start, or from the call where none was marked."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str
    served_ms: int


@dataclass(frozen=True, slots=True)
class VisitMissed:
    """A no-show."""

    at_ms: int
    visit: int
    number: int
    desk: str


@dataclass(frozen=True, slots=True)
class VisitReturned:
    """A no-show tapped again: `rank_ms` is the old one when the place was `kept`, else a new one."""

    at_ms: int
    visit: int
    number: int
    rank_ms: int
    kept: bool


@dataclass(frozen=True, slots=True)
class VisitHeld:
    """The visit is put aside and the desk is free; it is not in line, and keeps its key."""

    at_ms: int
    visit: int
    number: int
    desk: str


@dataclass(frozen=True, slots=True)
class VisitResumed:
    """A visit that `held_at` held was called back to a desk."""

    at_ms: int
    visit: int
    number: int
    desk: str
    held_at: str


@dataclass(frozen=True, slots=True)
class VisitTransferred:
    """The visit is in the line of another service, at its own key."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str


@dataclass(frozen=True, slots=True)
class CommandUndone:
    """The desk took its last command back: these visits are again as they were before it."""

    at_ms: int
    desk: str
    restored: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A clerk's command changed nothing, for the reason in `code`; it does not enter the ledger."""

    code: str


Fact = (
    VisitOpened
    | TapAnswered
    | TapIgnored
    | VisitCalled
    | VisitRecalled
    | VisitStarted
    | VisitFinished
    | VisitMissed
    | VisitReturned
    | VisitHeld
    | VisitResumed
    | VisitTransferred
    | CommandUndone
    | LedgerFact
)
"""What enters the ledger."""

Event = Fact | Refused

FACTS: tuple[type[Fact], ...] = (
    VisitOpened,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitRecalled,
    VisitStarted,
    VisitFinished,
    VisitMissed,
    VisitReturned,
    VisitHeld,
    VisitResumed,
    VisitTransferred,
    CommandUndone,
    SiteAdopted,
    LedgerArchived,
)

TapSettled = TapAnswered | TapIgnored
"""Exactly one of these ends each tap; the receipt is made of it and of nothing else."""


def visits_of(fact: Fact) -> dict[int, int]:
    """The visits that a fact changes, with their numbers; a settled tap changes none: the facts before it do."""
    if isinstance(fact, TapAnswered | TapIgnored | LedgerFact):
        return {}
    if isinstance(fact, CommandUndone):
        return {visit.id: visit.number for visit in fact.restored}
    return {fact.visit: fact.number}


def desks_of(fact: Fact) -> set[str]:
    """The desks that a fact changes."""
    if isinstance(fact, TapAnswered | TapIgnored | VisitOpened | VisitReturned | LedgerFact):
        return set()
    if isinstance(fact, CommandUndone):
        return {fact.desk}.union(visit.desk for visit in fact.restored if visit.desk is not None)
    return {fact.desk, fact.held_at} if isinstance(fact, VisitResumed) else {fact.desk}
