"""luot_tools.sim.script: the day of a seed is one and the same, and has the shape that was measured in real offices."""

import statistics
from itertools import islice

from luot_tools.sim import script
from luot_tools.sim.script import Temper

TYPICAL = {"papers": 8.0, "land": 12.0}

MANY = [person for seed in range(40) for person in script.day(seed, TYPICAL, 30)]


def share(true: int) -> float:
    """What part of MANY that is."""
    return true / len(MANY)


def test_the_same_seed_is_the_same_day() -> None:
    """A run that showed a fault can be run again, person by person."""
    assert script.day(7, TYPICAL, 30) == script.day(7, TYPICAL, 30)
    assert script.day(7, TYPICAL, 30) != script.day(8, TYPICAL, 30)


def test_people_come_in_order_and_within_the_day() -> None:
    """Whoever plays the script needs only wait for the next one."""
    times = [person.come_s for person in script.day(1, TYPICAL, 30)]
    assert sorted(times) == times
    assert times[-1] < script.DAY_S


def test_something_happens_at_once() -> None:
    """The first stands at the door when it opens, some more come with them."""
    times = [person.come_s for person in script.day(1, TYPICAL, 30)]
    assert times[0] == 0.0
    assert times[script.EARLY - 1] <= script.EARLY_S


def test_as_many_come_as_were_asked_for() -> None:
    """The rate is the mean over the day, besides those who wait at the door."""
    expected = 40 * (30 * 8 + script.EARLY)
    assert abs(len(MANY) - expected) < 0.03 * expected


def test_nobody_but_the_first_comes_at_rate_zero() -> None:
    """A rate of nothing is no endless loop."""
    assert len(script.day(1, TYPICAL, 0)) == script.EARLY


def test_the_morning_is_the_busiest() -> None:
    """Per minute, the peak has over four times the people of lunch, and over half as many again as the afternoon."""
    minutes = [person.come_s / 60 for person in MANY]

    def per_minute(since: int, until: int) -> float:
        return sum(since <= minute < until for minute in minutes) / (until - since)

    assert per_minute(30, 150) > 4 * per_minute(210, 330)
    assert per_minute(30, 150) > 1.5 * per_minute(330, 450)


def test_who_comes_is_as_in_the_study() -> None:
    """15 % priority, 4 % miss their call, some are slow, some look again; each service is asked for."""
    assert abs(share(sum(person.priority for person in MANY)) - script.PRIORITY_SHARE) < 0.015
    assert abs(share(sum(person.temper is Temper.ABSENT for person in MANY)) - script.ABSENT_SHARE) < 0.01
    assert abs(share(sum(person.temper is Temper.SLOW for person in MANY)) - script.SLOW_SHARE) < 0.015
    assert abs(share(sum(person.look_after_s is not None for person in MANY)) - script.LOOKING_SHARE) < 0.015
    assert set(TYPICAL) == {person.service for person in MANY}


def test_service_times_are_lognormal_around_the_typical() -> None:
    """Mean as the site file says, coefficient of variation 0.8, never shorter than half a minute."""
    for service, minutes in TYPICAL.items():
        times = [person.serve_s for person in MANY if person.service == service]
        mean = statistics.fmean(times)
        assert abs(mean - minutes * 60) < 0.05 * minutes * 60
        assert abs(statistics.stdev(times) / mean - script.SERVICE_CV) < 0.06
        assert min(times) >= 30


def test_slow_people_are_recalled_and_others_are_not() -> None:
    """The ways on foot make what is shown: a slow one needs longer than a clerk waits, but comes."""
    slow = [person.to_desk_s for person in MANY if person.temper is Temper.SLOW]
    others = [person.to_desk_s for person in MANY if person.temper is not Temper.SLOW]
    assert min(slow) > 90
    assert max(slow) < 180
    assert max(others) < 90


def test_days_follow_one_another() -> None:
    """The second day is another script, a day later."""
    first = script.day(5, TYPICAL, 30)
    people = list(islice(script.days(5, TYPICAL, 30), len(first) + 1))
    assert list(first) == people[:-1]
    assert script.DAY_S == people[-1].come_s


def test_what_desks_can_bear_leaves_a_quarter_of_their_time() -> None:
    """Four desks at ten minutes each serve 24 an hour; three quarters of that come."""
    assert 18.0 == script.bearable(TYPICAL, 4)
