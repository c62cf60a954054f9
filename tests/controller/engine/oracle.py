"""Queues whose waits are known in closed form, played at the real engine; the figures are minutes.

Exact values: Erlang C; Cobham (1954) for strict priority; for a head start H, W_low = W + rho_high * I and
W_high = W - rho_low * I with W the wait without priority and I the integral over 0..H of P(W_low > u) under strict
priority. Waits exclude the service.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, stdev

from luot_controller.engine.model import Policy
from luot_controller.replay.day import Arrival, stays

MINUTE = 60_000
STRICT_MIN = 10**9

SCALE = float(os.environ.get("LUOT_ORACLE_SCALE", "1"))
"""How many times longer each run is than in an ordinary test run."""

Draw = Callable[[random.Random], float]
"""One service time, in minutes."""


@dataclass(frozen=True)
class Stream:
    """A Poisson stream of one class: `per_min` arrivals, head start, service times, and what is known of its waits."""

    per_min: float
    serve: Draw
    mean_wait_min: float
    head_start_min: float = 0
    beyond_min: float | None = None
    share_beyond: float = 0


@dataclass(frozen=True)
class Case:
    """Streams at desks that serve all of them."""

    desks: int
    streams: tuple[Stream, ...]

    @property
    def policy(self) -> Policy:
        """A class for each stream, one service."""
        return Policy(
            head_start_ms={str(at): int(row.head_start_min * MINUTE) for at, row in enumerate(self.streams)},
            typical_ms={"papers": MINUTE},
            desk_services={str(desk): frozenset({"papers"}) for desk in range(self.desks)},
        )

    def arrivals(self, people: int, seed: int) -> list[Arrival]:
        """About so many people of all streams, each stream in its share."""
        chance = random.Random(seed)
        end_min = people / sum(row.per_min for row in self.streams)
        day: list[Arrival] = []
        for at, row in enumerate(self.streams):
            now_min = chance.expovariate(row.per_min)
            while now_min < end_min:
                day.append(Arrival(round(now_min * MINUTE), "papers", str(at), round(row.serve(chance) * MINUTE)))
                now_min += chance.expovariate(row.per_min)
        return day


@dataclass(frozen=True)
class Measured:
    """A mean of so many, by the means of batches, with its standard error and what it should be."""

    name: str
    people: int
    value: float
    error: float
    expected: float

    @property
    def off(self) -> float:
        """In standard errors."""
        return (self.value - self.expected) / self.error


BATCHES = 25


def measure(case: Case, people: int, seed: int, policy: Policy | None = None) -> list[Measured]:
    """Play the case; mean wait, and share beyond a limit where one is known, of each stream.

    The first batch, in which the hall fills, is left out. In a batch of about a thousand people a queue of these loads
    forgets how it began, so the means of batches are nearly independent, and their spread gives the error.
    """
    waits: list[list[float]] = [[] for _ in case.streams]
    for stay in stays(policy or case.policy, case.arrivals(int(people * SCALE), seed)):
        assert stay.wait_ms is not None
        waits[int(stay.arrival.class_id)].append(stay.wait_ms / MINUTE)
    found = []
    for at, stream in enumerate(case.streams):
        size = len(waits[at]) // (BATCHES + 1)
        batches = [waits[at][first : first + size] for first in range(size, len(waits[at]) - size + 1, size)]
        found.append(_of(f"{at}: mean", size, [fmean(batch) for batch in batches], stream.mean_wait_min))
        if stream.beyond_min is not None:
            shares = [fmean(wait > stream.beyond_min for wait in batch) for batch in batches]
            found.append(_of(f"{at}: beyond {stream.beyond_min:g}", size, shares, stream.share_beyond))
    return found


def _of(name: str, size: int, means: list[float], expected: float) -> Measured:
    return Measured(name, size * len(means), fmean(means), stdev(means) / len(means) ** 0.5, expected)


def exponential(mean_min: float) -> Draw:
    """Memoryless service times."""
    return lambda chance: chance.expovariate(1 / mean_min)


def erlang2(mean_min: float) -> Draw:
    """Two phases."""
    return lambda chance: chance.expovariate(2 / mean_min) + chance.expovariate(2 / mean_min)


def constant(minutes: float) -> Draw:
    """Always the same."""
    return lambda _chance: minutes


def plain(desks: int, per_min: float, mean_wait_min: float, beyond: float) -> Case:
    """One class, services of a minute on average; `beyond` is the share that waits longer than a minute."""
    return Case(desks, (Stream(per_min, exponential(1), mean_wait_min, 0, 1, beyond),))


def head_start(desks: int, rates: tuple[float, float], mean_min: float, waits: tuple[float, float], h: float) -> Case:
    """Two classes with one law of service times; the first has the head start."""
    law = exponential(mean_min)
    return Case(desks, (Stream(rates[0], law, waits[0], h), Stream(rates[1], law, waits[1])))


_STRICT = (2 * STRICT_MIN, STRICT_MIN, 0)

CASES = {
    "A1": plain(1, 0.8, 4.0, 0.654985),
    "A2": plain(2, 1.5, 1.285714, 0.389913),
    "A3": plain(3, 2.0, 0.444444, 0.163502),
    "A5": plain(10, 8.0, 0.204590, 0.055377),
    "B1": Case(
        1,
        (
            Stream(0.2, exponential(1), 1.0, STRICT_MIN, 2, 0.161517),
            Stream(0.6, exponential(1), 5.0, 0, 2, 0.561874),
        ),
    ),
    "B3": Case(
        6,
        tuple(
            Stream(rate, exponential(10), wait, h)
            for rate, wait, h in zip((0.05, 0.15, 0.3), (1.068212, 1.602318, 8.812747), _STRICT, strict=True)
        ),
    ),
    "C1": Case(1, (Stream(0.3, constant(1), 0.571429, STRICT_MIN), Stream(0.5, constant(1), 2.857143))),
    "C3": Case(
        1,
        (
            Stream(0.01, exponential(5), 4.873684, 2 * STRICT_MIN),
            Stream(0.02, erlang2(10), 6.498246, STRICT_MIN),
            Stream(0.04, constant(12), 22.864198),
        ),
    ),
    "E1": head_start(1, (0.2, 0.6), 1, (2.884623, 4.371792), 3),
    "E2": head_start(6, (0.1, 0.4), 10, (3.266925, 6.527224), 10),
    "E7": head_start(6, (0.1, 0.4), 10, (1.302121, 7.018425), 45),
}
"""Rows of the table, A: first come first served; B, C: strict priority; E: a head start."""
