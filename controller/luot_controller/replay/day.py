"""Plays one day at the real engine: people come, desks call as soon as they are free. Draws no chance, reads no clock.

    day = [Arrival(at_ms=0, service="papers", class_id="plain", serve_ms=540_000), ...]
    for state, fact in play(policy, day, shifts): ...      # every fact, with the state just after it
    for stay in stays(policy, day, shifts): stay.wait_ms   # or only who waited how long, in the order of the arrivals

The same arrivals under two policies show what the policy does. Where a day was recorded, whoever did not come when
called is an arrival whose `serve_ms` is how long the desk waited.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from luot_controller.engine.commands import CallNext, Command, Finish, Start, Tap
from luot_controller.engine.events import Fact, Refused, ServiceRated, VisitCalled, VisitOpened
from luot_controller.engine.evolve import apply
from luot_controller.engine.model import Policy, Role, State
from luot_controller.engine.transitions import decide


@dataclass(frozen=True, slots=True)
class Arrival:
    """One citizen: taps at `at_ms`, and keeps a desk for `serve_ms` once called.

    `rank_ms` is the rank time of one who has come before, or is expected: for a transfer, a return, an appointment.
    """

    at_ms: int
    service: str
    class_id: str
    serve_ms: int
    rank_ms: int | None = None

    @property
    def ranks_ms(self) -> int:
        """The time by which it ranks."""
        return self.at_ms if self.rank_ms is None else self.rank_ms


@dataclass(frozen=True, slots=True)
class Stay:
    """What became of an arrival; `called_ms` and `desk` are None for whom no desk ever called."""

    arrival: Arrival
    called_ms: int | None
    desk: str | None

    @property
    def wait_ms(self) -> int | None:
        """From the tap to the call."""
        return None if self.called_ms is None else self.called_ms - self.arrival.at_ms


Shift = tuple[int, int | None]
"""A desk calls from the first moment up to, not at, the second; None: until nobody is left."""

Shifts = Mapping[str, Sequence[Shift]]
"""Shifts by desk, in order; a desk that is not named never calls."""


def play(policy: Policy, arrivals: Iterable[Arrival], shifts: Shifts | None = None) -> Iterator[tuple[State, Fact]]:
    """Every fact of the day just after it was applied, with the state as it then is; the state is always the same one.

    Without `shifts` all desks call all day. A desk that has a citizen at the end of a shift serves this one to the end.
    Of several free desks the one that has been free longest calls.
    """
    return _Hall(policy, shifts).run(sorted(arrivals, key=lambda arrival: arrival.at_ms))


def stays(policy: Policy, arrivals: Iterable[Arrival], shifts: Shifts | None = None) -> list[Stay]:
    """What became of each arrival, in order of arrival."""
    coming = sorted(arrivals, key=lambda arrival: arrival.at_ms)
    visits: list[int] = []
    calls: dict[int, VisitCalled] = {}
    for _, fact in play(policy, coming, shifts):
        if isinstance(fact, VisitOpened):
            visits.append(fact.visit)
        elif isinstance(fact, VisitCalled):
            calls[fact.visit] = fact
    found = [calls.get(visit) for visit in visits]
    return [
        Stay(arrival, None if call is None else call.at_ms, None if call is None else call.desk)
        for arrival, call in zip(coming, found, strict=True)
    ]


class _Hall:
    """Desks that are free, services that will end, and the cards in the tray."""

    def __init__(self, policy: Policy, shifts: Shifts | None) -> None:
        self._policy = policy
        self._state = State.empty(policy)
        self._shifts: Shifts = dict.fromkeys(policy.desk_services, ((0, None),)) if shifts is None else shifts
        self._free: dict[str, None] = {}
        # (time, order of entry, desk): the desk's service ends then, or its shift begins.
        self._due: list[tuple[int, int, str]] = [
            (begin, at, desk) for at, desk in enumerate(policy.desk_services) for begin, _ in self._shifts.get(desk, ())
        ]
        heapify(self._due)
        self._entered = len(policy.desk_services)
        self._serve_ms: dict[int, int] = {}
        self._tray: deque[tuple[int, int]] = deque()
        self._cards = 0

    def run(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[State, Fact]]:
        for seq, arrival in enumerate(arrivals, 1):
            # Who comes at the very moment when a desk becomes free is in line for it.
            while self._due and self._due[0][0] < arrival.at_ms:
                yield from self._next_due()
            yield from self._come(arrival, seq)
        while self._due:
            yield from self._next_due()

    def _come(self, arrival: Arrival, seq: int) -> Iterator[tuple[State, Fact]]:
        choice = (arrival.service, arrival.class_id)
        rank_ms = arrival.ranks_ms
        tap = Tap("entry", "replay", 1, seq, self._card(rank_ms), rank_ms, True, Role.ENTRY, *choice)
        for state, fact in self._do(tap, arrival.at_ms):
            if isinstance(fact, VisitOpened):
                self._serve_ms[fact.visit] = arrival.serve_ms
            yield state, fact
        for desk in list(self._free):
            if arrival.service in self._policy.desk_services[desk] and self._on_shift(desk, arrival.at_ms):
                yield from self._call(desk, arrival.at_ms)
                return

    def _next_due(self) -> Iterator[tuple[State, Fact]]:
        now_ms, _, desk = heappop(self._due)
        visit = self._state.at_desk(desk)
        if visit is not None and visit.since_ms + self._serve_ms[visit.id] > now_ms:
            return  # a shift begins while the one before has not ended
        if visit is not None:
            del self._serve_ms[visit.id]
            self._tray.append((now_ms, visit.number))
        if self._on_shift(desk, now_ms):
            yield from self._call(desk, now_ms)
        elif visit is not None:
            yield from self._do(Finish(desk), now_ms)

    def _call(self, desk: str, now_ms: int) -> Iterator[tuple[State, Fact]]:
        """The clerk presses `next`, and whoever is called is there at once."""
        self._free[desk] = None
        for state, fact in self._do(CallNext(desk), now_ms):
            yield state, fact
            if isinstance(fact, VisitCalled):
                del self._free[desk]
                yield from self._do(Start(desk), now_ms)
                self._entered += 1
                heappush(self._due, (now_ms + self._serve_ms[fact.visit], self._entered, desk))

    def _do(self, command: Command, now_ms: int) -> Iterator[tuple[State, Fact]]:
        for event in decide(self._state, self._policy, command, now_ms):
            if not isinstance(event, Refused | ServiceRated):
                apply(self._state, event)
                yield self._state, event

    def _on_shift(self, desk: str, now_ms: int) -> bool:
        return any(begin <= now_ms and (end is None or now_ms < end) for begin, end in self._shifts.get(desk, ()))

    def _card(self, now_ms: int) -> int:
        """A card from the tray that opens a visit again, else one more."""
        if self._tray and self._tray[0][0] + self._policy.drop_window_ms < now_ms:
            return self._tray.popleft()[1]
        self._cards += 1
        return self._cards
