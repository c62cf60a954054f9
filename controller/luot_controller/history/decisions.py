"""Would the engine have decided so? Finds, for facts of the past, a command that leads to just these facts.

A command itself is not in the ledger, only what followed from it. A clerk's key is plain from its facts; of a tap the
reader, the card and, where it matters, the time are. Where a tap's time is not kept, the moments at which its meaning
changes are tried.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import product
from typing import Any

from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    Command,
    EnrolTap,
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
    RetireCard,
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
from luot_controller.history.guarantees import OVERRIDE
from luot_protocol import codes

MOST_FACTS_OF_A_TAP = 4

_FACES = (None, 1, -1)
"""None pressed; one, whichever: that is kept nowhere; and one that the reader does not have."""

LATE_MS = 3_600_000
"""An age counts from the arrival of a tap; it is entered within this of it, at the speed of any demo."""

UNDECIDED = LedgerFact | ClosingPlanned
"""What follows from no command of the line: the ledger's word about itself, and what the opening hours say."""

KEYS: Mapping[type[Fact], Callable[[Any], Sequence[Command]]] = {
    VisitOpened: lambda fact: [] if fact.by is None else [_opening(fact)],
    VisitCalled: lambda fact: [_calling(fact)],
    VisitRecalled: lambda fact: [Recall(fact.desk)],
    VisitStarted: lambda fact: [Start(fact.desk)],
    VisitFinished: lambda fact: [CallNext(fact.desk), Finish(fact.desk)],
    ServiceFinished: lambda fact: [CallNext(fact.desk), Finish(fact.desk)],
    VisitMissed: lambda fact: [NoShow(fact.desk)],
    VisitReturned: lambda fact: [] if fact.by is None else [ReturnVisit(fact.by, fact.clerk, number=fact.number)],
    VisitHeld: lambda fact: [Hold(fact.desk)],
    VisitResumed: lambda fact: [Resume(fact.desk, number=fact.number)],
    VisitTransferred: lambda fact: [
        Transfer(fact.desk, service=fact.service, to_desk=fact.to_desk, then=fact.then),
    ],
    VisitCancelled: lambda fact: [] if fact.by is None else _cancelling(fact),
    CommandUndone: lambda fact: [Undo(fact.desk)],
    CardReplaced: lambda fact: [ReplaceCard(fact.by, number=fact.number, replacement=fact.replacement)],
    CardBlocked: lambda fact: [BlockCard(fact.by, number=fact.number, reason=fact.note)],
    CardUnblocked: lambda fact: [UnblockCard(fact.by, number=fact.number)],
    CardRetired: lambda fact: [RetireCard(fact.by, number=fact.number, reason=fact.note)],
    DeskOpened: lambda fact: [OpenDesk(fact.desk, by=fact.by)],
    DeskPaused: lambda fact: [PauseDesk(fact.desk, by=fact.by, reason=fact.reason)],
    DeskClosed: lambda fact: [CloseDesk(fact.desk, by=fact.by)],
    DayOpened: lambda fact: [OpenDay(fact.by)],
    DayClosed: lambda fact: [CloseDay(fact.by)],
}
"""The keys that lead to a fact, first of what they lead to."""

TAPS = (
    VisitOpened,
    VisitReturned,
    VisitStarted,
    VisitCancelled,
    VisitRated,
    CardDropped,
    CardTaken,
    CardEnrolled,
    TapAnswered,
    TapIgnored,
)
"""What a tap leads to, first of its facts."""

CLOSINGS = (VisitExpired, VisitFinished, VisitTransferred, DeskClosed)
"""What the closing of a desk or of the day leads to, first of its facts."""


def decided(facts: Sequence[Fact], state: State, site: SiteAdopted, exact: bool) -> int:
    """How many of `facts`, from the first, are one decision of the engine in `state`; 0 for none that it would take.

    The waits that people were told are estimates, which another version may make otherwise: held to them if `exact`.
    """
    if isinstance(facts[0], UNDECIDED):
        return 1
    for command in commands_for(facts, state, site):
        events = _facts_of(command, state, site, facts[0].at_ms)
        if events and all(map(_same if exact else _alike, facts, events)) and len(events) <= len(facts):
            return len(events)
    return 0


def expected(facts: Sequence[Fact], state: State, site: SiteAdopted) -> Fact | None:
    """What the engine would have entered in place of `facts[0]`: of the same kind if it can be; None if nothing."""
    for command in commands_for(facts, state, site):
        for event in _facts_of(command, state, site, facts[0].at_ms):
            if type(event) is type(facts[0]):
                return event
    return None


def commands_for(facts: Sequence[Fact], state: State, site: SiteAdopted) -> Iterator[Command]:
    """The commands that may have led to `facts`, the likeliest first."""
    first = facts[0]
    if isinstance(first, TAPS):
        settled = next((fact for fact in facts[:MOST_FACTS_OF_A_TAP] if isinstance(fact, TapSettled)), None)
        if isinstance(settled, TapAnswered) and settled.code in _ENROLMENT:
            yield _enrolling(first, settled)
        elif settled is not None:
            yield from _taps(facts[: facts.index(settled) + 1], settled, state, site)
    if isinstance(first, CLOSINGS):
        yield from _closings(facts)
    yield from KEYS.get(type(first), _no_key)(first)


_ENROLMENT = (codes.ENROLLED, codes.ALREADY_ENROLLED)


def _enrolling(first: Fact, settled: TapAnswered) -> EnrolTap:
    """The card was new, or had its number: in either case neither role nor time of the tap counts."""
    number = settled.number if settled.code == codes.ALREADY_ENROLLED else None
    tap = Tap(settled.reader, settled.kid, settled.boot, settled.seq, number, settled.at_ms, aged=True, role=Role.INFO)
    return EnrolTap(tap, settled.number, first.by if isinstance(first, CardEnrolled) else "")


def _facts_of(command: Command, state: State, site: SiteAdopted, at_ms: int) -> list[Event]:
    # A rating is counted apart, so that nobody can tell whose it was.
    return [event for event in decide(state, site.policy, command, at_ms) if not isinstance(event, ServiceRated)]


def _opening(fact: VisitOpened) -> OpenVisit:
    return OpenVisit(
        fact.by or "",
        fact.clerk,
        services=(fact.service, *fact.then),
        class_id=fact.class_id,
        number=fact.number if fact.card else None,
        appointed_ms=fact.appointed_ms,
    )


def _calling(fact: VisitCalled) -> Command:
    if fact.reason != OVERRIDE:
        return CallNext(fact.desk)
    return CallVisit(fact.desk, by=fact.by, number=fact.number, reason=fact.note or "")


def _cancelling(fact: VisitCancelled) -> Sequence[Command]:
    """By number; or by a no-show, where the card had been given back."""
    by_number = CancelVisit(fact.by or "", fact.clerk, number=fact.number, reason=fact.note)
    return [by_number] if fact.clerk is None else [NoShow(fact.clerk, by=fact.by), by_number]


def _closings(facts: Sequence[Fact]) -> Iterator[Command]:
    """The closing that these facts are the beginning of, the day's before the desk's, which is part of it."""
    for closed in facts:
        if isinstance(closed, DayClosed):
            yield CloseDay(closed.by)
    for closed in facts:
        if isinstance(closed, DeskClosed):
            yield CloseDesk(closed.desk, by=closed.by)


def _taps(facts: Sequence[Fact], settled: TapSettled, state: State, site: SiteAdopted) -> Iterator[Tap]:
    opened = next((fact for fact in facts if isinstance(fact, VisitOpened)), None)
    for place, face, choice in product(_places(settled.reader, site), _FACES, _choices(opened, settled, site)):
        if face is not None and place.role is not Role.DROPOFF:
            continue
        for tap_ms in _times(facts, settled, state, site):
            yield Tap(
                reader=settled.reader,
                kid=settled.kid,
                boot=settled.boot,
                seq=settled.seq,
                number=settled.number,
                tap_ms=tap_ms,
                aged=opened is None or opened.aged,
                role=place.role,
                service=choice[0],
                class_id=choice[1],
                desk=place.desk,
                face=face,
            )


def _choices(
    opened: VisitOpened | None, settled: TapSettled, site: SiteAdopted
) -> Sequence[tuple[str | None, str | None]]:
    """The service and class of the button: of a tap that opened nothing, it matters at most whether there was one."""
    if opened is not None:
        return [(opened.service, opened.class_id)]
    if isinstance(settled, TapAnswered):
        return [(None, None)]
    return [(None, None), (min(site.policy.typical_ms), min(site.policy.head_start_ms))]


def _places(reader: str, site: SiteAdopted) -> Iterable[ReaderPlace]:
    if reader in site.readers:
        return [site.readers[reader]]
    # Of a ledger from before the readers were in it.
    return [ReaderPlace(role, desk) for role in Role for desk in (None, *site.policy.desk_services)]


def _times(facts: Sequence[Fact], settled: TapSettled, state: State, site: SiteAdopted) -> Iterator[int]:
    """When the tap may have been made: as one of its facts tells, or now, or where its meaning changes."""
    now_ms = settled.at_ms
    earliest_ms = now_ms - site.tap_age_limit_ms - LATE_MS
    told = [ms for fact in facts for ms in _tapped(fact)]
    if told:
        yield from (ms for ms in told[:1] if earliest_ms <= ms <= now_ms)
        return
    yield now_ms
    visit = None if settled.number is None else state.of_number(settled.number)
    moments = {*_times_of(state.hall), *(() if visit is None else _times_of(visit))}
    windows = {0, *_times_of(site.policy)}
    edges = {moment + window + edge for moment in moments for window in windows for edge in (-1, 0, 1)}
    yield from sorted((edge for edge in edges if earliest_ms <= edge < now_ms), reverse=True)


def _tapped(fact: Fact) -> Iterator[int]:
    """The time of the tap, where its fact holds it."""
    if isinstance(fact, VisitOpened):
        yield fact.rank_ms if fact.opened_ms is None else fact.opened_ms
    elif isinstance(fact, CardDropped):
        yield fact.dropped_ms
    elif isinstance(fact, VisitReturned) and not fact.kept:
        yield fact.rank_ms


def _times_of(thing: Any) -> Iterator[int]:
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.name.endswith("_ms") and isinstance(value, int):
            yield value


def _same(fact: Fact, event: Event) -> bool:
    return fact == event


def _alike(fact: Fact, event: Event) -> bool:
    if isinstance(fact, TapAnswered) and isinstance(event, TapAnswered):
        return _without_wait(fact) == _without_wait(event)
    return fact == event


def _without_wait(fact: TapAnswered) -> TapAnswered:
    return replace(fact, lo_min=None, hi_min=None, closes_first=False)


def _no_key(_fact: Fact) -> Sequence[Command]:
    return ()
