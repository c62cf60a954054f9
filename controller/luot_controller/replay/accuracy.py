"""How good the expected waits are: days are played, and what people were told is held against how long they waited.

Counted are ordinary visits that had to wait, the hard ones: who is called at once was told so. Lunch is no waiting.
"""

import random
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

from luot_controller.engine.estimate import Outlook
from luot_controller.engine.events import VisitCalled, VisitOpened
from luot_controller.engine.forecast import outlook_for
from luot_controller.replay.day import Arrival, Shift, play
from luot_controller.replay.invented import MINUTE, Office, closing_ms, without_lunch

LATEST = 10
"""The naive estimate, which screens of this kind often show: the mean wait of the last so many who were called, and the
range of eight of these ten."""


LEARNING_DAYS = 10
"""In which service times are being learnt: an office is new once."""


@dataclass(frozen=True, slots=True)
class Told:
    """One ordinary visit: what it was told when it tapped, what the naive one would say, and how long it waited."""

    expected: Outlook
    naive: Outlook
    waited_ms: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Mean absolute errors in minutes, and the share of waits within the band that should hold 80 of 100."""

    people: int
    mean_wait_min: float
    error_min: float
    bias_min: float
    cover: float
    naive_error_min: float
    naive_cover: float


def accuracy(office: Office, days: int, seed: int) -> Accuracy:
    """Play so many days, one after the other, of which the first LEARNING_DAYS do not count."""
    told = [visit for day, visit in _told(office, days, seed) if day >= LEARNING_DAYS]
    waits = [visit.waited_ms / MINUTE for visit in told]
    errors = [visit.expected.likely_ms / MINUTE - wait for visit, wait in zip(told, waits, strict=True)]
    naive_errors = [visit.naive.likely_ms / MINUTE - wait for visit, wait in zip(told, waits, strict=True)]
    return Accuracy(
        people=len(told),
        mean_wait_min=fmean(waits),
        error_min=fmean(map(abs, errors)),
        bias_min=fmean(errors),
        cover=fmean(visit.expected.low_ms <= visit.waited_ms <= visit.expected.high_ms for visit in told),
        naive_error_min=fmean(map(abs, naive_errors)),
        naive_cover=fmean(visit.naive.low_ms <= visit.waited_ms <= visit.naive.high_ms for visit in told),
    )


def _told(office: Office, days: int, seed: int) -> Iterator[tuple[int, Told]]:
    """Each ordinary visit that waited, with its day."""
    chance = random.Random(seed)
    people: list[Arrival] = []
    shifts: dict[str, list[Shift]] = {desk: [] for desk in office.policy.desk_services}
    for day in range(days):
        people += office.arrivals(day, chance)
        for desk, rows in office.shifts(day).items():
            shifts[desk] += rows
    latest: deque[int] = deque([0] * LATEST, maxlen=LATEST)
    opened: dict[int, tuple[int, Outlook, Outlook]] = {}
    for state, fact in play(office.policy, people, shifts):
        if isinstance(fact, VisitOpened):
            entry, closing = state.visits[fact.visit].entry, closing_ms(fact.at_ms)
            _, expected = outlook_for(state, office.policy, fact.service, entry, fact.at_ms, closing)
            assert expected is not None
            opened[fact.visit] = (fact.at_ms, expected, _naive(latest))
        elif isinstance(fact, VisitCalled):
            at_ms, expected, naive = opened.pop(fact.visit)
            waited_ms = without_lunch(at_ms, fact.at_ms)
            latest.append(waited_ms)
            if waited_ms > 0 and state.visits[fact.visit].head_start_ms == 0:
                yield at_ms // (24 * 60 * MINUTE), Told(expected, naive, waited_ms)


def _naive(latest: Iterable[int]) -> Outlook:
    waits = sorted(latest)
    return Outlook(fmean(waits), waits[1], waits[-2])
