"""How good the expected waits are: days are played, and what people were told is held against how long they waited.

Counted are ordinary visits that had to wait, the hard ones: who is called at once was told so. Lunch is no waiting.
"""

import random
from collections import deque
from dataclasses import dataclass
from statistics import fmean

from luot_controller.engine.events import VisitCalled, VisitOpened
from luot_controller.engine.forecast import outlook_for
from luot_controller.engine.model import Policy, State
from luot_controller.replay.day import Arrival, Shift, play
from luot_controller.replay.invented import MINUTE, Office, closing_ms, without_lunch

LATEST = 10
"""The naive estimate, which screens of this kind often show: the mean wait of the last so many who were called."""


@dataclass(frozen=True, slots=True)
class Told:
    """One ordinary visit: what it was told when it tapped, the naive estimate then, and how long it waited; minutes."""

    likely_min: float
    low_min: float
    high_min: float
    naive_min: float
    waited_min: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Mean absolute errors in minutes, and the share of waits within the band that should hold 80 of 100."""

    people: int
    mean_wait_min: float
    error_min: float
    bias_min: float
    naive_error_min: float
    cover: float


def accuracy(office: Office, days: int, seed: int) -> Accuracy:
    """Play so many days, one after the other; the first ten are left out, in which service times are being learnt."""
    told = [visit for day, visit in _told(office, days, seed) if day >= 10]
    return Accuracy(
        people=len(told),
        mean_wait_min=fmean(visit.waited_min for visit in told),
        error_min=fmean(abs(visit.likely_min - visit.waited_min) for visit in told),
        bias_min=fmean(visit.likely_min - visit.waited_min for visit in told),
        naive_error_min=fmean(abs(visit.naive_min - visit.waited_min) for visit in told),
        cover=fmean(visit.low_min <= visit.waited_min <= visit.high_min for visit in told),
    )


def _told(office: Office, days: int, seed: int) -> list[tuple[int, Told]]:
    chance = random.Random(seed)
    people: list[Arrival] = []
    shifts: dict[str, list[Shift]] = {desk: [] for desk in office.policy.desk_services}
    for day in range(days):
        people += office.arrivals(day, chance)
        for desk, rows in office.shifts(day).items():
            shifts[desk] += rows
    latest: deque[float] = deque([0.0], maxlen=LATEST)
    opened: dict[int, tuple[int, tuple[float, float, float], float]] = {}
    told = []
    for state, fact in play(office.policy, people, shifts):
        if isinstance(fact, VisitOpened):
            opened[fact.visit] = (
                fact.at_ms,
                _expected(state, office.policy, fact, closing_ms(fact.at_ms)),
                fmean(latest),
            )
        elif isinstance(fact, VisitCalled):
            at_ms, expected, naive_min = opened.pop(fact.visit)
            waited_min = without_lunch(at_ms, fact.at_ms) / MINUTE
            latest.append(waited_min)
            if waited_min > 0 and state.visits[fact.visit].head_start_ms == 0:
                told.append((at_ms // (24 * 60 * MINUTE), Told(*expected, naive_min, waited_min)))
    return told


def _expected(state: State, policy: Policy, fact: VisitOpened, closing_ms: int) -> tuple[float, float, float]:
    entry = state.visits[fact.visit].entry
    ahead = state.lines.ahead(policy.rivals[fact.service], entry)
    found = outlook_for(state, policy, fact.service, entry, ahead, fact.at_ms, closing_ms)
    assert found is not None
    return found.likely_ms / MINUTE, found.low_ms / MINUTE, found.high_ms / MINUTE
