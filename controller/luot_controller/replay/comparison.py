"""Plays recorded days again under other rules and puts the waits beside the real ones. Pure; chance is an argument."""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from luot_controller.engine.model import Policy
from luot_controller.replay.day import Arrival, stays
from luot_controller.replay.recorded import Gap, Leg, Recording, shifts

DayOf = Callable[[int], date]


@dataclass(frozen=True, slots=True)
class Wait:
    """One time in line: None for whom nobody called. `overtaken` counts who came later and was called first."""

    at_ms: int
    service: str
    class_id: str
    wait_ms: int | None
    overtaken: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a group of waits, in milliseconds; None where nobody was called."""

    people: int
    not_called: int
    mean_ms: float | None
    p50_ms: int | None
    p95_ms: int | None
    max_ms: int | None
    within: float | None
    overtaken_mean: float
    overtaken_max: int


def as_it_was(recording: Recording, policy: Policy) -> list[Wait]:
    """The waits as they were; `policy` says which desks serve whom."""
    legs = recording.legs
    return _waits(legs, [(leg.called_ms, leg.desk) for leg in legs], policy)


def replayed(recording: Recording, policy: Policy, day_of: DayOf, seed: int) -> list[Wait]:
    """The waits of the same people under `policy`, each day on its own.

    Who kept a desk for so long, does so again; for whom nobody called, a time is drawn among those of the service.
    A desk that was not there calls from the first call of the day on.
    """
    chance = random.Random(seed)
    known = _served(recording)
    found: list[Wait] = []
    for day in sorted({day_of(leg.at_ms) for leg in recording.legs}):
        legs = [leg for leg in recording.legs if day_of(leg.at_ms) == day]
        opened_ms = min((leg.called_ms for leg in legs if leg.called_ms is not None), default=legs[0].at_ms)
        last_ms = legs[-1].at_ms
        staffing = {
            desk: shifts([gap for gap in recording.gaps(desk) if _overlaps(gap, opened_ms, last_ms)], opened_ms)
            for desk in policy.desk_services
        }
        people = [
            Arrival(leg.at_ms, leg.service, leg.class_id, _serve_ms(leg, known, policy, chance), leg.rank_ms)
            for leg in legs
        ]
        done = stays(policy, people, staffing)
        found += _waits(legs, [(stay.called_ms, stay.desk) for stay in done], policy)
    return found


def figures(waits: Iterable[Wait], target_ms: Mapping[str, int]) -> Figures:
    """The figures of these waits; `within` is the share of the called that waited no longer than their service may."""
    group = list(waits)
    called = sorted(wait.wait_ms for wait in group if wait.wait_ms is not None)
    soon = sum(wait.wait_ms is not None and wait.wait_ms <= target_ms[wait.service] for wait in group)
    return Figures(
        people=len(group),
        not_called=len(group) - len(called),
        mean_ms=fmean(called) if called else None,
        p50_ms=_quantile(called, 0.5),
        p95_ms=_quantile(called, 0.95),
        max_ms=called[-1] if called else None,
        within=soon / len(called) if called else None,
        overtaken_mean=fmean(wait.overtaken for wait in group) if group else 0.0,
        overtaken_max=max((wait.overtaken for wait in group), default=0),
    )


def _overlaps(gap: Gap, begin_ms: int, end_ms: int) -> bool:
    """Whether a desk was empty in this time; who leaves after the last has come still serves all who are there."""
    gone_ms, back_ms = gap
    return gone_ms <= end_ms and (back_ms is None or back_ms > begin_ms)


def _served(recording: Recording) -> dict[str, list[int]]:
    known: dict[str, list[int]] = {}
    for leg in recording.legs:
        if leg.serve_ms:
            known.setdefault(leg.service, []).append(leg.serve_ms)
    return known


def _serve_ms(leg: Leg, known: Mapping[str, Sequence[int]], policy: Policy, chance: random.Random) -> int:
    if leg.serve_ms:
        return leg.serve_ms
    return chance.choice(known.get(leg.service) or [policy.typical_ms[leg.service]])


def _waits(legs: Sequence[Leg], calls: Sequence[tuple[int | None, str | None]], policy: Policy) -> list[Wait]:
    """The waits of legs that were called so; the two go together."""
    ranked = sorted(
        (leg.rank_ms, called_ms, desk)
        for leg, (called_ms, desk) in zip(legs, calls, strict=True)
        if called_ms is not None and desk is not None
    )
    widest_ms = max(policy.head_start_ms.values(), default=0)
    found: list[Wait] = []
    for leg, (called_ms, _desk) in zip(legs, calls, strict=True):
        until_ms = leg.rank_ms + widest_ms
        overtaken = 0
        if called_ms is not None:
            for rank_ms, at_ms, desk in ranked[_above(ranked, leg.rank_ms) :]:
                if rank_ms > until_ms:
                    break
                overtaken += leg.at_ms <= at_ms < called_ms and leg.service in policy.desk_services.get(desk, ())
        wait_ms = None if called_ms is None else called_ms - leg.at_ms
        found.append(Wait(leg.at_ms, leg.service, leg.class_id, wait_ms, overtaken))
    return found


def _above(ranked: Sequence[tuple[int, int, str]], rank_ms: int) -> int:
    return bisect_right(ranked, rank_ms, key=lambda one: one[0])


def _quantile(ordered: Sequence[int], share: float) -> int | None:
    """The nearest-rank quantile."""
    if not ordered:
        return None
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]
