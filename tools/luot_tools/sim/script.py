"""The script of a day: who comes when, for what, and how they behave. The same seed is the same day; nothing runs here.

Times are office seconds from the opening of the doors, but for `hold_s`.
"""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

DAY_S = 8 * 3600.0

EARLY = 6
"""So many stand at the door when it opens, and come in within EARLY_S."""
EARLY_S = 30.0

PRIORITY_SHARE = 0.15
SERVICE_CV = 0.8
"""Coefficient of variation of the time at the desk, which is lognormal."""

SLOW_SHARE = 0.10
ABSENT_SHARE = 0.04
LOOKING_SHARE = 0.12

_SHORTEST_SERVICE_S = 30.0

# Minutes since opening, and how busy it is until then: a morning peak, a thin lunch, a calmer afternoon.
_PROFILE = ((30, 1.0), (150, 1.5), (210, 1.0), (330, 0.3), (450, 0.9), (480, 0.4))
_BUSIEST = max(level for _, level in _PROFILE)


class Temper(StrEnum):
    """What somebody does when called."""

    PROMPT = "prompt"
    SLOW = "slow"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Person:
    """One citizen's part.

    serve_s: time at the desk. to_reader_s, to_desk_s: ways on foot. look_after_s: taps again after so long in line, to
    see the place; None: never. back_after_s: how long somebody absent stays away from the first call.
    hold_s: real seconds that the card is held to a reader.
    """

    come_s: float
    service: str
    priority: bool
    temper: Temper
    serve_s: float
    to_reader_s: float
    to_desk_s: float
    look_after_s: float | None
    back_after_s: float
    hold_s: float


def day(seed: int, typical_min: Mapping[str, float], people_per_hour: float) -> tuple[Person, ...]:
    """Everybody who comes in one day, in the order of coming.

    `typical_min` is the mean time at the desk of each service; `people_per_hour` is the mean over the day, those who
    wait at the door not counted.
    """
    rng = random.Random(seed)
    early = [0.0, *sorted(rng.uniform(0.0, EARLY_S) for _ in range(EARLY - 1))]
    return tuple(_person(rng, come_s, typical_min) for come_s in (*early, *_arrivals(rng, people_per_hour)))


def days(seed: int, typical_min: Mapping[str, float], people_per_hour: float) -> Iterator[Person]:
    """Day after day, without end; `come_s` goes on from the opening of the first."""
    for number in count():
        for person in day(seed + number, typical_min, people_per_hour):
            yield replace(person, come_s=person.come_s + number * DAY_S)


def bearable(typical_min: Mapping[str, float], desks: int) -> float:
    """People per hour who keep `desks` busy three quarters of the day: at the peak a line builds up and goes again."""
    mean_min = sum(typical_min.values()) / len(typical_min)
    return 0.75 * desks * 60.0 / mean_min


def _arrivals(rng: random.Random, people_per_hour: float) -> list[float]:
    """A Poisson process whose rate follows the profile, by thinning one with the highest rate."""
    since, area = 0, 0.0
    for until, level in _PROFILE:
        area += (until - since) * level
        since = until
    highest_per_s = people_per_hour / 3600.0 * _BUSIEST * (DAY_S / 60.0) / area
    arrivals: list[float] = []
    at_s = 0.0
    while highest_per_s > 0:
        at_s += rng.expovariate(highest_per_s)
        if at_s >= DAY_S:
            break
        if rng.random() * _BUSIEST < _level(at_s):
            arrivals.append(at_s)
    return arrivals


def _level(at_s: float) -> float:
    return next(level for until_min, level in _PROFILE if at_s < until_min * 60)


def _person(rng: random.Random, come_s: float, typical_min: Mapping[str, float]) -> Person:
    service = rng.choice(sorted(typical_min))
    chance = rng.random()
    temper = Temper.PROMPT
    if chance < ABSENT_SHARE:
        temper = Temper.ABSENT
    elif chance < ABSENT_SHARE + SLOW_SHARE:
        temper = Temper.SLOW
    variance = math.log(1 + SERVICE_CV**2)
    serve_s = rng.lognormvariate(math.log(typical_min[service] * 60) - variance / 2, math.sqrt(variance))
    looks = rng.random() < LOOKING_SHARE
    return Person(
        come_s=come_s,
        service=service,
        priority=rng.random() < PRIORITY_SHARE,
        temper=temper,
        serve_s=max(_SHORTEST_SERVICE_S, serve_s),
        to_reader_s=rng.uniform(5, 20),
        to_desk_s=rng.uniform(95, 170) if temper is Temper.SLOW else rng.uniform(15, 60),
        look_after_s=rng.uniform(120, 480) if looks else None,
        back_after_s=rng.uniform(300, 1500),
        hold_s=rng.uniform(0.3, 1.0),
    )
