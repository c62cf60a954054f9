"""All that can have happened: the facts of the ledger, what each touches, and the two that never enter it."""

from dataclasses import dataclass

from luot_controller.engine.ledger_facts import LedgerArchived, LedgerFact, SiteAdopted
from luot_controller.engine.office_facts import (
    CardBlocked,
    CardEnrolled,
    CardRetired,
    CardUnblocked,
    ClosingPlanned,
    DayClosed,
    DayOpened,
    DeskClosed,
    DeskOpened,
    DeskPaused,
    TapAnswered,
    TapIgnored,
)
from luot_controller.engine.visit_facts import (
    CardDropped,
    CardReplaced,
    CardTaken,
    CommandUndone,
    ServiceFinished,
    VisitCalled,
    VisitCancelled,
    VisitExpired,
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
)

__all__ = [
    "FACTS",
    "CardBlocked",
    "CardDropped",
    "CardEnrolled",
    "CardReplaced",
    "CardRetired",
    "CardTaken",
    "CardUnblocked",
    "ClosingPlanned",
    "CommandUndone",
    "DayClosed",
    "DayOpened",
    "DeskClosed",
    "DeskOpened",
    "DeskPaused",
    "Event",
    "Fact",
    "HallFact",
    "Refused",
    "ServiceFinished",
    "ServiceRated",
    "TapAnswered",
    "TapIgnored",
    "TapSettled",
    "VisitCalled",
    "VisitCancelled",
    "VisitExpired",
    "VisitFact",
    "VisitFinished",
    "VisitHeld",
    "VisitMissed",
    "VisitOpened",
    "VisitRated",
    "VisitRecalled",
    "VisitResumed",
    "VisitReturned",
    "VisitStarted",
    "VisitTransferred",
    "desks_of",
    "gone_of",
    "numbers_of",
    "visits_of",
]


@dataclass(frozen=True, slots=True)
class Refused:
    """A command changed nothing, for the reason in `code`; it does not enter the ledger."""

    code: str


@dataclass(frozen=True, slots=True)
class ServiceRated:
    """A face, from 1 for the best, to be counted for a service and the hour that began at `hour_ms`.

    It does not enter the ledger, where its neighbours would tell whose it was.
    """

    service: str
    hour_ms: int
    face: int


VisitFact = (
    VisitOpened
    | VisitCalled
    | VisitRecalled
    | VisitStarted
    | VisitFinished
    | ServiceFinished
    | VisitMissed
    | VisitReturned
    | VisitHeld
    | VisitResumed
    | VisitTransferred
    | VisitCancelled
    | VisitExpired
    | VisitRated
    | CardDropped
    | CardTaken
    | CardReplaced
)
"""What has happened to one visit."""

DeskFact = DeskOpened | DeskPaused | DeskClosed

HallFact = DayOpened | ClosingPlanned | DayClosed | CardBlocked | CardUnblocked | CardEnrolled | CardRetired
"""What has happened to the day or the cards."""

Fact = VisitFact | CommandUndone | TapAnswered | TapIgnored | DeskFact | HallFact | LedgerFact
"""What enters the ledger."""

Event = Fact | Refused | ServiceRated

FACTS: tuple[type[Fact], ...] = (
    VisitOpened,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitRecalled,
    VisitStarted,
    VisitFinished,
    ServiceFinished,
    VisitMissed,
    VisitReturned,
    VisitHeld,
    VisitResumed,
    VisitTransferred,
    VisitCancelled,
    VisitExpired,
    VisitRated,
    CommandUndone,
    CardDropped,
    CardTaken,
    CardReplaced,
    CardBlocked,
    CardUnblocked,
    CardEnrolled,
    CardRetired,
    DeskOpened,
    DeskPaused,
    DeskClosed,
    DayOpened,
    ClosingPlanned,
    DayClosed,
    SiteAdopted,
    LedgerArchived,
)

TapSettled = TapAnswered | TapIgnored
"""Exactly one of these ends each tap; the receipt is made of it and of nothing else."""


def visits_of(fact: Fact) -> dict[int, int]:
    """The visits that a fact changes, with their numbers after it; a settled tap changes none, the facts before do."""
    if isinstance(fact, TapSettled):
        return {}
    if isinstance(fact, CommandUndone):
        return {visit.id: visit.number for visit in fact.restored}
    if isinstance(fact, CardReplaced):
        return {fact.visit: fact.replacement}
    return {fact.visit: fact.number} if isinstance(fact, VisitFact) else {}


def gone_of(fact: Fact) -> int | None:
    """The visit, over by then, whose number another takes."""
    return fact.replaces if isinstance(fact, VisitOpened | CardReplaced) else None


def numbers_of(fact: Fact) -> set[int]:
    """The numbers of which a fact changes what is said."""
    return {*visits_of(fact).values(), *([fact.number] if isinstance(fact, CardReplaced) else ())}


def desks_of(fact: Fact) -> set[str]:
    """The desks that a fact changes: what is there, what is held there, or what can be undone there."""
    if isinstance(fact, TapSettled):
        return set()
    if isinstance(fact, CommandUndone):
        return {fact.desk}.union(visit.desk for visit in fact.restored if visit.desk is not None)
    if isinstance(fact, DeskFact):
        return {fact.desk}
    if not isinstance(fact, VisitFact):
        return set()
    named = (getattr(fact, name, None) for name in ("desk", "held_at", "clerk"))
    return {desk for desk in named if desk is not None}
