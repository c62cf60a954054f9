"""How long a person with `n` ahead will wait, as a range that can be stood for. Pure arithmetic on counts and times.

The next turn comes after the work that is ahead, shared by the desks, and after whoever may still pass: w. For
exponential desk times w is (n + 1) s / c. Waits are taken to be gamma distributed with shape n + 1 and mean w, which is
exact (Erlang) in that case; the range is from the 10 to the 90 % quantile, rounded outward to 5 minutes.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from math import exp, sqrt
from typing import NamedTuple

STEP_MIN = 5
MOST_MIN = 60
"""Beyond this no upper end is shown: "over 1 hour"."""

_MINUTE_MS = 60_000
_EXACT_SHAPE = 60
_Z = {0.1: -1.2815515655446004, 0.5: 0.0, 0.9: 1.2815515655446004}


class Outlook(NamedTuple):
    """Half of such waits are shorter than `likely_ms`, eight of ten are between `low_ms` and `high_ms`."""

    likely_ms: float
    low_ms: float
    high_ms: float


class Wait(NamedTuple):
    """What is shown, in minutes; no `lo_min` where no desk that is open serves, no `hi_min` beyond MOST_MIN.

    `closes_first`: the office is likely to close before the visit is done.
    """

    lo_min: int | None
    hi_min: int | None
    closes_first: bool = False


AT_ONCE = Outlook(0.0, 0.0, 0.0)


def work_before(ahead: int, desks: int, mean_ms: float, spread: float = 1.0) -> float:
    """How long it takes until a desk is free for a person with so many ahead, when nobody passes: w in ms.

    `spread` is the squared coefficient of variation of desk times: what is left of a service under way is on average
    (1 + spread) / 2 of a mean one.
    """
    return (ahead + (1 + spread) / 2) * mean_ms / desks


def with_overtaking(work_ms: float, rush: Iterable[tuple[float, float]]) -> float:
    """`work_ms` and whoever comes and passes meanwhile.

    `rush` is (window, load) pairs: for so many ms from now people who pass bring so much work, in ms of all desks a ms.
    """
    pairs = sorted(rush)
    if not pairs:
        return work_ms
    load = sum(load for _, load in pairs)
    for window_ms, part in pairs:
        if load < 1 and work_ms <= window_ms * (1 - load):
            return work_ms / (1 - load)
        work_ms += part * window_ms
        load -= part
    return work_ms


def outlook(ahead: int, work_ms: float, rush: Iterable[tuple[float, float]] = ()) -> Outlook:
    """What a person with so many ahead may expect; see work_before and with_overtaking."""
    if work_ms <= 0:
        return AT_ONCE
    mean_ms = with_overtaking(work_ms, rush)
    # Those who pass are people ahead, too.
    shape = max(1, round((ahead + 1) * mean_ms / work_ms))
    half, low, high = _factors(shape)
    return Outlook(mean_ms * half, mean_ms * low, mean_ms * high)


def shown(expected: Outlook | None, left_ms: float | None = None, desk_ms: float = 0) -> Wait:
    """The range in whole steps; `left_ms` is how long the office is still open, None where nobody knows.

    The office closes before a visit that would end after that, `desk_ms` after the likely call. Where no desk serves,
    `expected` None, only before one that would not even end if it were called at once.
    """
    likely_ms = 0.0 if expected is None else expected.likely_ms
    closes_first = left_ms is not None and likely_ms + desk_ms > left_ms
    if expected is None:
        return Wait(None, None, closes_first)
    lo_min = int(expected.low_ms / _MINUTE_MS // STEP_MIN) * STEP_MIN
    hi_min = -int(-expected.high_ms / _MINUTE_MS // STEP_MIN) * STEP_MIN
    if hi_min > MOST_MIN:
        return Wait(min(lo_min, MOST_MIN), None, closes_first)
    return Wait(lo_min, max(hi_min, lo_min + STEP_MIN), closes_first)


def quantile(shape: int, mean: float, p: float) -> float:
    """The `p` quantile, p one of 0.1, 0.5 and 0.9, of a gamma distribution of integer `shape` and this `mean`."""
    return mean * (_exact(shape, p) if shape <= _EXACT_SHAPE else _near(shape, p))


@lru_cache(maxsize=4096)  # who taps again, and who comes next, has nearly as many ahead
def _factors(shape: int) -> tuple[float, float, float]:
    """The quantiles of an Outlook, for a mean of 1."""
    return quantile(shape, 1.0, 0.5), quantile(shape, 1.0, 0.1), quantile(shape, 1.0, 0.9)


def _near(shape: int, p: float) -> float:
    """The quantile for a mean of 1 by Wilson and Hilferty's cube root (1931); within 1e-4 from shape 60 on."""
    return float((1 - 1 / (9 * shape) + _Z[p] / (3 * sqrt(shape))) ** 3)


@cache  # three of each shape; a few steps of Newton's each, the first time
def _exact(shape: int, p: float) -> float:
    x = _near(shape, p) * shape
    for _ in range(6):
        term = total = exp(-x)
        for k in range(1, shape):
            term *= x / k
            total += term
        x -= (1 - total - p) / term  # the last term is the density
    return x / shape
