"""A fact of the ledger as others see it: an EVENT message for integrators, a plain line for people at a terminal."""

from datetime import datetime
from typing import Any

import msgspec

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
    TapAnswered,
    TapIgnored,
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
)
from luot_controller.engine.ledger_facts import LedgerArchived, LedgerFact, SiteAdopted
from luot_protocol import codes


def event_fields(event_id: int, fact: Fact) -> dict[str, Any]:
    """The EVENT message of one fact; of one that is as long as the site is large, that it was and when."""
    fields = {"at_ms": fact.at_ms} if isinstance(fact, LedgerFact) else msgspec.to_builtins(fact)
    return {"id": event_id, "kind": type(fact).__name__, **fields}


def event_message(event_id: int, fact: Fact) -> bytes:
    """That message as it is published, in a quarter of the time: fields are written without being gathered first."""
    if isinstance(fact, LedgerFact):
        return msgspec.json.encode(event_fields(event_id, fact))
    return b'{"id":%d,"kind":"%b",' % (event_id, type(fact).__name__.encode()) + msgspec.json.encode(fact)[1:]


def plain_line(fact: Fact) -> str | None:
    """One line that says what happened, with the local time of office time; None where another line says it already."""
    text = _text(fact)
    return None if text is None else f"{datetime.fromtimestamp(fact.at_ms / 1000):%H:%M:%S}  {text}"


def _text(fact: Fact) -> str | None:
    if isinstance(fact, VisitFact):
        return _of_visit(fact)
    match fact:
        case TapAnswered():
            word = codes.name(fact.code).replace("_", " ")
            place = "" if fact.ahead is None else f", {fact.ahead} ahead{_range(fact.lo_min, fact.hi_min)}"
            desk = "" if fact.desk is None else f", desk {fact.desk}"
            late = ", may not be served before closing" if fact.closes_first else ""
            return f"tap     card {fact.number:>3}  at {fact.reader}: {word}{place}{desk}{late}"
        case TapIgnored():
            card = "unknown card" if fact.number is None else f"card {fact.number:>3}"
            return f"tap     {card}  at {fact.reader}: ignored, {codes.name(fact.code).replace('_', ' ')}"
        case CommandUndone():
            numbers = ", ".join(str(visit.number) for visit in fact.restored)
            return f"undo    card {numbers:>3}  at desk {fact.desk}"
        case DeskOpened():
            return f"desk    {fact.desk} is open, by {fact.by}"
        case DeskPaused():
            return f"desk    {fact.desk} pauses, by {fact.by}: {fact.reason}"
        case DeskClosed():
            return f"desk    {fact.desk} is closed, by {fact.by}"
        case DayOpened():
            return f"day     open, by {fact.by}"
        case ClosingPlanned(closing_ms=int(closing_ms)):
            return f"day     open until {datetime.fromtimestamp(closing_ms / 1000):%H:%M}"
        case ClosingPlanned():
            return "day     open until it is closed by hand"
        case DayClosed():
            ended = f"{fact.finished} finished, {fact.expired} expired, {fact.kept} kept, {fact.cards_out} cards out"
            return f"day     closed, by {fact.by}: {ended}"
        case CardBlocked():
            return f"block   card {fact.number:>3}  by {fact.by}{_why(fact.note)}"
        case CardUnblocked():
            return f"unblock card {fact.number:>3}  by {fact.by}"
        case CardEnrolled():
            return f"enrol   card {fact.number:>3}  at {fact.reader}, by {fact.by}"
        case CardRetired():
            return f"retire  card {fact.number:>3}  by {fact.by}{_why(fact.note)}"
        case SiteAdopted():
            return f"site    works by the rules of {fact.site}, version {fact.version}"
        case LedgerArchived():
            return f"archive events up to {fact.through}"


def _of_visit(fact: VisitFact) -> str | None:
    match fact:
        case VisitCalled():
            over = "" if fact.over is None else f" (before {fact.over})"
            return f"call    card {fact.number:>3}  to desk {fact.desk}: {fact.reason}{over}{_why(fact.note)}"
        case VisitRecalled():
            return f"recall  card {fact.number:>3}  to desk {fact.desk}"
        case VisitStarted():
            return f"start   card {fact.number:>3}  at desk {fact.desk}"
        case VisitFinished():
            return f"finish  card {fact.number:>3}  at desk {fact.desk} after {fact.served_ms // 60_000} min"
        case ServiceFinished():
            done = f"after {fact.served_ms // 60_000} min, now {fact.next_service}"
            return f"finish  card {fact.number:>3}  at desk {fact.desk} {done}"
        case VisitMissed():
            return f"no-show card {fact.number:>3}  at desk {fact.desk}"
        case VisitReturned():
            return f"return  card {fact.number:>3}  {'to its own place' if fact.kept else 'as a new arrival'}"
        case VisitHeld():
            return f"hold    card {fact.number:>3}  at desk {fact.desk}"
        case VisitResumed():
            return f"resume  card {fact.number:>3}  to desk {fact.desk}"
        case VisitTransferred():
            to = fact.service if fact.to_desk is None else f"{fact.service} at desk {fact.to_desk}"
            return f"transfer card {fact.number:>3}  from desk {fact.desk} to {to}"
        case VisitCancelled():
            where = "at the drop-off" if fact.by is None else f"by {fact.by}"
            return f"cancel  card {fact.number:>3}  {where}{_why(fact.note)}"
        case VisitExpired():
            return f"expire  card {fact.number:>3}  was {fact.was}"
        case CardReplaced():
            return f"replace card {fact.number:>3}  by card {fact.replacement}"
        case VisitOpened():
            return None if fact.by is None else f"open    card {fact.number:>3}  for {fact.service}, by {fact.by}"
        case VisitRated() | CardDropped() | CardTaken():
            return None


def _why(note: str | None) -> str:
    return "" if not note else f": {note}"


def _range(lo_min: int | None, hi_min: int | None) -> str:
    if lo_min is None:
        return ""
    return ", over 1 hour" if hi_min is None else f", {lo_min}-{hi_min} min"
