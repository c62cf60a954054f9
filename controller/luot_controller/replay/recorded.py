"""Takes a day apart that was recorded: who came when, how long each kept a desk, when the clerks were there. Pure.

A visit that waits again, after a transfer, a return or one of its services, is a leg for each time in line; a turn that
was given up in line is none. A desk that is paused or closed is empty; and so is one that was free for long while
somebody it serves waited, since clerks do not always say that they leave.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from luot_controller.engine.events import (
    CommandUndone,
    DeskClosed,
    DeskOpened,
    DeskPaused,
    Fact,
    ServiceFinished,
    VisitCalled,
    VisitCancelled,
    VisitExpired,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitOpened,
    VisitResumed,
    VisitReturned,
    VisitTransferred,
    visits_of,
)
from luot_controller.replay.day import Shift

AWAY_MS = 10 * 60_000
"""A desk that calls nobody for so long although somebody waits is empty."""

Gap = tuple[int, int | None]
"""A desk is empty from the first moment up to the second; None: to the end of what was recorded."""


@dataclass(slots=True)
class Leg:
    """One time in line. `serve_ms` is what it kept a desk for, 0 while it was not called."""

    visit: int
    service: str
    class_id: str
    at_ms: int
    rank_ms: int
    called_ms: int | None = None
    desk: str | None = None
    serve_ms: int = 0
    since_ms: int | None = None
    """Since when it keeps the desk; None when it does not."""
    left: bool = False
    """Gave up waiting."""

    @property
    def wait_ms(self) -> int | None:
        """From entering the line to the call."""
        return None if self.called_ms is None else self.called_ms - self.at_ms


@dataclass(slots=True)
class Recording:
    """The legs of each visit, and when each desk was empty."""

    visits: dict[int, list[Leg]] = field(default_factory=dict)
    away: dict[str, list[Gap]] = field(default_factory=dict)
    _shut: dict[str, int] = field(default_factory=dict)
    _before: dict[int, list[Leg]] = field(default_factory=dict)
    _free: dict[str, int] = field(default_factory=dict)

    @property
    def legs(self) -> list[Leg]:
        """All of them but for those given up, by the time they began."""
        found = (leg for legs in self.visits.values() for leg in legs if not leg.left)
        return sorted(found, key=lambda leg: (leg.at_ms, leg.visit))

    def gaps(self, desk: str) -> list[Gap]:
        """When the desk was empty, in order."""
        shut: list[Gap] = [(self._shut[desk], None)] if desk in self._shut else []
        return sorted([*self.away.get(desk, ()), *shut], key=lambda gap: gap[0])

    def add(self, fact: Fact) -> None:
        """One fact more; of a visit whose opening is not among them, nothing is known."""
        if isinstance(fact, DeskPaused | DeskClosed):
            self._shut.setdefault(fact.desk, fact.at_ms)
        elif isinstance(fact, DeskOpened):
            if fact.desk in self._shut:
                self.away.setdefault(fact.desk, []).append((self._shut.pop(fact.desk), fact.at_ms))
            self._free[fact.desk] = fact.at_ms
        elif isinstance(fact, VisitOpened):
            came_ms = fact.rank_ms if fact.opened_ms is None else fact.opened_ms
            self.visits[fact.visit] = [Leg(fact.visit, fact.service, fact.class_id, came_ms, fact.rank_ms)]
        for visit in visits_of(fact):
            if visit not in self.visits:
                continue
            if isinstance(fact, CommandUndone):
                self._undo(visit, fact.at_ms)
            else:
                self._before[visit] = [replace(leg) for leg in self.visits[visit]]
                self._follow(self.visits[visit], fact)

    def _follow(self, legs: list[Leg], fact: Fact) -> None:
        last = legs[-1]
        match fact:
            case VisitReturned() if last.left and fact.kept:
                last.left = False
            case VisitReturned():
                legs.append(Leg(last.visit, last.service, last.class_id, fact.at_ms, fact.rank_ms))
            case ServiceFinished():
                self._leave(last, fact.at_ms)
                legs.append(Leg(last.visit, fact.next_service, last.class_id, fact.at_ms, last.rank_ms))
            case VisitCancelled() if last.called_ms is None:
                last.left = True
            case VisitTransferred() if last.called_ms is None:
                last.service = fact.service
            case VisitTransferred():
                self._leave(last, fact.at_ms)
                legs.append(Leg(last.visit, fact.service, last.class_id, fact.at_ms, last.rank_ms))
            case VisitCalled():
                self._call(last, fact.desk, fact.at_ms)
                last.called_ms = fact.at_ms
            case VisitResumed():
                self._free.pop(fact.desk, None)
                last.desk, last.since_ms = fact.desk, fact.at_ms
            case VisitFinished() | VisitMissed() | VisitHeld() | VisitCancelled() | VisitExpired():
                self._leave(last, fact.at_ms)
            case _:
                pass

    def _call(self, leg: Leg, desk: str, at_ms: int) -> None:
        free_ms = self._free.pop(desk, None)
        if free_ms is not None and at_ms - max(free_ms, leg.at_ms) > AWAY_MS:
            self.away.setdefault(desk, []).append((free_ms, at_ms))
        leg.desk, leg.since_ms = desk, at_ms

    def _leave(self, leg: Leg, at_ms: int) -> None:
        if leg.since_ms is not None and leg.desk is not None:
            leg.serve_ms += at_ms - leg.since_ms
            leg.since_ms = None
            self._free[leg.desk] = at_ms

    def _undo(self, visit: int, at_ms: int) -> None:
        now, before = self.visits[visit][-1], self._before.pop(visit, None)
        if before is None:
            return
        self.visits[visit] = before
        was = before[-1]
        if now.since_ms is not None and now.desk is not None and was.since_ms is None:
            self._free[now.desk] = at_ms
        elif was.since_ms is not None and was.desk is not None:
            self._free.pop(was.desk, None)


def recorded(facts: Iterable[Fact]) -> Recording:
    """The recording that facts add up to."""
    recording = Recording()
    for fact in facts:
        recording.add(fact)
    return recording


def shifts(away: Iterable[Gap], opened_ms: int) -> list[Shift]:
    """When a desk calls that is there from `opened_ms` until nobody is left, but for the times it was empty."""
    found: list[Shift] = []
    begin: int | None = opened_ms
    for gone_ms, back_ms in sorted(away, key=lambda gap: gap[0]):
        if begin is None:
            break
        if gone_ms > begin:
            found.append((begin, gone_ms))
        begin = None if back_ms is None else max(begin, back_ms)
    return found if begin is None else [*found, (begin, None)]
