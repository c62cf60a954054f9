"""Keeps so many people in line at the real engine, to see what a command costs and what the line weighs.

Each round of `Crowd.go_on` is a newcomer's tap, somebody's second tap, and a desk that calls and starts the next:
as many come as go, so the line stays as long as it is.
"""

import random
from collections import deque

from luot_controller.engine.commands import CallNext, Command, Start, Tap
from luot_controller.engine.events import Refused, ServiceRated, VisitCalled
from luot_controller.engine.evolve import apply
from luot_controller.engine.model import Policy, Role, State, VisitState
from luot_controller.engine.transitions import decide
from luot_controller.replay.naive import NaiveLine

MINUTE = 60_000
COMMANDS = 4
"""Commands in a round."""

EVERY_MS = 2_000
"""A round is so long: 1,800 people in an hour."""

_RESTING = 100

_CLASSES = ("plain",) * 6 + ("first", "second")

POLICY = Policy(
    head_start_ms={"plain": 0, "second": 15 * MINUTE, "first": 45 * MINUTE},
    typical_ms={f"service-{n}": 9 * MINUTE for n in range(8)},
    desk_services={
        f"{desk}": frozenset(f"service-{n}" for n in range(8) if n % 4 != desk % 4 or n == desk) for desk in range(20)
    },
)
"""Eight services, three classes, twenty desks, each of which serves six or seven of them."""


class Crowd:
    """A line of `waiting` people that goes on."""

    def __init__(self, waiting: int, seed: int = 1) -> None:
        self.state = State.empty(POLICY)
        self._chance = random.Random(seed)
        self._now_ms = 1_700_000_000_000
        self._seq = 0
        self._tray: deque[int] = deque()
        self._cards = 0
        for _ in range(waiting):
            self._newcomer()

    @property
    def waiting(self) -> int:
        """How many are in line."""
        return self.state.lines.waiting(POLICY.typical_ms)

    def go_on(self, rounds: int) -> None:
        """So many rounds of COMMANDS commands."""
        for n in range(rounds):
            self._now_ms += EVERY_MS
            self._newcomer()
            self._tap(self._somebody(), Role.INFO)
            desk = str(n % 20)
            self._do(CallNext(desk))
            self._do(Start(desk))

    def _newcomer(self) -> None:
        # A card that has just been given back would only be thanked.
        if len(self._tray) > _RESTING:
            number = self._tray.popleft()
        else:
            self._cards += 1
            number = self._cards
        self._tap(number, Role.ENTRY)

    def _somebody(self) -> int:
        """The card of anybody in line."""
        while True:
            visit = self.state.of_number(self._chance.randint(1, self._cards))
            if visit is not None and visit.state is VisitState.WAITING:
                return visit.number

    def _tap(self, number: int, role: Role) -> None:
        self._seq += 1
        self._now_ms += self._chance.randint(0, 200)
        choice = (f"service-{self._chance.randrange(8)}", self._chance.choice(_CLASSES))
        self._do(Tap("entry-1", "0badcafe", 1, self._seq, number, self._now_ms, True, role, *choice))

    def _do(self, command: Command) -> None:
        for event in decide(self.state, POLICY, command, self._now_ms):
            if not isinstance(event, Refused | ServiceRated):
                apply(self.state, event)
                if isinstance(event, VisitCalled):
                    self._tray.append(event.number)


class NaiveCrowd:
    """The same with a line that is sorted again."""

    def __init__(self, waiting: int, seed: int = 1) -> None:
        self.line = NaiveLine()
        self._chance = random.Random(seed)
        self._cards = 0
        self._now_ms = 1_700_000_000_000
        for _ in range(waiting):
            self._cards += 1
            self._now_ms += self._chance.randint(0, 200)
            self.line.visits.append(self.line.new(self._cards, "papers", "plain", self._now_ms, 0))

    def go_on(self, rounds: int) -> None:
        """So many rounds of COMMANDS commands; a start costs nothing here."""
        for _ in range(rounds):
            self._cards += 1
            self._now_ms += EVERY_MS
            self.line.tap(self._cards, "papers", "plain", self._now_ms, 45 * MINUTE * (self._chance.random() < 0.25))
            self.line.tap(self._chance.choice(self.line.visits)["number"], "papers", "plain", self._now_ms, 0)
            self.line.call_next()
