"""How long a person with `n` ahead will wait, as a range that can be stood for. Pure arithmetic on counts and times.

Mean w = (n + 1) s / c with s the mean service time and c the desks; the 10 to 90 % band of a gamma distribution with
shape n + 1 and that mean, rounded outward to 5 minutes (exact for exponential services: Erlang).
"""

from functools import cache
from math import exp, sqrt
from typing import NamedTuple

STEP_MIN = 5
MOST_MIN = 60
"""Beyond this no upper end is shown: "over 1 hour"."""

_EXACT_SHAPE = 200
_Z_90 = 1.2815515655446004


class Wait(NamedTuple):
    """A range in minutes; `hi_min` None means beyond MOST_MIN."""

    lo_min: int
    hi_min: int | None


def expected_wait(ahead: int, desks: int, mean_service_ms: float, free_desks: int = 0) -> Wait | None:
    """The range for a person with `ahead` before them; None where no desk serves them."""
    if desks == 0:
        return None
    if ahead < free_desks or mean_service_ms <= 0:
        return Wait(0, STEP_MIN)
    mean_min = (ahead + 1) * mean_service_ms / desks / 60_000
    lo_min = int(quantile(ahead + 1, mean_min, 0.1) // STEP_MIN) * STEP_MIN
    hi_min = -int(-quantile(ahead + 1, mean_min, 0.9) // STEP_MIN) * STEP_MIN
    if hi_min > MOST_MIN:
        return Wait(min(lo_min, MOST_MIN), None)
    return Wait(lo_min, max(hi_min, lo_min + STEP_MIN))


def quantile(shape: int, mean: float, p: float) -> float:
    """The `p` quantile of a gamma distribution of integer `shape` and this `mean`; beyond shape 200 `p` is 0.1 or 0.9.

    By bisection of the Erlang distribution; for large shapes by Wilson and Hilferty's cube-root approximation (1931).
    """
    if shape > _EXACT_SHAPE:
        z = _Z_90 if p > 0.5 else -_Z_90
        return float(mean * (1 - 1 / (9 * shape) + z * sqrt(1 / (9 * shape))) ** 3)
    return mean * _exact(shape, p)


@cache  # two of each shape: 1 ms to work out at 200, and asked for with every tap
def _exact(shape: int, p: float) -> float:
    """The quantile for a mean of 1."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if _erlang_below(shape, middle * shape) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _erlang_below(shape: int, x: float) -> float:
    term = total = exp(-x)
    for k in range(1, shape):
        term *= x / k
        total += term
    return 1 - total
