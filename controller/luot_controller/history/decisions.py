"""Would the engine have decided so? Finds, for facts of the past, a command that leads to just these facts.

A command itself is not in the ledger, only what followed from it. A clerk's key is plain from its facts; of a tap the
reader, the card and, where it matters, the time are. Where a tap's time is not kept, the moments at which its meaning
changes are tried.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from luot_controller.engine.commands import (
    CallNext,
    Command,
    Finish,
    Hold,
    NoShow,
    Recall,
    Resume,
    Start,
    Tap,
    Transfer,
    Undo,
)
from luot_controller.engine.events import (
    CommandUndone,
    Event,
    Fact,
    TapAnswered,
    TapIgnored,
    TapSettled,
    VisitCalled,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitOpened,
    VisitRecalled,
    VisitResumed,
    VisitReturned,
    VisitStarted,
    VisitTransferred,
)
from luot_controller.engine.ledger_facts import LedgerFact, ReaderPlace, SiteAdopted
from luot_controller.engine.model import Role, State
from luot_controller.engine.transitions import decide

MOST_FACTS_OF_A_TAP = 4

LATE_MS = 3_600_000
"""An age counts from the arrival of a tap; it is entered within this of it, at the speed of any demo."""

UNDECIDED = LedgerFact
"""What follows from no command of the line: the ledger's word about itself."""

KEYS: Mapping[type[Fact], Callable[[Any], Sequence[Command]]] = {
    VisitCalled: lambda fact: [CallNext(fact.desk)],
    VisitFinished: lambda fact: [CallNext(fact.desk), Finish(fact.desk)],
    VisitRecalled: lambda fact: [Recall(fact.desk)],
    VisitStarted: lambda fact: [Start(fact.desk)],
    VisitMissed: lambda fact: [NoShow(fact.desk)],
    VisitHeld: lambda fact: [Hold(fact.desk)],
    VisitResumed: lambda fact: [Resume(fact.desk, number=fact.number)],
    VisitTransferred: lambda fact: [Transfer(fact.desk, service=fact.service)],
    CommandUndone: lambda fact: [Undo(fact.desk)],
}
"""The keys that lead to a fact, first of what they lead to."""

TAPS = (VisitOpened, VisitReturned, VisitStarted, TapAnswered, TapIgnored)
"""What a tap leads to, first of its facts."""


def decided(facts: Sequence[Fact], state: State, site: SiteAdopted, exact: bool) -> int:
    """How many of `facts`, from the first, are one decision of the engine in `state`; 0 for none that it would take.

    The waits that people were told are estimates, which another version may make otherwise: held to them if `exact`.
    """
    if isinstance(facts[0], UNDECIDED):
        return 1
    for command in commands_for(facts, state, site):
        events = decide(state, site.policy, command, facts[0].at_ms)
        if events and all(map(_same if exact else _alike, facts, events)) and len(events) <= len(facts):
            return len(events)
    return 0


def expected(facts: Sequence[Fact], state: State, site: SiteAdopted) -> Fact | None:
    """What the engine would have entered in place of `facts[0]`: of the same kind if it can be; None if nothing."""
    for command in commands_for(facts, state, site):
        for event in decide(state, site.policy, command, facts[0].at_ms):
            if type(event) is type(facts[0]):
                return event
    return None


def commands_for(facts: Sequence[Fact], state: State, site: SiteAdopted) -> Iterator[Command]:
    """The commands that may have led to `facts`, the likeliest first."""
    settled = None
    if isinstance(facts[0], TAPS):
        settled = next((fact for fact in facts[:MOST_FACTS_OF_A_TAP] if isinstance(fact, TapSettled)), None)
    if settled is not None:
        yield from _taps(facts[0], settled, state, site)
    yield from KEYS.get(type(facts[0]), _no_key)(facts[0])


def _taps(first: Fact, settled: TapSettled, state: State, site: SiteAdopted) -> Iterator[Tap]:
    opened = first if isinstance(first, VisitOpened) else None
    for place in _places(settled.reader, site):
        for tap_ms in _times(first, settled, state, site):
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
            )


def _places(reader: str, site: SiteAdopted) -> Iterable[ReaderPlace]:
    if reader in site.readers:
        return [site.readers[reader]]
    # Of a ledger from before the readers were in it.
    return [ReaderPlace(role, desk) for role in Role for desk in (None, *site.policy.desk_services)]


def _times(first: Fact, settled: TapSettled, state: State, site: SiteAdopted) -> Iterator[int]:
    earliest_ms = first.at_ms - site.tap_age_limit_ms - LATE_MS
    if isinstance(first, VisitOpened | VisitReturned) and earliest_ms <= first.rank_ms <= first.at_ms:
        yield first.rank_ms
    yield first.at_ms
    visit = None if settled.number is None else state.of_number(settled.number)
    moments = set() if visit is None else set(_times_of(visit))
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


def _no_key(_fact: Fact) -> Sequence[Command]:
    return ()
