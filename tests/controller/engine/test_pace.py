"""luot_controller.engine.pace: what is measured of a service, against plain means."""

import random
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine.pace import LONG, LONGEST_MS, PAUSE_MS, RECENT, TYPICAL, Pace, Stream

MINUTE = 60_000
TYPICAL_MS = 9 * MINUTE


def measured(times: list[int]) -> Pace:
    """After these desk times."""
    pace = Pace()
    for one in times:
        pace.left(one)
    return pace


def exponential(count: int, mean_ms: float, seed: int) -> list[int]:
    """So many random desk times."""
    chance = random.Random(seed)
    return [int(chance.expovariate(1 / mean_ms)) for _ in range(count)]


def test_the_typical_time_stands_in_for_what_is_not_measured_yet() -> None:
    """A first service of an hour does not make everyone's service an hour; ten measured ones are believed."""
    assert TYPICAL_MS == Pace().mean_ms(TYPICAL_MS)
    assert (9 * 9 + 60) / 10 * MINUTE == measured([60 * MINUTE]).mean_ms(TYPICAL_MS)
    assert 60 * MINUTE == measured([60 * MINUTE] * TYPICAL).mean_ms(TYPICAL_MS)


@given(st.lists(st.integers(0, LONGEST_MS), min_size=TYPICAL, max_size=RECENT))
def test_the_mean_is_the_mean(times: list[int]) -> None:
    """As long as each is kept, it is the plain mean, and the spread is the squared coefficient of variation."""
    pace = measured(times)
    assert fmean(times) == pytest.approx(pace.mean_ms(TYPICAL_MS))
    if sum(times):
        assert min(1.0, pvariance(times) / fmean(times) ** 2) == pytest.approx(pace.spread(), abs=1e-9)
    else:
        assert 1.0 == pace.spread()


def test_ordinary_days_are_one_long_mean() -> None:
    """Without a change the estimate is nearly that of all that were measured, not of the last forty."""
    times = exponential(LONG, TYPICAL_MS, seed=1)
    pace = measured(times)
    assert RECENT == len(pace.recent_ms)
    assert fmean(times) == pytest.approx(pace.mean_ms(TYPICAL_MS))


def test_a_change_is_followed() -> None:
    """When services take three times as long, the last forty carry the estimate most of the way."""
    slow = exponential(RECENT, 3 * TYPICAL_MS, seed=2)
    mean_ms = measured(exponential(LONG, TYPICAL_MS, seed=1) + slow).mean_ms(TYPICAL_MS)
    assert 0.75 * fmean(slow) < mean_ms < fmean(slow)


def test_a_slip_is_forgotten() -> None:
    """Undo takes back the last time; a time that is not the last one is nobody's slip."""
    pace = measured([1, 2, 3])
    pace.stayed(3)
    pace.stayed(9)
    assert [1, 2] == pace.recent_ms


def test_people_who_come_evenly() -> None:
    """One every two minutes, a quarter with a head start of 45: so many are expected in the next minute."""
    stream = Stream()
    for n in range(300):
        stream.came(45 * MINUTE if n % 4 == 0 else 0, n * 2 * MINUTE)
    assert 0.5 * 0.8 == pytest.approx(stream.per_ms(598 * MINUTE) * MINUTE, rel=0.05)  # 20 of 25 observed minutes
    assert [(45 * MINUTE, pytest.approx(0.25, abs=0.01))] == stream.shares


def test_a_rush_that_is_over_fades() -> None:
    """When nobody comes any more, ever fewer are expected."""
    stream = Stream()
    for n in range(60):
        stream.came(0, n * MINUTE)
    rates = [stream.per_ms((59 + later) * MINUTE) for later in (0, 20, 40, 200)]
    assert sorted(rates, reverse=True) == rates
    assert rates[3] < rates[0] / 1000


def test_the_morning_begins_anew() -> None:
    """After a night the first quarter of an hour tells, not yesterday; what share has a head start is remembered."""
    stream = Stream()
    for n in range(300):
        stream.came(45 * MINUTE if n % 2 else 0, n * 2 * MINUTE)
    morning = 599 * MINUTE + 12 * 60 * MINUTE
    for n in range(16):
        stream.came(0, morning + n * MINUTE)
    assert 0.75 == pytest.approx(stream.per_ms(morning + 15 * MINUTE) * MINUTE, rel=0.15)
    assert [(45 * MINUTE, pytest.approx(0.47, abs=0.02))] == stream.shares


def test_the_first_is_no_crowd() -> None:
    """One who comes as the doors open, or after an hour in which nobody came, says nothing of the next."""
    stream = Stream()
    stream.came(0, 0)
    assert 0 == stream.per_ms(0)
    stream.came(0, PAUSE_MS + 1)
    assert 0 == stream.per_ms(PAUSE_MS + 1)


def test_a_desk_left_overnight_is_no_long_service() -> None:
    """It counts as two hours, and the slip is forgotten all the same."""
    pace = measured([16 * 60 * MINUTE])
    assert [LONGEST_MS] == pace.recent_ms
    pace.stayed(16 * 60 * MINUTE)
    assert Pace() == pace
