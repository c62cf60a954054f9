"""The expected wait, against values worked out by hand and by exact arithmetic."""

from math import exp, lgamma, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine import estimate
from luot_controller.engine.estimate import MOST_MIN, STEP_MIN, Wait, expected_wait, quantile

MINUTE = 60_000


@pytest.mark.parametrize(
    ("desks", "ahead", "mean", "quantiles"),
    [
        (6, 5, 9.0, {0.5: 8.5052, 0.8: 11.8590, 0.9: 13.9120}),
        (6, 11, 18.0, {0.8: 22.1650, 0.9: 24.8972}),
        (2, 3, 18.0, {0.9: 30.0635}),
    ],
)
def test_reference_values(desks: int, ahead: int, mean: float, quantiles: dict[float, float]) -> None:
    """Nine minutes a service: mean (n + 1) s / c and the gamma quantiles, to four digits."""
    assert mean == (ahead + 1) * 9 / desks
    assert quantiles == {p: round(quantile(ahead + 1, mean, p), 4) for p in quantiles}


@pytest.mark.parametrize(
    ("desks", "ahead", "expected"),
    [
        (6, 5, Wait(0, 15)),  # 4.7 to 13.9
        (6, 11, Wait(10, 25)),  # 11.7 to 24.9
        (2, 3, Wait(5, 35)),  # 7.9 to 30.1
        (1, 0, Wait(0, 25)),  # 0.9 to 20.7
    ],
)
def test_ranges_are_rounded_outward(desks: int, ahead: int, expected: Wait) -> None:
    """The 10 to 90 % band, down and up to whole five minutes."""
    assert expected == expected_wait(ahead, desks, 9 * MINUTE)


@given(st.integers(0, 400), st.integers(1, 20), st.integers(1, 60))
def test_a_range_holds_the_band_and_no_more(ahead: int, desks: int, service_min: int) -> None:
    """The shown range contains the 10 to 90 % band and exceeds it by less than one step at either end."""
    wait = expected_wait(ahead, desks, service_min * MINUTE)
    assert wait is not None
    mean = (ahead + 1) * service_min / desks
    low, high = quantile(ahead + 1, mean, 0.1), quantile(ahead + 1, mean, 0.9)
    if wait.hi_min is None:
        assert high > MOST_MIN
        assert min(low, MOST_MIN) - STEP_MIN < wait.lo_min <= min(low, MOST_MIN)
    else:
        assert low - STEP_MIN < wait.lo_min <= low
        assert high <= wait.hi_min <= MOST_MIN
        assert wait.hi_min < high + STEP_MIN or wait.hi_min == wait.lo_min + STEP_MIN
    assert wait.lo_min % STEP_MIN == 0


@given(st.integers(1, 200), st.floats(0.5, 500), st.sampled_from([0.1, 0.5, 0.9]))
def test_quantile_inverts_the_distribution(shape: int, mean: float, p: float) -> None:
    """Up to shape 200 the quantile is exact: the Erlang distribution, summed up to it, gives p back."""
    x = quantile(shape, mean, p) * shape / mean
    assert p == pytest.approx(erlang_below(shape, x), abs=1e-7)


def erlang_below(shape: int, x: float) -> float:
    """P(gamma(shape) < x) through the upper tail, summed from its largest term down so that it does not underflow."""
    return 1 - sum(exp(k * log(x) - x - lgamma(k + 1)) for k in range(shape))


def test_no_jump_where_the_formula_changes() -> None:
    """Beyond shape 200 an approximation takes over; the 200th and the 201st person are told nearly the same."""
    for p in (0.1, 0.9):
        exact, approximate = quantile(200, 200.0, p), quantile(201, 201.0, p)
        assert exact < approximate
        assert 1.0 == pytest.approx(approximate - exact, abs=0.05)


def test_a_long_line_is_near_the_normal_distribution() -> None:
    """With 10,000 ahead the band is mean plus or minus 1.28 standard deviations, and its computation is not slower."""
    low, high = quantile(10_000, 10_000.0, 0.1), quantile(10_000, 10_000.0, 0.9)
    z = estimate._Z_90 * sqrt(10_000)
    assert 10_000 - z == pytest.approx(low, rel=1e-3)
    assert 10_000 + z == pytest.approx(high, rel=1e-3)


def test_over_one_hour_has_no_upper_end() -> None:
    """What may take longer than an hour is "over 1 hour": no promise that cannot be kept; the lower end stops at 60."""
    assert Wait(30, 60) == expected_wait(29, 6, 9 * MINUTE)
    assert Wait(40, None) == expected_wait(35, 6, 9 * MINUTE)  # 42.9 to 65.8
    assert Wait(60, None) == expected_wait(500, 2, 9 * MINUTE)


@pytest.mark.parametrize(("ahead", "free"), [(0, 1), (1, 2), (3, 6)])
def test_a_free_desk_means_at_once(ahead: int, free: int) -> None:
    """Fewer ahead than free desks: the shortest range, whatever services take."""
    assert Wait(0, 5) == expected_wait(ahead, 6, 60 * MINUTE, free)


def test_as_many_ahead_as_free_desks_means_waiting() -> None:
    """The free desks go to those ahead."""
    assert Wait(0, 5) != expected_wait(1, 1, 60 * MINUTE, 1)


def test_services_that_took_no_time_mean_at_once() -> None:
    """A mean of zero, as after a test of the keys, divides nothing by zero."""
    assert Wait(0, 5) == expected_wait(3, 2, 0)


def test_no_desk_no_estimate() -> None:
    """Where no desk serves, nothing is promised."""
    assert expected_wait(3, 0, 9 * MINUTE) is None


@given(st.integers(0, 300), st.integers(1, 12), st.integers(1, 40))
def test_more_people_ahead_never_means_sooner(ahead: int, desks: int, service_min: int) -> None:
    """One more ahead never lowers either end of the range."""
    first, second = (expected_wait(n, desks, service_min * MINUTE) for n in (ahead, ahead + 1))
    assert first is not None
    assert second is not None
    assert first.lo_min <= second.lo_min
    assert (first.hi_min or 1000) <= (second.hi_min or 1000)
