"""A large office in a bad hour, with the longest ids that a site file may have: its messages are the largest."""

from luot_controller.engine.commands import CallNext, Command, Recall, Start, Tap
from luot_controller.engine.events import Fact, Refused, ServiceRated
from luot_controller.engine.evolve import apply
from luot_controller.engine.model import Policy, Role, State
from luot_controller.engine.transitions import decide

MINUTE = 60_000
NOW_MS = 4_102_444_800_000
"""The year 2100: office times only get longer."""

LARGEST_U32 = (1 << 32) - 1


def long_id(letter: str, number: int, length: int = 32) -> str:
    """An id of `length` characters."""
    return letter * (length - 3) + f"{number:03}"


class BusyOffice:
    """Waiting people, desks that all call, and the facts that led there."""

    def __init__(self, waiting: int = 1_000, desks: int = 50, services: int = 10, id_chars: int = 32) -> None:
        self.services = [long_id("s", n, id_chars) for n in range(services)]
        self.classes = [long_id("c", n, id_chars) for n in range(2)]
        self.desks = [long_id("d", n, min(27, id_chars)) for n in range(desks)]
        self.reader = long_id("r", 1, id_chars)
        self.policy = Policy(
            head_start_ms={self.classes[0]: 0, self.classes[1]: 45 * MINUTE},
            typical_ms=dict.fromkeys(self.services, 10 * MINUTE),
            desk_services=dict.fromkeys(self.desks, frozenset(self.services)),
        )
        self.state = State.empty(self.policy)
        self.state.event_id = self.state.visit_id = 1_000_000_000
        self.facts: list[Fact] = []
        for number in range(9_000, 9_000 + waiting + desks):
            self.tap(number)
        for desk in self.desks:
            for command in (CallNext(desk), Recall(desk), Start(desk)):
                self._do(command)

    def tap(self, number: int, role: Role = Role.ENTRY, desk: str | None = None) -> None:
        """A tap from a reader that has seen much."""
        choice = (self.services[number % len(self.services)], self.classes[number % 7 == 0])
        self._do(Tap(self.reader, "ffffffff", LARGEST_U32, LARGEST_U32, number, NOW_MS, True, role, *choice, desk))

    def _do(self, command: Command) -> None:
        for event in decide(self.state, self.policy, command, NOW_MS):
            if not isinstance(event, Refused | ServiceRated):
                apply(self.state, event)
                self.facts.append(event)
