"""Would the engine have decided so? Finds, for facts of the past, a command that leads to just these facts.

A command itself is not in the ledger, only what followed from it. A clerk's key is plain from its facts; of a tap the
reader, the card and, where it matters, the time are. Where a tap's time is not kept, the moments at which its meaning
changes are tried.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    Command,
    Finish,
    Hold,
    NoShow,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    Recall,
    ReplaceCard,
    Resume,
    ReturnVisit,
    Start,
    Tap,
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.events import (
    CardBlocked,
    CardDropped,
    CardReplaced,
    CardTaken,
    CardUnblocked,
    CommandUndone,
    DayClosed,
    DayOpened,
    DeskClosed,
    DeskOpened,
    DeskPaused,
    Event,
    Fact,
    ServiceFinished,
    ServiceRated,
    TapAnswered,
    TapIgnored,
    TapSettled,
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
from luot_controller.engine.ledger_facts import LedgerFact, ReaderPlace, SiteAdopted
from luot_controller.engine.model import Role, State
from luot_controller.engine.transitions import decide
from luot_protocol import codes

MOST_FACTS_OF_A_TAP = 4

LATE_MS = 3_600_000
"""An age counts from the arrival of a tap; it is entered within this of it, at the speed of any demo."""

UNDECIDED = LedgerFact
"""What follows from no command of the line: the ledger's word about itself."""

KEYS: Mapping[type[Fact], Callable[[Any], Sequence[Command]]] = {
    VisitOpened: lambda fact: [_opening(fact)] if fact.by is not None else [],
    VisitCalled: lambda fact: [_override(fact)] if fact.note is not None else [CallNext(fact.desk)],
    VisitFinished: lambda fact: [CallNext(fact.desk), Finish(fact.desk)],
    ServiceFinished: lambda fact: [CallNext(fact.desk), Finish(fact.desk)],
    VisitRecalled: lambda fact: [Recall(fact.desk)],
    VisitStarted: lambda fact: [Start(fact.desk)],
    VisitMissed: lambda fact: [NoShow(fact.desk)],
    VisitReturned: lambda fact: [ReturnVisit(fact.by, fact.clerk, number=fact.number)] if fact.by is not None else [],
    VisitHeld: lambda fact: [Hold(fact.desk)],
    VisitResumed: lambda fact: [Resume(fact.desk, number=fact.number)],
    VisitTransferred: lambda fact: [
        Transfer(fact.desk, service=fact.service, to_desk=fact.to_desk, then=then) for then in ((), fact.then)
    ],
    VisitCancelled: lambda fact: _cancelling(fact) if fact.by is not None else [],
    CardBlocked: lambda fact: [BlockCard(fact.by, number=fact.number, reason=fact.note)],
    CardUnblocked: lambda fact: [UnblockCard(fact.by, number=fact.number)],
    CardReplaced: lambda fact: [ReplaceCard(fact.by, number=fact.number, replacement=fact.replacement)],
    CommandUndone: lambda fact: [Undo(fact.desk)],
    DeskOpened: lambda fact: [OpenDesk(fact.desk, by=fact.by)],
    DeskPaused: lambda fact: [PauseDesk(fact.desk, by=fact.by, reason=fact.reason)],
    DeskClosed: lambda fact: [CloseDesk(fact.desk, by=fact.by)],
    DayOpened: lambda fact: [OpenDay(fact.by)],
    DayClosed: lambda fact: [CloseDay(fact.by)],
}
"""The keys, and what is said to the office, that lead to a fact, first of what they lead to."""

CLOSINGS: Mapping[type[Fact], tuple[type[Fact], ...]] = {
    VisitExpired: (DayClosed,),
    VisitFinished: (DayClosed,),
    VisitTransferred: (DeskClosed, DayClosed),
    DeskClosed: (DayClosed,),
    CardBlocked: (CardReplaced,),
}
"""Facts that may stand before one that says, in the same moment, which command they follow from."""

TAPS = (
    *(VisitOpened, VisitReturned, VisitStarted, VisitCancelled, CardDropped, CardTaken, VisitRated),
    *(TapAnswered, TapIgnored),
)
"""What a tap leads to, first of its facts."""


def decided(facts: Sequence[Fact], state: State, site: SiteAdopted, exact: bool) -> int:
    """How many of `facts`, from the first, are one decision of the engine in `state`; 0 for none that it would take.

    The waits that people were told are estimates, which another version may make otherwise: held to them if `exact`.
    """
    if isinstance(facts[0], UNDECIDED):
        return 1
    for command in commands_for(facts, state, site):
        events = _facts_of(decide(state, site.policy, command, facts[0].at_ms))
        if events and all(map(_same if exact else _alike, facts, events)) and len(events) <= len(facts):
            return len(events)
    return 0


def expected(facts: Sequence[Fact], state: State, site: SiteAdopted) -> Fact | None:
    """What the engine would have entered in place of `facts[0]`: of the same kind if it can be; None if nothing."""
    for command in commands_for(facts, state, site):
        for event in _facts_of(decide(state, site.policy, command, facts[0].at_ms)):
            if type(event) is type(facts[0]):
                return event
    return None


def commands_for(facts: Sequence[Fact], state: State, site: SiteAdopted) -> Iterator[Command]:
    """The commands that may have led to `facts`, the likeliest first."""
    settled = None
    if isinstance(facts[0], TAPS):
        settled = next((fact for fact in facts[:MOST_FACTS_OF_A_TAP] if isinstance(fact, TapSettled)), None)
    if settled is not None:
        yield from _taps(facts, settled, state, site)
    for kind in CLOSINGS.get(type(facts[0]), ()):
        last = next((fact for fact in facts if isinstance(fact, kind)), None)
        if last is not None:
            yield from KEYS[kind](last)
    yield from KEYS.get(type(facts[0]), _no_key)(facts[0])


def _taps(facts: Sequence[Fact], settled: TapSettled, state: State, site: SiteAdopted) -> Iterator[Tap]:
    before = facts[: facts.index(settled)]
    opened = next((fact for fact in before if isinstance(fact, VisitOpened)), None)
    for place in _places(settled.reader, site):
        # Which face it was is not in the ledger; that there was one, the receipt's code says.
        face = 1 if place.role is Role.DROPOFF and settled.code == codes.RATED else None
        face = -1 if place.role is Role.DROPOFF and settled.code == codes.UNKNOWN_BUTTON else face
        for tap_ms in _times(before, settled, state, site):
            yield Tap(
                reader=settled.reader,
                kid=settled.kid,
                boot=settled.boot,
                seq=settled.seq,
                number=settled.number,
                tap_ms=tap_ms,
                aged=opened is None or opened.aged,
                role=place.role,
                service=None if opened is None else opened.service,
                class_id=None if opened is None else opened.class_id,
                desk=place.desk,
                face=face,
            )


def _places(reader: str, site: SiteAdopted) -> Iterable[ReaderPlace]:
    if reader in site.readers:
        return [site.readers[reader]]
    # Of a ledger from before the readers were in it.
    return [ReaderPlace(role, desk) for role in Role for desk in (None, *site.policy.desk_services)]


def _times(before: Sequence[Fact], settled: TapSettled, state: State, site: SiteAdopted) -> Iterator[int]:
    first = before[0] if before else settled
    earliest_ms = first.at_ms - site.tap_age_limit_ms - LATE_MS
    if isinstance(first, VisitOpened | VisitReturned) and earliest_ms <= first.rank_ms <= first.at_ms:
        yield first.rank_ms
    yield from (fact.dropped_ms for fact in before if isinstance(fact, CardDropped))
    yield first.at_ms
    visit = None if settled.number is None else state.of_number(settled.number)
    moments = {*_times_of(state.hall), *(() if visit is None else _times_of(visit))}
    windows = {0, *_times_of(site.policy)}
    edges = {moment + window + edge for moment in moments for window in windows for edge in (-1, 0, 1)}
    yield from sorted((edge for edge in edges if earliest_ms <= edge < first.at_ms), reverse=True)


def _times_of(thing: Any) -> Iterator[int]:
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.name.endswith("_ms") and isinstance(value, int):
            yield value


def _same(fact: Fact, event: Event) -> bool:
    return fact == event


def _alike(fact: Fact, event: Event) -> bool:
    if isinstance(fact, TapAnswered) and isinstance(event, TapAnswered):
        return replace(fact, lo_min=None, hi_min=None) == replace(event, lo_min=None, hi_min=None)
    return fact == event


def _facts_of(events: Sequence[Event]) -> list[Event]:
    """What of a decision would be in the ledger, or its refusal."""
    return [event for event in events if not isinstance(event, ServiceRated)]


def _opening(fact: VisitOpened) -> OpenVisit:
    return OpenVisit(
        fact.by or "",
        fact.clerk,
        services=(fact.service, *fact.then),
        class_id=fact.class_id,
        number=fact.number if fact.card else None,
        appointed_ms=fact.appointed_ms,
    )


def _override(fact: VisitCalled) -> CallVisit:
    return CallVisit(fact.desk, by=fact.by, number=fact.number, reason=fact.note or "")


def _cancelling(fact: VisitCancelled) -> Sequence[Command]:
    """By name, or as a no-show whose card is back."""
    by_name = CancelVisit(fact.by or "", fact.clerk, number=fact.number, reason=fact.note)
    return [by_name] if fact.desk is None else [by_name, NoShow(fact.desk)]


def _no_key(_fact: Fact) -> Sequence[Command]:
    return ()
