"""A day at the line without an office: each tap and key is decided and entered at once; as pure as the engine."""

from dataclasses import dataclass, field
from typing import Self

from luot_controller.engine.commands import CallNext, Command, Finish, Hold, NoShow, Start, Tap
from luot_controller.engine.events import Event, Fact, Refused
from luot_controller.engine.evolve import apply
from luot_controller.engine.ledger_facts import ReaderPlace, SiteAdopted
from luot_controller.engine.model import Policy, Role, State, VisitState
from luot_controller.engine.transitions import decide

MINUTE = 60_000
HEAD_START_MS = 45 * MINUTE

POLICY = Policy(
    head_start_ms={"plain": 0, "first": HEAD_START_MS},
    typical_ms={"papers": 9 * MINUTE, "land": 12 * MINUTE},
    desk_services={"1": frozenset({"papers"}), "2": frozenset({"papers", "land"}), "3": frozenset({"land"})},
)

READERS = {"r1": ReaderPlace(Role.ENTRY, None)}
DESK_READERS = {"info": ReaderPlace(Role.INFO, None)} | {
    f"desk{desk}": ReaderPlace(Role.DESK, desk) for desk in POLICY.desk_services
}
"""One reader of each kind that `Day.tap` plays."""


def adopted(policy: Policy = POLICY, at_ms: int = 1_000 * MINUTE, **readers: ReaderPlace) -> SiteAdopted:
    """The rules of the day, as an office enters them at its start."""
    names = {service: service.title() for service in policy.typical_ms}
    classes = {class_id: class_id.title() for class_id in policy.head_start_ms}
    return SiteAdopted(
        at_ms, "0.1.0", "test", "Asia/Ho_Chi_Minh", names, classes, READERS | readers, 12 * 60 * MINUTE, policy
    )


@dataclass
class Day:
    """A line, the time, and all facts so far."""

    policy: Policy = POLICY
    now_ms: int = 1_000 * MINUTE
    ledger: list[Fact] = field(default_factory=list)
    seq: int = 0

    def __post_init__(self) -> None:
        self.state = State.empty(self.policy)

    def do(self, command: Command) -> list[Event]:
        """Decide, enter the facts, return all events."""
        events = decide(self.state, self.policy, command, self.now_ms)
        for event in events:
            if not isinstance(event, Refused):
                self.enter(event)
        return events

    def enter(self, fact: Fact) -> None:
        """Let something happen that nobody decides here."""
        apply(self.state, fact)
        self.ledger.append(fact)

    def tap(
        self,
        number: int | None,
        role: Role = Role.ENTRY,
        *,
        age_ms: int = 0,
        service: str | None = "papers",
        class_id: str | None = "plain",
        desk: str | None = None,
    ) -> list[Event]:
        """A tap made `age_ms` ago, heard now."""
        self.seq += 1
        preset = (service, class_id) if role is Role.ENTRY else (None, None)
        reader = {Role.ENTRY: "r1", Role.INFO: "info", Role.DESK: f"desk{desk}"}[role]
        return self.do(Tap(reader, "k1", 1, self.seq, number, self.now_ms - age_ms, True, role, *preset, desk))

    def later(self, minutes: float) -> Self:
        """Let time pass."""
        self.now_ms += int(minutes * MINUTE)
        return self

    def call_next(self, desk: str = "1") -> list[Event]:
        """Call, as a clerk does who marks each citizen as there: what the call itself led to."""
        present = self.state.at_desk(desk)
        if present is not None and present.state is VisitState.CALLED:
            self.do(Start(desk))
        return self.do(CallNext(desk))

    def with_visit(self, state: VisitState | None, number: int = 17) -> Self:
        """Bring the card to a state of its visit, at desk 1 where a desk is needed; None: no visit at all."""
        if state is None:
            return self
        self.tap(number)
        if state is not VisitState.WAITING:
            self.later(5).do(CallNext("1"))
        if state in (VisitState.SERVING, VisitState.FINISHED):
            self.later(1).do(Start("1"))
        if state is VisitState.FINISHED:
            self.later(8).do(Finish("1"))
        if state is VisitState.MISSED:
            self.later(3).do(NoShow("1"))
        if state is VisitState.HELD:
            self.later(3).do(Hold("1"))
        self._expect(number, state)
        return self

    def with_no_show(self, number: int) -> Self:
        """Call whoever is first, who must be `number`, to desk 1, where nobody comes."""
        self.later(5).do(CallNext("1"))
        self.later(3).do(NoShow("1"))
        self._expect(number, VisitState.MISSED)
        return self

    def _expect(self, number: int, state: VisitState) -> None:
        visit = self.state.of_number(number)
        assert visit is not None
        assert visit.state is state


def folded(policy: Policy, ledger: list[Fact]) -> State:
    """The state that a list of facts adds up to."""
    state = State.empty(policy)
    for fact in ledger:
        apply(state, fact)
    return state


def picture(state: State, policy: Policy) -> dict[str, object]:
    """Everything of a state in plain comparable values, lines included."""
    return {
        "desks": {desk.id: (desk.visit, desk.version) for desk in state.desks.values()},
        "visits": dict(sorted(state.visits.items())),
        "by_number": dict(sorted(state.by_number.items())),
        "lines": {service: state.lines.page(service, 0, 1_000_000) for service in sorted(policy.typical_ms)},
        "paces": dict(sorted(state.paces.items())),
        "counters": (state.event_id, state.visit_id, state.at_ms),
    }
