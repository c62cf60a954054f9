"""The promises of the order, as properties of random days: taps of any age at any reader, keys at any desk."""

from collections import Counter
from typing import Any

from engine_day import HEAD_START_MS, MINUTE, POLICY, Day, folded, picture
from hypothesis import given
from hypothesis import strategies as st

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
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.events import (
    CommandUndone,
    ServiceFinished,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitCancelled,
    VisitExpired,
    VisitFinished,
    VisitMissed,
    VisitOpened,
    VisitReturned,
    VisitTransferred,
)
from luot_controller.engine.model import OVER, Role, Visit, VisitState

Step = dict[str, Any] | Command

DESKS = tuple(POLICY.desk_services)
NUMBERS = st.integers(1, 12)

taps = st.fixed_dictionaries(
    {
        "number": NUMBERS,
        "role": st.sampled_from(Role),
        "age_ms": st.one_of(st.just(0), st.integers(0, 90 * MINUTE)),
        "service": st.sampled_from(tuple(POLICY.typical_ms)),
        "class_id": st.sampled_from(("plain", "plain", "first")),
        "desk": st.sampled_from(DESKS),
        "face": st.sampled_from((None, 1, 3)),
    }
)
PLAIN = (CallNext, CallNext, CallNext, Start, Start, Finish, NoShow, Recall, Hold, Undo)
SERVICE = st.sampled_from(tuple(POLICY.typical_ms))
DESK = st.sampled_from(DESKS)
BY = st.sampled_from((("supervisor", None), ("desk-1", "1"), ("desk-2", "2")))


def numbered(kind: type[Command], **more: object) -> st.SearchStrategy[Command]:
    """A command of the office about a number."""
    return st.builds(lambda by, number: kind(*by, number=number, **more), BY, NUMBERS)


keys: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda kind, desk: kind(desk), st.sampled_from(PLAIN), DESK),
    st.builds(Resume, DESK, number=NUMBERS),
    st.builds(
        Transfer,
        DESK,
        service=SERVICE,
        to_desk=st.sampled_from((None, *DESKS)),
        then=st.lists(SERVICE, max_size=2).map(tuple),
    ),
)
rare: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda kind, desk: kind(desk), st.sampled_from((OpenDesk, OpenDesk, CloseDesk)), DESK),
    st.builds(PauseDesk, DESK, reason=st.just("tea")),
    st.builds(CallVisit, DESK, number=NUMBERS, reason=st.just("faint")),
    *(numbered(kind) for kind in (CancelVisit, ReturnVisit, BlockCard, UnblockCard, UnblockCard)),
    st.builds(lambda by, one, other: ReplaceCard(*by, number=one, replacement=other), BY, NUMBERS, NUMBERS),
    st.builds(
        lambda by, wanted, class_id, due_min: OpenVisit(
            *by,
            services=tuple(wanted),
            class_id=class_id,
            appointed_ms=None if due_min is None else (1_000 + due_min) * MINUTE,
        ),
        BY,
        st.lists(SERVICE, min_size=1, max_size=3),
        st.sampled_from(("plain", "first")),
        st.one_of(st.none(), st.integers(0, 600)),
    ),
    st.sampled_from((OpenDay("supervisor"), OpenDay("supervisor"), CloseDay("supervisor"))),
)
STEP = st.tuples(st.integers(0, 20 * MINUTE), st.one_of(taps, keys, rare))
# A list that chooses its own length is a short one: six steps on average.
days = st.integers(0, 60).flatmap(lambda steps: st.lists(STEP, min_size=steps, max_size=steps))


class WatchedDay(Day):
    """A day that checks every promise at every step."""

    def run(self, steps: list[tuple[int, Step]]) -> "WatchedDay":
        """Take the steps in order, `wait_ms` apart."""
        for wait_ms, step in steps:
            self.now_ms += wait_ms
            if isinstance(step, dict):
                self.tap(
                    step["number"],
                    step["role"],
                    **{key: step[key] for key in ("age_ms", "service", "class_id", "desk", "face")},
                )
            else:
                self.call(step)
            self.check_places()
        return self

    def call(self, command: Command) -> None:
        """A key; if it calls somebody, nobody who waits was wronged."""
        waiting = [visit for visit in self.state.visits.values() if visit.state is VisitState.WAITING]
        before = {visit.id: visit.entry for visit in waiting}
        for event in self.do(command):
            if isinstance(event, VisitCalled):
                self.check_call(event, waiting, before)

    def check_call(self, call: VisitCalled, waiting: list[Visit], before: dict[int, tuple[int, int, int]]) -> None:
        """G1 and G2, the reason, and that the call is the smallest key of the desk's lines; an override says why."""
        chosen = self.state.visits[call.visit]
        if call.reason == "OVERRIDE":
            assert call.note
            return
        rivals = [v for v in waiting if v.line in POLICY.desk_lines[call.desk] and v.id != chosen.id]
        assert chosen.line in POLICY.desk_lines[call.desk]
        if chosen.id not in before:  # sent on by the same key, and called again by the same desk
            assert chosen.id == call.finished
            before[chosen.id] = chosen.entry
        for other in rivals:
            # G1: nobody is passed by someone whose rank time is more than H later.
            assert chosen.rank_ms - other.rank_ms <= HEAD_START_MS
            # G2: within one class and service, in rank order.
            if (other.class_id, other.service) == (chosen.class_id, chosen.service):
                assert (chosen.rank_ms, chosen.id) < (other.rank_ms, other.id)
            assert before[chosen.id] < before[other.id]
        passed = [v for v in rivals if (v.rank_ms, v.id) < (chosen.rank_ms, chosen.id)]
        assert (call.reason == "PRIORITY_WITHIN_H") == bool(passed)
        if passed:
            assert call.over == min(passed, key=lambda v: (v.rank_ms, v.id)).number
        assert call.second == (min(rivals, key=lambda v: before[v.id]).number if rivals else None)

    def check_places(self) -> None:
        """Each card has one visit, each visit one place: in line once, at one desk, held by one, or nowhere."""
        in_line = Counter(entry[2] for line in POLICY.rivals for entry in self.state.lines.page(line, 0, 1_000))
        at_desk = Counter(desk.visit for desk in self.state.desks.values() if desk.visit is not None)
        held = Counter(visit for desk in self.state.desks.values() for visit in desk.held)
        assert len(self.state.visits) == len({visit.number for visit in self.state.visits.values()})
        for visit in self.state.visits.values():
            assert (visit.state is VisitState.HELD) == held.pop(visit.id, 0)
            assert (visit.state is VisitState.WAITING) == in_line.pop(visit.id, 0)
            assert (visit.state in (VisitState.CALLED, VisitState.SERVING)) == at_desk.pop(visit.id, 0)
            assert visit.id == self.state.by_number[visit.number]
        assert not in_line
        assert not at_desk
        assert not held


@given(days)
def test_every_call_is_fair(steps: list[tuple[int, Step]]) -> None:
    """G1, G2, the smallest key and a true reason at each call of a random day; one place for everyone at each step."""
    WatchedDay().run(steps)


@given(days)
def test_nobody_is_called_twice(steps: list[tuple[int, Step]]) -> None:
    """Between two calls of one visit it was in line again: returned, transferred, or by undo; after its end never."""
    may_be_called: dict[int, bool] = {}
    for fact in WatchedDay().run(steps).ledger:
        if isinstance(fact, VisitCalled):
            assert may_be_called.get(fact.visit, True) or fact.reason == "OVERRIDE"
            may_be_called[fact.visit] = False
        elif isinstance(fact, VisitReturned | VisitTransferred | ServiceFinished):
            may_be_called[fact.visit] = True
        elif isinstance(fact, CommandUndone):
            may_be_called.update({visit.id: visit.state is VisitState.WAITING for visit in fact.restored})
        elif isinstance(fact, VisitMissed):
            assert not may_be_called[fact.visit]
        elif isinstance(fact, VisitFinished | VisitCancelled | VisitExpired):
            may_be_called[fact.visit] = False


@given(days)
def test_the_ledger_adds_up(steps: list[tuple[int, Step]]) -> None:
    """The facts of a random day, applied to an empty site, give its state; each tap is settled by exactly one fact."""
    day = WatchedDay().run(steps)
    assert picture(folded(POLICY, day.ledger), POLICY) == picture(day.state, POLICY)
    settled = [fact.seq for fact in day.ledger if isinstance(fact, TapAnswered | TapIgnored)]
    assert list(range(1, day.seq + 1)) == settled
    times = [fact.at_ms for fact in day.ledger]
    assert sorted(times) == times


@given(days, st.integers(0, 60))
def test_two_who_wait_never_swap(steps: list[tuple[int, Step]], at: int) -> None:
    """From any moment on, those of one class and service who keep waiting keep their order."""
    day = WatchedDay().run(steps[:at])

    def line() -> list[tuple[int, int, int]]:
        return [entry for line in POLICY.rivals for entry in day.state.lines.page(line, 0, 1_000)]

    before = line()
    since = {visit.id: visit.since_ms for visit in day.state.visits.values()}
    day.later(0.001).run(steps[at:])
    stayed = [
        entry[2] for entry in line() if entry in before and day.state.visits[entry[2]].since_ms == since[entry[2]]
    ]
    assert [entry[2] for entry in before if entry[2] in stayed] == stayed


@given(days)
def test_no_more_overtake_than_have_priority(steps: list[tuple[int, Step]]) -> None:
    """G4: who is passed, is passed by no more than the priority visits ranked in the H minutes after the own rank."""
    passed: Counter[int] = Counter()
    day = WatchedDay()
    for step in steps:
        waiting = {v.id: v for v in day.state.visits.values() if v.state is VisitState.WAITING}
        entries = {v.id: (v.rank_ms, v.line) for v in waiting.values()}
        began = len(day.ledger)
        day.run([step])
        for call in (fact for fact in day.ledger[began:] if isinstance(fact, VisitCalled) and fact.note is None):
            called = day.state.visits[call.visit]
            lines = POLICY.desk_lines[call.desk]
            passed.update(
                v
                for v, (rank_ms, line) in entries.items()
                if line in lines and v != called.id and rank_ms < called.rank_ms
            )
    priority = [fact.rank_ms for fact in day.ledger if isinstance(fact, VisitOpened) and fact.head_start_ms]
    priority += [fact.rank_ms for fact in day.ledger if isinstance(fact, VisitReturned) and fact.class_id == "first"]
    for fact in day.ledger:
        if isinstance(fact, VisitOpened):
            ranks = [fact.rank_ms, *(v.rank_ms for v in day.state.visits.values() if v.id == fact.visit)]
            allowed = sum(min(ranks) < rank_ms <= max(ranks) + HEAD_START_MS for rank_ms in priority)
            assert passed[fact.visit] <= allowed


@given(days)
def test_a_number_is_never_two_peoples(steps: list[tuple[int, Step]]) -> None:
    """At each moment at most one visit that is not over has a number, cards and numbers without a card alike."""
    day = WatchedDay()
    for step in steps:
        day.run([step])
        live = [visit.number for visit in day.state.visits.values() if visit.state not in OVER]
        assert len(live) == len(set(live))
        assert all(day.state.of_number(number) is not None for number in live)
