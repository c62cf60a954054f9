"""The promises of the order, checked on what happened: keeps its own account of who is where, apart from the engine's.

G1: at a desk that serves both, nobody is called before you whose rank time is more than H after yours. G2: within one
class and service, calls are in rank order. G4: as many overtake you as priority visits rank in the H after you, or
fewer. And: one place for each visit, one visit at a desk, no number and no tap twice. Overrides are counted apart.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from luot_controller.engine.events import (
    CardDropped,
    CardReplaced,
    CardTaken,
    CommandUndone,
    DeskClosed,
    DeskOpened,
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
from luot_controller.engine.ledger_facts import LedgerArchived, SiteAdopted
from luot_controller.engine.model import OVER, Duty, Policy, State, Visit, VisitState, line_of_desk
from luot_controller.language import _

OVERRIDE = "OVERRIDE"


class Broken(NamedTuple):
    """A promise that did not hold; `text` says how."""

    promise: str
    text: str


@dataclass(slots=True)
class Place:
    """Where a visit is, and by what it ranks."""

    number: int
    service: str
    class_id: str
    rank_ms: int
    head_start_ms: int
    state: VisitState
    desk: str | None
    bound: str | None = None

    @property
    def line(self) -> str:
        """The line it waits in, when it waits."""
        return self.service if self.bound is None else line_of_desk(self.bound)


@dataclass(slots=True)
class Account:
    """Who is where, as the facts say; `check` one fact after the other, then look at the counts."""

    policy: Policy
    places: dict[int, Place] = field(default_factory=dict)
    lines: dict[str, dict[int, Place]] = field(default_factory=dict)
    desks: dict[str, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    taps: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    floors: dict[str, tuple[int, int]] = field(default_factory=dict)
    newest: dict[str, tuple[int, int]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    calls: int = 0
    overrides: int = 0
    most_overtaken: int = 0
    _ranks: list[int] = field(default_factory=list)
    _widest_ms: int = 0
    _overtakers: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: State, policy: Policy, floors: dict[str, tuple[int, int]]) -> "Account":
        """The account of a state that a checkpoint holds."""
        account = cls(policy, floors=dict(floors), newest=dict(floors))
        account.closed.update(desk.id for desk in state.desks.values() if desk.duty is Duty.CLOSED)
        for visit in state.visits.values():
            account._put(visit.id, _place_of(visit))
            account._rank(visit.rank_ms, visit.head_start_ms)
        return account

    def check(self, fact: Fact) -> Iterator[Broken]:
        """Enter a fact; what it breaks."""
        match fact:
            case TapAnswered() | TapIgnored():
                yield from self._tap(fact)
            case SiteAdopted():
                self.policy = fact.policy
            case LedgerArchived():
                self.floors |= fact.floors
            case VisitOpened():
                yield from self._open(fact)
            case CommandUndone():
                for visit in fact.restored:
                    self._leave(visit.id)
                # The same visit may be there twice: the earlier is how it was before all of it.
                for visit in reversed(fact.restored):
                    self._leave(visit.id)
                    yield from self._free(visit)
                    self._put(visit.id, _place_of(visit))
            case DeskOpened():
                self.closed.discard(fact.desk)
            case DeskClosed():
                self.closed.add(fact.desk)
            case _ if not isinstance(fact, VisitFact):
                pass
            case _:
                place = self.places.get(fact.visit)
                if place is None:
                    yield Broken("one_place", _("visit {visit} was never opened").format(visit=fact.visit))
                else:
                    yield from self._move(fact, place)

    def _tap(self, fact: TapAnswered | TapIgnored) -> Iterator[Broken]:
        known, name = self.taps.setdefault(fact.kid, set()), (fact.boot, fact.seq)
        if name in known or name <= self.floors.get(fact.kid, (-1, -1)):
            text = _("tap {boot}.{seq} of reader {reader} was settled before")
            yield Broken("tap_once", text.format(boot=fact.boot, seq=fact.seq, reader=fact.reader))
        known.add(name)
        self.newest[fact.kid] = max(name, self.newest.get(fact.kid, name))

    def _open(self, fact: VisitOpened) -> Iterator[Broken]:
        if fact.visit in self.places:
            yield Broken("one_place", _("visit {visit} was opened before").format(visit=fact.visit))
        before = self.numbers.get(fact.number)
        if before is not None:
            if self.places[before].state not in OVER:
                text = _("number {number} has another visit already")
                yield Broken("one_number", text.format(number=fact.number))
            self._leave(before)
            del self.places[before]
        rank_ms, head_start_ms = fact.rank_ms, fact.head_start_ms
        place = Place(fact.number, fact.service, fact.class_id, rank_ms, head_start_ms, VisitState.WAITING, None)
        self._put(fact.visit, place)
        self._rank(rank_ms, head_start_ms)

    def _move(self, fact: VisitFact, place: Place) -> Iterator[Broken]:
        if place.number != fact.number:
            text = _("visit {visit} has the number {number}, not {other}")
            yield Broken("one_number", text.format(visit=fact.visit, number=place.number, other=fact.number))
        allowed, to = _MOVES[type(fact)]
        if place.state not in allowed or (place.state is VisitState.MISSED and _is_in_turn(fact)):
            text = _("card {number} was {state} then")
            yield Broken("one_place", text.format(number=place.number, state=place.state.value))
        at_desk = getattr(fact, "desk", None)
        if isinstance(fact, VisitCalled | VisitResumed):
            there = self.desks.get(fact.desk)
            if there is not None:
                text = _("desk {desk} had card {number} already")
                yield Broken("one_desk", text.format(desk=fact.desk, number=self.places[there].number))
        elif at_desk is not None and place.desk != at_desk and not _is_released(fact, place):
            text = _("card {number} was not at desk {desk}")
            yield Broken("one_desk", text.format(number=place.number, desk=at_desk))
        if isinstance(fact, VisitCalled):
            yield from self._call(fact, place)
        self._leave(fact.visit)
        if isinstance(fact, VisitReturned):
            if not fact.kept:
                self._rank(fact.rank_ms, place.head_start_ms)
            place.rank_ms = fact.rank_ms
        if isinstance(fact, VisitTransferred):
            place.service, place.bound = fact.service, fact.to_desk
        if isinstance(fact, ServiceFinished):
            place.service, place.bound = fact.next_service, None
        if isinstance(fact, CardReplaced):
            del self.numbers[place.number]
            if fact.replaces is not None:
                self.places.pop(fact.replaces, None)
            place.number = fact.replacement
        if to is not None:
            place.state = to
            place.desk = at_desk if to in _WITH_A_DESK else None
        self._put(fact.visit, place)

    def _call(self, fact: VisitCalled, called: Place) -> Iterator[Broken]:
        self.calls += 1
        if fact.reason == OVERRIDE:
            self.overrides += 1
            return
        lines = self.policy.desk_lines.get(fact.desk, frozenset())
        if called.line not in lines:
            yield Broken(
                "one_desk", _("desk {desk} does not serve card {number}").format(desk=fact.desk, number=fact.number)
            )
        me = (called.rank_ms, fact.visit)
        for line in lines:
            for visit, other in self.lines.get(line, {}).items():
                if (other.rank_ms, visit) >= me:
                    continue
                text = _("{number} was called before {other}, who had come {minutes} min earlier")
                told = text.format(
                    number=fact.number, other=other.number, minutes=(called.rank_ms - other.rank_ms) // 60_000
                )
                if called.rank_ms - other.rank_ms > called.head_start_ms:
                    yield Broken("G1", told)
                if (other.class_id, other.line) == (called.class_id, called.line):
                    yield Broken("G2", told)
                self._overtakers.setdefault(visit, set()).add(fact.visit)
        yield from self._overtaken(fact, called)

    def _overtaken(self, fact: VisitCalled, called: Place) -> Iterator[Broken]:
        count = len(self._overtakers.pop(fact.visit, ()))
        self.most_overtaken = max(self.most_overtaken, count)
        until_ms = called.rank_ms + self._widest_ms
        first, last = bisect_left(self._ranks, called.rank_ms), bisect_right(self._ranks, until_ms)
        if count > last - first:
            text = _("{count} went before {number}, but only {priority} with priority came in the {minutes} min after")
            told = text.format(
                count=count, number=fact.number, priority=last - first, minutes=self._widest_ms // 60_000
            )
            yield Broken("G4", told)

    def _free(self, visit: Visit) -> Iterator[Broken]:
        if visit.state in _AT_A_DESK and visit.desk in self.desks:
            text = _("desk {desk} had card {number} already")
            number = self.places[self.desks[visit.desk]].number
            yield Broken("one_desk", text.format(desk=visit.desk, number=number))

    def _rank(self, rank_ms: int, head_start_ms: int) -> None:
        if head_start_ms:
            insort(self._ranks, rank_ms)
            self._widest_ms = max(self._widest_ms, head_start_ms)

    def _put(self, visit: int, place: Place) -> None:
        self.places[visit] = place
        self.numbers[place.number] = visit
        if place.state is VisitState.WAITING:
            if place.bound in self.closed:
                place.bound = None
            self.lines.setdefault(place.line, {})[visit] = place
        elif place.state in _AT_A_DESK and place.desk is not None:
            self.desks[place.desk] = visit

    def _leave(self, visit: int) -> None:
        place = self.places[visit]
        if place.state is VisitState.WAITING:
            self.lines[place.line].pop(visit, None)
        elif place.state in _AT_A_DESK and place.desk is not None and self.desks.get(place.desk) == visit:
            del self.desks[place.desk]


def _place_of(visit: Visit) -> Place:
    return Place(
        visit.number,
        visit.service,
        visit.class_id,
        visit.rank_ms,
        visit.head_start_ms,
        visit.state,
        visit.desk,
        visit.bound,
    )


def _is_in_turn(fact: VisitFact) -> bool:
    return isinstance(fact, VisitCalled) and fact.reason != OVERRIDE


def _is_released(fact: VisitFact, place: Place) -> bool:
    """Whoever waited for a desk alone that closes is at no desk."""
    return isinstance(fact, VisitTransferred) and place.state is VisitState.WAITING


_AT_A_DESK = frozenset({VisitState.CALLED, VisitState.SERVING})
_WITH_A_DESK = _AT_A_DESK | {VisitState.HELD}
_ANY = frozenset(VisitState)
_LIVE = _ANY - OVER
_AWAY = frozenset({VisitState.MISSED, VisitState.HELD, VisitState.CANCELLED})

# From which states, to which: None for the same. Who was released from a closing desk was waiting and still is.
_MOVES: dict[type[Fact], tuple[frozenset[VisitState], VisitState | None]] = {
    VisitCalled: (frozenset({VisitState.WAITING, VisitState.MISSED}), VisitState.CALLED),
    VisitRecalled: (frozenset({VisitState.CALLED}), None),
    VisitStarted: (frozenset({VisitState.CALLED}), VisitState.SERVING),
    VisitFinished: (_WITH_A_DESK, VisitState.FINISHED),
    ServiceFinished: (_AT_A_DESK, VisitState.WAITING),
    VisitMissed: (frozenset({VisitState.CALLED}), VisitState.MISSED),
    VisitReturned: (_AWAY, VisitState.WAITING),
    VisitHeld: (_AT_A_DESK, VisitState.HELD),
    VisitResumed: (frozenset({VisitState.HELD}), VisitState.CALLED),
    VisitTransferred: (_AT_A_DESK | {VisitState.WAITING}, VisitState.WAITING),
    VisitCancelled: (_LIVE - {VisitState.SERVING}, VisitState.CANCELLED),
    VisitExpired: (_LIVE, VisitState.EXPIRED),
    VisitRated: (_ANY, None),
    CardDropped: (_ANY, None),
    CardTaken: (_LIVE, None),
    CardReplaced: (_LIVE, None),
}
