"""A day at the line without an office: each tap and key is decided and entered at once; as pure as the engine."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

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
from luot_controller.engine.events import FACTS, ClosingPlanned, Event, Fact, Refused, ServiceRated
from luot_controller.engine.evolve import apply
from luot_controller.engine.ledger_facts import LedgerArchived, ReaderPlace, SiteAdopted
from luot_controller.engine.model import Policy, Role, State, VisitState
from luot_controller.engine.transitions import decide

MINUTE = 60_000
HEAD_START_MS = 45 * MINUTE

POLICY = Policy(
    head_start_ms={"plain": 0, "first": HEAD_START_MS},
    typical_ms={"papers": 9 * MINUTE, "land": 12 * MINUTE},
    desk_services={"1": frozenset({"papers"}), "2": frozenset({"papers", "land"}), "3": frozenset({"land"})},
    reserved=(900, 903),
)

READERS = {"r1": ReaderPlace(Role.ENTRY, None)}
DESK_READERS = {
    "info": ReaderPlace(Role.INFO, None),
    "dropoff": ReaderPlace(Role.DROPOFF, None),
    **{f"desk{desk}": ReaderPlace(Role.DESK, desk) for desk in POLICY.desk_services},
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
    ratings: Counter[ServiceRated] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.state = State.empty(self.policy)

    def do(self, command: Command) -> list[Event]:
        """Decide, enter the facts, return all events."""
        events = decide(self.state, self.policy, command, self.now_ms)
        for event in events:
            if isinstance(event, ServiceRated):
                self.ratings[event] += 1
            elif not isinstance(event, Refused):
                assert self.now_ms == event.at_ms, "a fact bears the moment of its decision"
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
        face: int | None = None,
    ) -> list[Event]:
        """A tap made `age_ms` ago, heard now."""
        self.seq += 1
        preset = (service, class_id) if role is Role.ENTRY else (None, None)
        names = {Role.ENTRY: "r1", Role.INFO: "info", Role.DESK: f"desk{desk}", Role.DROPOFF: "dropoff"}
        reader = names[role]
        return self.do(Tap(reader, "k1", 1, self.seq, number, self.now_ms - age_ms, True, role, *preset, desk, face))

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
        if state not in (VisitState.WAITING, VisitState.CANCELLED, VisitState.EXPIRED):
            self.later(5).do(CallNext("1"))
        if state in (VisitState.SERVING, VisitState.FINISHED):
            self.later(1).do(Start("1"))
        if state is VisitState.FINISHED:
            self.later(8).do(Finish("1"))
        if state is VisitState.MISSED:
            self.later(3).do(NoShow("1"))
        if state is VisitState.CANCELLED:
            self.later(3).do(CancelVisit("supervisor", number=number))
        if state is VisitState.EXPIRED:
            self.later(3).do(CloseDay("supervisor"))
            self.later(600).do(OpenDay("supervisor"))
            for desk in self.policy.desk_services:
                self.do(OpenDesk(desk))
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


def with_every_kind(day: Day) -> None:
    """A day in which everything that can happen to a visit, a desk, a card or the day does happen."""
    day.with_visit(VisitState.MISSED)
    day.later(1).tap(17)
    for command in (
        *(CallNext("1"), Recall("1"), Start("1"), Hold("1"), Resume("1", number=17), Start("1")),
        *(Transfer("1", service="land"), Undo("1"), Finish("1"), PauseDesk("1", reason="tea"), OpenDesk("1")),
        OpenVisit("kiosk", services=("papers", "land"), class_id="plain"),
        *(CallVisit("2", number=900, reason="faint"), Start("2"), Finish("2"), CallNext("2"), Hold("2")),
        *(ReturnVisit("desk-2", "2", number=900), CancelVisit("kiosk", number=900, own=True)),
    ):
        facts = day.later(1).do(command)
        assert not isinstance(facts[0], Refused), (command, facts)
    day.tap(None)
    day.later(0.1).tap(17, Role.DROPOFF)
    day.tap(17, Role.DROPOFF, face=1)
    for number in (3, 4):
        day.later(1).tap(number)
    day.do(CallNext("1"))
    day.tap(3, Role.DROPOFF)
    day.later(0.5).tap(3, Role.INFO)
    for command in (
        *(ReplaceCard("desk-1", "1", number=4, replacement=5), UnblockCard("desk-1", "1", number=4)),
        *(BlockCard("supervisor", number=4), CloseDesk("3"), CloseDay("supervisor"), OpenDay("supervisor")),
        EnrolTap(Tap("info-1", "k1", 9, 1, None, day.now_ms, True, Role.INFO), 99, "supervisor"),
        RetireCard("supervisor", number=99),
    ):
        facts = day.later(1).do(command)
        assert not isinstance(facts[0], Refused), (command, facts)
    day.enter(ClosingPlanned(day.now_ms, day.now_ms + 60 * MINUTE))
    day.enter(adopted(at_ms=day.now_ms))
    day.enter(LedgerArchived(day.now_ms, 1, "00", "00", {"k1": (1, 1)}))
    assert set(FACTS) == {type(fact) for fact in day.ledger}


def folded(policy: Policy, ledger: list[Fact]) -> State:
    """The state that a list of facts adds up to."""
    state = State.empty(policy)
    for fact in ledger:
        apply(state, fact)
    return state


def picture(state: State, policy: Policy) -> dict[str, object]:
    """Everything of a state in plain comparable values, lines included."""
    return {
        "desks": dict(sorted(state.desks.items())),
        "hall": state.hall,
        "last_reserved": state.last_reserved,
        "visits": dict(sorted(state.visits.items())),
        "by_number": dict(sorted(state.by_number.items())),
        "lines": {service: state.lines.page(service, 0, 1_000_000) for service in sorted(policy.rivals)},
        "paces": dict(sorted(state.paces.items())),
        "counters": (state.event_id, state.visit_id, state.at_ms),
    }
