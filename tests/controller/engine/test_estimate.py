"""The expected wait, against values worked out by hand and by exact arithmetic."""

from math import exp, inf, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine.estimate import (
    AT_ONCE,
    MOST_MIN,
    STEP_MIN,
    Outlook,
    Wait,
    outlook,
    quantile,
    shown,
    with_overtaking,
    work_before,
)

MINUTE = 60_000
NINE_MS = 9 * MINUTE
PERCENTS = (0.1, 0.5, 0.9)


def wait(ahead: int, desks: int, service_min: float = 9) -> Wait:
    """What a person with so many ahead is shown, when nobody passes."""
    return shown(outlook(ahead, work_before(ahead, desks, service_min * MINUTE)))


@pytest.mark.parametrize(
    ("desks", "ahead", "mean", "quantiles"),
    [(6, 5, 9.0, {0.5: 8.5052, 0.9: 13.9120}), (6, 11, 18.0, {0.9: 24.8972}), (2, 3, 18.0, {0.9: 30.0635})],
)
def test_reference_values(desks: int, ahead: int, mean: float, quantiles: dict[float, float]) -> None:
    """Nine minutes a service: mean (n + 1) s / c and the gamma quantiles, to four digits."""
    assert mean == work_before(ahead, desks, NINE_MS) / MINUTE
    assert quantiles == {p: round(quantile(ahead + 1, mean, p), 4) for p in quantiles}


def test_a_service_under_way_is_half_over_when_all_take_the_same_time() -> None:
    """What is left of it on average is (1 + spread) / 2 of a mean one: all for exponential times, half for constant."""
    assert [2.5, 3.0] == [work_before(2, 1, 1.0, spread) for spread in (0.0, 1.0)]


@pytest.mark.parametrize(
    ("ahead", "window_min", "exact_min"),
    [
        (11, 10, 19.3455),
        (11, 20, 20.3934),
        (11, 30, 20.7454),
        (11, inf, 20.8092),
        (29, 30, 49.0477),
        (29, inf, 52.0231),
    ],
)
def test_those_who_may_still_pass(ahead: int, window_min: float, exact_min: float) -> None:
    """Six desks, 0.09 priority people a minute: within a third of a minute of the exact mean, never less than it."""
    found = with_overtaking(work_before(ahead, 6, 9), [(window_min, 0.09 * 9 / 6)])
    assert exact_min - 0.0001 <= found <= exact_min + 0.33


@given(
    st.floats(0.1, 500),
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 0.9)), max_size=4),
)
def test_overtaking_adds_what_comes_while_one_waits(work: float, rush: list[tuple[float, float]]) -> None:
    """The wait w solves w = work + sum of load x min(w, window), however many head starts there are."""
    found = with_overtaking(work, rush)
    assert found == pytest.approx(work + sum(load * min(found, window) for window, load in rush))


def test_more_pass_than_the_desks_can_serve() -> None:
    """Then all of the window counts: head starts are finite, so is the wait."""
    assert 10 + 2 * 30 == with_overtaking(10, [(30, 2.0)])


def test_who_passes_is_ahead_too() -> None:
    """With overtakers the band is that of as many more turns."""
    assert outlook(11, 18.0, [(inf, 0.5)]) == outlook(23, 36.0)


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
    assert expected == wait(ahead, desks)


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_range_holds_the_band_and_no_more(low: float, more: float) -> None:
    """The shown range contains the band and exceeds it by less than one step at either end."""
    high = low + more
    found = shown(Outlook(low * MINUTE, low * MINUTE, high * MINUTE))
    if found.hi_min is None:
        assert high > MOST_MIN
        assert min(low, MOST_MIN) - STEP_MIN < found.lo_min <= min(low, MOST_MIN)
    else:
        assert low - STEP_MIN < found.lo_min <= low
        assert high <= found.hi_min <= MOST_MIN
        assert found.hi_min < high + STEP_MIN or found.hi_min == found.lo_min + STEP_MIN
    assert found.lo_min % STEP_MIN == 0


@given(st.integers(1, 150), st.sampled_from(PERCENTS))
def test_quantile_inverts_the_distribution(shape: int, p: float) -> None:
    """The Erlang distribution, summed up to the quantile, gives p back: exactly to shape 60, then within 2e-4."""
    assert p == pytest.approx(erlang_below(shape, quantile(shape, 1.0, p) * shape), abs=1e-9 if shape <= 60 else 2e-4)


def erlang_below(shape: int, x: float) -> float:
    """P(gamma(shape) < x) through the upper tail, summed from its largest term down so that it does not underflow."""
    return 1 - sum(exp(k * log(x) - x - lgamma(k + 1)) for k in range(shape))


@pytest.mark.parametrize("p", PERCENTS)
def test_no_jump_where_the_formula_changes(p: float) -> None:
    """Beyond shape 60 an approximation takes over: the 61st person is told a turn more than the 60th, not two."""
    steps = [quantile(shape + 1, shape + 1.0, p) - quantile(shape, float(shape), p) for shape in (59, 60, 61)]
    assert steps[0] == pytest.approx(steps[1], abs=0.01)
    assert steps[2] == pytest.approx(steps[1], abs=0.01)


def test_over_one_hour_has_no_upper_end() -> None:
    """What may take longer than an hour is "over 1 hour": no promise that cannot be kept; the lower end stops at 60."""
    assert Wait(30, 60) == wait(29, 6)
    assert Wait(40, None) == wait(35, 6)  # 42.9 to 65.8
    assert Wait(60, None) == wait(500, 2)


@pytest.mark.parametrize(("left_min", "first"), [(None, False), (39, False), (37, True), (0, True), (-5, True)])
def test_the_office_may_close_first(left_min: float | None, first: bool) -> None:
    """A likely wait of 28 minutes and a service of 9 fit into what is left, or it is said that they do not."""
    left_ms = None if left_min is None else left_min * MINUTE
    expected = outlook(18, work_before(18, 6, NINE_MS))
    assert 28 < expected.likely_ms / MINUTE < 29
    assert Wait(20, 40, first) == shown(expected, left_ms, NINE_MS)


@pytest.mark.parametrize(("left_min", "first"), [(None, False), (9, False), (8, True)])
def test_where_nobody_serves_the_clock_still_counts(left_min: float | None, first: bool) -> None:
    """No range; but what would not be done in time even if it were called at once is known."""
    left_ms = None if left_min is None else left_min * MINUTE
    assert Wait(None, None, first) == shown(None, left_ms, NINE_MS)


def test_at_once() -> None:
    """The shortest range; also where services took no time, as after a test of the keys: nothing is divided by zero."""
    assert Wait(0, 5) == shown(AT_ONCE)
    assert AT_ONCE == outlook(3, work_before(3, 2, 0))


@given(st.integers(0, 300), st.integers(1, 12), st.integers(1, 40))
def test_more_people_ahead_never_means_sooner(ahead: int, desks: int, service_min: int) -> None:
    """One more ahead never lowers either end of the range."""
    first, second = (wait(n, desks, service_min) for n in (ahead, ahead + 1))
    assert first.lo_min <= second.lo_min
    assert (first.hi_min or 1000) <= (second.hi_min or 1000)
