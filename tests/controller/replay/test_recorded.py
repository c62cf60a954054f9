"""Taking a recorded day apart: legs of each visit, how long each kept a desk, when nobody sat at one."""

import random
from datetime import date

import pytest
from engine_day import MINUTE, POLICY, Day

from luot_controller.engine.commands import CallNext, DeskCommand, Finish, Hold, NoShow, Resume, Start, Transfer, Undo
from luot_controller.replay.comparison import Wait, as_it_was, figures, replayed
from luot_controller.replay.day import play
from luot_controller.replay.invented import Office
from luot_controller.replay.recorded import Recording, recorded, shifts


def recording(*steps: tuple[float, int | DeskCommand]) -> tuple[Recording, int]:
    """What a day is taken apart to: each step is (minutes after the one before, a card that is tapped or a key)."""
    day = Day()
    began = day.now_ms
    for minutes, step in steps:
        day.later(minutes)
        if isinstance(step, int):
            day.tap(step)
        else:
            day.do(step)
    return recorded(day.ledger), began


def legs(*steps: tuple[float, int | DeskCommand]) -> list[tuple[float | None, ...]]:
    """(came, rank, called, minutes at a desk) of each leg, in minutes of the day."""
    found, began = recording(*steps)

    def minute(at_ms: int | None) -> float | None:
        return None if at_ms is None else (at_ms - began) / MINUTE

    return [
        (minute(leg.at_ms), minute(leg.rank_ms), minute(leg.called_ms), leg.serve_ms / MINUTE) for leg in found.legs
    ]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([(0, 1)], [(0, 0, None, 0)], id="waits"),
        pytest.param([(0, 1), (5, CallNext("1")), (1, Start("1")), (8, Finish("1"))], [(0, 0, 5, 9)], id="served"),
        pytest.param([(0, 1), (5, CallNext("1")), (3, NoShow("1"))], [(0, 0, 5, 3)], id="no-show"),
        pytest.param(
            [(0, 1), (5, CallNext("1")), (3, NoShow("1")), (2, 1), (4, CallNext("1")), (6, Finish("1"))],
            [(0, 0, 5, 3), (10, 0, 14, 6)],
            id="came-back",
        ),
        pytest.param(
            [(0, 1), (5, CallNext("2")), (3, Transfer("2", service="land")), (2, CallNext("3")), (4, Finish("3"))],
            [(0, 0, 5, 3), (8, 0, 10, 4)],
            id="sent-on",
        ),
        pytest.param(
            [(0, 1), (5, CallNext("1")), (3, Hold("1")), (20, Resume("1", number=1)), (4, Finish("1"))],
            [(0, 0, 5, 7)],
            id="on-hold",
        ),
        pytest.param([(0, 1), (5, CallNext("1")), (1, Undo("1"))], [(0, 0, None, 0)], id="call-taken-back"),
        pytest.param(
            [(0, 1), (5, CallNext("1")), (4, Finish("1")), (1, Undo("1")), (2, Finish("1"))],
            [(0, 0, 5, 7)],
            id="finish-taken-back",
        ),
        pytest.param(
            [(0, 1), (5, CallNext("2")), (3, Transfer("2", service="land")), (1, Undo("2")), (2, Finish("2"))],
            [(0, 0, 5, 6)],
            id="transfer-taken-back",
        ),
        pytest.param(
            [(0, 1), (0, 2), (5, CallNext("1")), (1, Start("1")), (4, CallNext("1")), (1, Undo("1")), (3, Finish("1"))],
            [(0, 0, 5, 9), (0, 0, None, 0)],
            id="next-taken-back",
        ),
    ],
)
def test_legs(steps: list[tuple[float, int | DeskCommand]], expected: list[tuple[float | None, ...]]) -> None:
    """Each time in line with its rank and its call, and all the time that it kept a desk, undone steps left out."""
    assert expected == legs(*steps)


def test_a_desk_that_nobody_sits_at() -> None:
    """Free for 30 minutes while somebody waited: nobody was there; free while nobody waited: somebody may have been."""
    found, began = recording(
        *[(0, 1), (0, 2), (1, CallNext("1")), (4, Finish("1"))],  # until minute 5
        *[(30, CallNext("1")), (5, Finish("1"))],  # 35 to 40
        *[(60, 3), (1, CallNext("1")), (5, Finish("1"))],
    )
    assert {"1": [(began + 5 * MINUTE, began + 35 * MINUTE)]} == found.away
    assert [(began, began + 5 * MINUTE), (began + 35 * MINUTE, None)] == shifts(found.away["1"], began)
    assert [(7, None)] == shifts([], 7)


TARGET_MS = {"papers": 15 * MINUTE}

OFFICE = Office(per_day=220, desks=4, mean_min=8)


def one_day(_at_ms: int) -> date:
    return date(2026, 1, 1)


@pytest.fixture(scope="module")
def played() -> Recording:
    """A day that the engine itself has played, lunch included."""
    arrivals = OFFICE.arrivals(0, random.Random(5))
    return recorded(fact for _, fact in play(OFFICE.policy, arrivals, OFFICE.shifts(0)))


def test_the_same_rules_give_the_same_day(played: Recording) -> None:
    """Played again, to the millisecond: what differs under other rules is then due to the rules. Lunch is found."""
    assert as_it_was(played, OFFICE.policy) == replayed(played, OFFICE.policy, one_day, seed=1)
    assert set(OFFICE.policy.desk_services) == set(played.away)


def test_other_rules_do_what_they_should(played: Recording) -> None:
    """Without a head start nobody is overtaken and priority waits as long; with a desk less everybody waits longer."""
    fifo = Office(per_day=220, desks=4, mean_min=8, head_start_min=0)
    fewer = Office(per_day=220, desks=3, mean_min=8)

    def mean_min(waits: list[Wait], class_id: str | None = None) -> float:
        found = figures((wait for wait in waits if class_id in (None, wait.class_id)), TARGET_MS)
        assert found.mean_ms is not None
        return found.mean_ms / MINUTE

    was, plain, short = (replayed(played, office.policy, one_day, seed=1) for office in (OFFICE, fifo, fewer))
    assert {0} == {wait.overtaken for wait in plain}
    assert max(wait.overtaken for wait in was) > 0
    assert mean_min(was, "first") < mean_min(plain, "first")
    assert mean_min(was, "plain") > mean_min(plain, "plain")
    assert mean_min(short) > mean_min(was)


def test_whom_nobody_called_is_given_a_time(played: Recording) -> None:
    """Drawn among those of the service, from the seed: the same seed is the same day, another another."""
    half = recorded(())
    half.visits = dict(list(played.visits.items())[:60])
    for legs_ in list(half.visits.values())[40:]:
        legs_[-1] = type(legs_[-1])(
            *(getattr(legs_[-1], name) for name in ("visit", "service", "class_id", "at_ms", "rank_ms"))
        )
    one, again, other = (replayed(half, OFFICE.policy, one_day, seed=seed) for seed in (1, 1, 2))
    assert one == again != other
    assert all(wait.wait_ms is not None for wait in one)


def test_figures() -> None:
    """Nearest-rank quantiles, the share within the target, those left out, and how often people were overtaken."""
    waits = [Wait(0, "papers", "plain", n * MINUTE, n % 2) for n in range(1, 21)] + [
        Wait(0, "papers", "plain", None, 0)
    ]
    found = figures(waits, TARGET_MS)
    assert (21, 1, 10.5, 10, 19, 20) == (
        found.people,
        found.not_called,
        (found.mean_ms or 0) / MINUTE,
        (found.p50_ms or 0) / MINUTE,
        (found.p95_ms or 0) / MINUTE,
        (found.max_ms or 0) / MINUTE,
    )
    assert (0.75, 1) == (found.within, found.overtaken_max)
    empty = figures([], TARGET_MS)
    assert (0, None, None, None) == (empty.people, empty.mean_ms, empty.p95_ms, empty.within)


def test_recorded_desks_are_those_of_the_policy() -> None:
    """A desk that the other rules have not, calls nobody; one that is new calls from the first call of the day on."""
    found, _ = recording((0, 1), (5, CallNext("1")), (4, Finish("1")))
    other = type(POLICY)(POLICY.head_start_ms, POLICY.typical_ms, {"9": frozenset({"papers", "land"})})
    (wait,) = replayed(found, other, one_day, seed=1)
    assert 5 * MINUTE == wait.wait_ms
