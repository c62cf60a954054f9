"""The clock counts milliseconds through the wrap of ticks, and knows no age across a loss of power."""

import time

from luot_firmware.clock import LEAP_MS, Clock
from luot_protocol.frames import CLOCK_GOOD, CLOCK_UNKNOWN

ALSO_ON_MICROPYTHON = True

PERIOD = 1 << 30


class Ticks:
    """A counter of a 32-bit board: it starts again at 0 after PERIOD."""

    def __init__(self, start):
        self.total = start

    def __call__(self):
        return self.total % PERIOD


def test_it_outlives_the_wrap():
    """Read once a minute or more often, it counts on through a wrap of 2^30 ms, and never goes back."""
    ticks = Ticks(PERIOD - 500)
    clock = Clock(1, ticks, PERIOD)
    start, last = ticks.total, 0
    for step in (1, 498, 1, 1, 0, LEAP_MS, 5, 40, LEAP_MS - 1, 3):
        ticks.total += step
        now_ms = clock.now_ms()
        assert ticks.total - start == now_ms
        assert now_ms >= last
        last = now_ms
    assert 0 == clock.jumps


def test_three_wraps_in_a_month():
    """Looked at once a minute for 37 days it is right to the millisecond."""
    ticks = Ticks(7)
    clock = Clock(1, ticks, PERIOD)
    while ticks.total < 3 * PERIOD + 1000:
        ticks.total += LEAP_MS
        clock.now_ms()
    assert (ticks.total - 7, 0) == (clock.now_ms(), clock.jumps)


def test_a_clock_that_goes_back_stands_still():
    """However far, across a wrap too: the time goes on from there, and ages are right but for that moment."""
    for back in (1, 5_000, 90_000, PERIOD // 4):
        ticks = Ticks(PERIOD + 1000)
        clock = Clock(1, ticks, PERIOD)
        ticks.total += 500
        at_ms = clock.now_ms()
        ticks.total -= back
        assert (500, 1) == (clock.now_ms(), clock.jumps)
        ticks.total += 2000
        assert (2000, CLOCK_GOOD) == clock.age(at_ms, 1)
        assert 1 == clock.jumps


def test_a_leap_hides_the_age_of_what_was_before():
    """More than a minute between two looks did not pass: a tap before it ranks by arrival, one after it by its age."""
    for leap in (LEAP_MS + 1, 86_400_000, PERIOD // 2 - 1):
        ticks = Ticks(PERIOD - 1)
        clock = Clock(1, ticks, PERIOD)
        before_ms = clock.now_ms()
        ticks.total += leap
        after_ms = clock.now_ms()
        assert (leap, 1) == (after_ms, clock.jumps)
        ticks.total += 300
        assert (None, CLOCK_UNKNOWN) == clock.age(before_ms, 1)
        assert (300, CLOCK_GOOD) == clock.age(after_ms, 1)


def test_a_tap_before_the_wrap_has_its_age_after_it():
    """The age of a tap is right although ticks started again in between."""
    ticks = Ticks(PERIOD - 10)
    clock = Clock(4, ticks, PERIOD)
    at_ms = clock.now_ms()
    ticks.total += 60_000
    assert (60_000, CLOCK_GOOD) == clock.age(at_ms, 4)


def test_the_age_across_a_loss_of_power_is_unknown():
    """A time of another boot cannot be compared, whatever its number."""
    clock = Clock(5, Ticks(0), PERIOD)
    assert (None, CLOCK_UNKNOWN) == clock.age(0, 4)


def test_it_finds_the_ports_own_period():
    """Without arguments it counts the ticks of the port it runs on."""
    if hasattr(time, "ticks_ms"):
        clock = Clock(1)
        time.sleep_ms(20)
        assert 20 <= clock.now_ms() < 2000
