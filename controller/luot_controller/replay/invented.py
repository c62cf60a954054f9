"""Invents days of an office, the same from the same seed: who comes when, of which class, and how long each takes.

Arrivals are Poisson with a morning peak; service times are lognormal; the desks close for lunch.
"""

import math
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from luot_controller.engine.model import Policy
from luot_controller.replay.day import Arrival, Shift

MINUTE = 60_000

OPENS_MIN = 7 * 60 + 30
CLOSES_MIN = 17 * 60 + 30
LUNCH_MIN = (11 * 60 + 30, 13 * 60 + 30)

_HALF_HOURS = {
    **dict.fromkeys((7.5, 8.0), 1.2),
    **dict.fromkeys((8.5, 9.0, 9.5), 1.6),
    **dict.fromkeys((10.0, 10.5, 11.0), 1.0),
    **dict.fromkeys((13.5, 14.0, 14.5), 1.0),
    **dict.fromkeys((15.0, 15.5), 0.8),
    16.0: 0.4,
}
"""How busy each half-hour is, by the hour at which it begins; nobody comes at lunch or in the last hour."""


@dataclass(frozen=True)
class Office:
    """`per_day` people, a share of whom have the head start, at `desks` desks; times in minutes."""

    per_day: float
    desks: int
    mean_min: float
    cv: float = 0.8
    priority_share: float = 0.15
    head_start_min: int = 45
    services: Mapping[str, float] = field(default_factory=lambda: {"papers": 1.0})
    """Share of the people by service."""
    layout: Mapping[str, Collection[str]] | None = None
    """Desk to the services it serves, in place of `desks` that serve all."""

    @property
    def policy(self) -> Policy:
        """Two classes, `plain` and `first`; the typical time is the true mean."""
        return Policy(
            head_start_ms={"plain": 0, "first": self.head_start_min * MINUTE},
            typical_ms=dict.fromkeys(self.services, int(self.mean_min * MINUTE)),
            desk_services={
                desk: frozenset(services)
                for desk, services in (
                    self.layout or {str(desk): self.services for desk in range(1, self.desks + 1)}
                ).items()
            },
        )

    def shifts(self, day: int) -> dict[str, list[Shift]]:
        """All desks: the morning, and after lunch until nobody is left, at the latest midnight."""
        lunch, after = (at_ms(day, minute) for minute in LUNCH_MIN)
        midnight = at_ms(day + 1, 0)
        return {desk: [(at_ms(day, OPENS_MIN), lunch), (after, midnight)] for desk in self.policy.desk_services}

    def arrivals(self, day: int, chance: random.Random) -> list[Arrival]:
        """One day's people, in order."""
        total = sum(_HALF_HOURS.values())
        people = []
        for hour, weight in _HALF_HOURS.items():
            begin = at_ms(day, hour * 60)
            rate = self.per_day * weight / total / (30 * MINUTE)
            now = begin + chance.expovariate(rate)
            while now < begin + 30 * MINUTE:
                service = chance.choices(list(self.services), list(self.services.values()))[0]
                class_id = "first" if chance.random() < self.priority_share else "plain"
                people.append(Arrival(int(now), service, class_id, self._serve_ms(chance)))
                now += chance.expovariate(rate)
        return people

    def _serve_ms(self, chance: random.Random) -> int:
        variance = math.log1p(self.cv**2)
        return int(self.mean_min * MINUTE * chance.lognormvariate(-variance / 2, math.sqrt(variance)))


def at_ms(day: int, minute: float) -> int:
    """Office time of a minute of a day; day 0 begins at 0."""
    return day * 24 * 60 * MINUTE + int(minute * MINUTE)


def closing_ms(now_ms: int) -> int:
    """When the doors shut next: for lunch, or in the evening."""
    day = now_ms // (24 * 60 * MINUTE)
    lunch, evening = at_ms(day, LUNCH_MIN[0]), at_ms(day, CLOSES_MIN)
    return lunch if now_ms < lunch else evening


def without_lunch(begin_ms: int, end_ms: int) -> int:
    """How much of the time from begin to end, of one day, the desks were open."""
    day_ms = begin_ms // (24 * 60 * MINUTE) * (24 * 60 * MINUTE)
    lunch, after = (day_ms + minute * MINUTE for minute in LUNCH_MIN)
    return end_ms - begin_ms - max(0, min(end_ms, after) - max(begin_ms, lunch))
