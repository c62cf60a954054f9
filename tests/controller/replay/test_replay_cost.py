"""luot_controller.replay.cost: the line that is measured is as long as it says, and goes on."""

import random

import pytest

from luot_controller.replay.cost import MINUTE, POLICY, Crowd, NaiveCrowd
from luot_controller.replay.naive import NaiveLine


@pytest.mark.parametrize("waiting", [100, 700])
def test_as_many_come_as_go(waiting: int) -> None:
    """Every desk calls and starts somebody in each of its rounds, and the line keeps its length."""
    crowd = Crowd(waiting)
    assert waiting == crowd.waiting
    crowd.go_on(300)
    assert waiting == crowd.waiting
    assert all(desk.visit is not None for desk in crowd.state.desks.values())
    assert 300 - len(POLICY.desk_services) <= sum(
        pace.older + len(pace.recent_ms) for pace in crowd.state.paces.values()
    )


def test_the_naive_line_is_right() -> None:
    """What the engine is measured against calls the same people: it is slow, not wrong."""
    chance = random.Random(1)
    line, people = NaiveLine(), []
    for number in range(50):
        rank_ms, head_start_ms = number * MINUTE, chance.choice((0, 45 * MINUTE))
        people.append((rank_ms - head_start_ms, rank_ms, number))
        assert sorted(people).index(people[-1]) == line.tap(number, "papers", "plain", rank_ms, head_start_ms)
    assert sorted(people).index(people[7]) == line.tap(7, "papers", "plain", 0, 0)
    assert [number for _, _, number in sorted(people)] == [line.call_next()["number"] for _ in people]


def test_the_naive_crowd_keeps_its_length() -> None:
    """One comes and one is called in each round."""
    crowd = NaiveCrowd(30)
    crowd.go_on(20)
    assert 30 == len(crowd.line.visits)
