"""luot_controller.replay.day: a day is played as the engine would have it, and nothing is invented."""

import heapq

from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine.events import TapAnswered, VisitCalled, VisitFinished, VisitOpened, VisitStarted
from luot_controller.engine.model import Policy
from luot_controller.replay.day import Arrival, play, stays

MINUTE = 60_000
POLICY = Policy(
    head_start_ms={"plain": 0, "first": 10 * MINUTE},
    typical_ms={"papers": 9 * MINUTE, "land": 12 * MINUTE},
    desk_services={"1": frozenset({"papers"}), "2": frozenset({"papers", "land"})},
)


def arrival(at_min: float, serve_min: float = 10, service: str = "papers", class_id: str = "plain") -> Arrival:
    """Who comes at `at_min`."""
    return Arrival(int(at_min * MINUTE), service, class_id, int(serve_min * MINUTE))


def called(*arrivals: Arrival, **more: object) -> list[tuple[float, str] | None]:
    """When and where each was called, in minutes."""
    found = stays(POLICY, arrivals, **more)  # type: ignore[arg-type]
    return [None if stay.called_ms is None else (stay.called_ms / MINUTE, stay.desk or "") for stay in found]


def test_a_free_desk_calls_at_once() -> None:
    """The one that has been free longest, of those that serve it; then people wait for the first to be done."""
    assert [(1, "1"), (2, "2"), (11, "1")] == called(arrival(1), arrival(2), arrival(3))
    assert [(1, "2"), (11, "2")] == called(arrival(1, service="land"), arrival(2, service="land"))
    assert [(1, "1"), (20, "2"), (21, "1")] == called(arrival(1), arrival(20), arrival(21))


def test_each_visit_runs_its_course() -> None:
    """Opened, answered, called, started, and finished after just the time that the arrival takes."""
    facts = [fact for _, fact in play(POLICY, [arrival(1, 7)])]
    assert [VisitOpened, TapAnswered, VisitCalled, VisitStarted, VisitFinished] == [type(fact) for fact in facts]
    assert [7 * MINUTE] == [fact.served_ms for fact in facts if isinstance(fact, VisitFinished)]


def test_facts_come_with_their_state() -> None:
    """The state is the one just after the fact: a newcomer is in line before the desk calls."""
    at_opening = [
        state.lines.waiting(POLICY.typical_ms)
        for state, fact in play(POLICY, [arrival(at) for at in range(5)])
        if isinstance(fact, VisitOpened)
    ]
    assert [1, 1, 1, 2, 3] == at_opening


def test_who_comes_as_a_desk_becomes_free_is_in_line() -> None:
    """At the same moment the tap is first, so priority counts."""
    first = arrival(10, class_id="first")
    assert [(0, "1"), (0, "2"), (10, "2"), (10, "1")] == called(arrival(0), arrival(0), arrival(9), first)


def test_desks_keep_their_shifts() -> None:
    """Nobody is called in a break; a service that has begun is ended; after the last shift nobody is called."""
    shifts = {"1": [(0, 15 * MINUTE), (30 * MINUTE, 40 * MINUTE)]}
    people = (arrival(0), arrival(1), arrival(2), arrival(20, 12), arrival(35))
    assert [(0, "1"), (10, "1"), (30, "1"), None, None] == called(*people, shifts=shifts)


def test_cards_are_used_again() -> None:
    """A long day needs no more cards than people at once, and those that a tap would not yet open a visit for."""
    numbers = [fact.number for _, fact in play(POLICY, [arrival(at) for at in range(0, 1000, 10)])]
    assert max(numbers) <= 3


people = st.lists(
    st.tuples(st.integers(0, 100 * MINUTE), st.integers(0, 30 * MINUTE), st.sampled_from(["plain", "first"])),
    unique_by=lambda row: row[0],
    max_size=40,
)


@given(people, st.integers(1, 4), st.sampled_from([0, 5, 10_000]))
def test_waits_are_those_of_a_list_that_is_sorted_again(
    people: list[tuple[int, int, str]], desks: int, head_start_min: int
) -> None:
    """Whatever the head start, each wait is that of ten plain lines: the earliest desk takes the smallest key."""
    head_start_ms = {"plain": 0, "first": head_start_min * MINUTE}
    policy = Policy(head_start_ms, {"papers": MINUTE}, {str(n): frozenset({"papers"}) for n in range(desks)})
    coming = [Arrival(at_ms, "papers", class_id, serve_ms) for at_ms, serve_ms, class_id in sorted(people)]
    called_ms: dict[Arrival, int] = {}
    free = [0] * desks
    while len(called_ms) < len(coming):
        left = [row for row in coming if row not in called_ms]
        begin = max(heapq.heappop(free), left[0].at_ms)
        here = [row for row in left if row.at_ms <= begin]
        best = min(here, key=lambda row: (row.at_ms - head_start_ms[row.class_id], row.at_ms))
        called_ms[best] = begin
        heapq.heappush(free, begin + best.serve_ms)
    assert [called_ms[row] for row in coming] == [stay.called_ms for stay in stays(policy, coming)]
