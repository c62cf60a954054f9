"""luot_controller.replay.invented: days as they were asked for, the same from the same seed."""

import random
from statistics import fmean, stdev

import pytest

from luot_controller.replay.day import stays
from luot_controller.replay.invented import MINUTE, Office, at_ms, without_lunch

OFFICE = Office(per_day=250, desks=6, mean_min=9, services={"papers": 0.7, "land": 0.3})


def test_a_seed_is_a_day() -> None:
    """The same chance gives the same people."""
    assert OFFICE.arrivals(3, random.Random(1)) == OFFICE.arrivals(3, random.Random(1))
    assert OFFICE.arrivals(3, random.Random(1)) != OFFICE.arrivals(3, random.Random(2))


def test_days_are_as_asked() -> None:
    """People a day, shares of class and service, mean and spread of the services, within four standard errors."""
    chance = random.Random(1)
    days = [OFFICE.arrivals(day, chance) for day in range(100)]
    people = [row for day in days for row in day]
    assert 250 == pytest.approx(fmean(map(len, days)), abs=4 * 250**0.5 / 10)
    assert 0.15 == pytest.approx(fmean(row.class_id == "first" for row in people), abs=4 * 0.0023)
    assert 0.3 == pytest.approx(fmean(row.service == "land" for row in people), abs=4 * 0.0029)
    minutes = [row.serve_ms / MINUTE for row in people]
    assert 9 == pytest.approx(fmean(minutes), abs=4 * 0.046)
    assert 0.8 == pytest.approx(stdev(minutes) / fmean(minutes), abs=0.05)


def test_nobody_comes_or_is_called_at_lunch() -> None:
    """Between 11:30 and 13:30 the doors are shut; who was in line before is called after."""
    day = OFFICE.arrivals(1, random.Random(1))
    closed = range(at_ms(1, 11.5 * 60) + 1, at_ms(1, 13.5 * 60))
    assert [] == [row for row in day if row.at_ms in closed]
    done = stays(OFFICE.policy, day, OFFICE.shifts(1))
    assert [] == [stay for stay in done if stay.called_ms is None or stay.called_ms in closed]


def test_lunch_is_no_waiting() -> None:
    """Only the time at which desks were open counts as waiting."""
    assert 20 * MINUTE == without_lunch(at_ms(1, 11 * 60), at_ms(1, 11 * 60 + 20))
    assert 40 * MINUTE == without_lunch(at_ms(1, 11 * 60), at_ms(1, 13 * 60 + 40))
    assert 5 * MINUTE == without_lunch(at_ms(1, 14 * 60), at_ms(1, 14 * 60 + 5))
