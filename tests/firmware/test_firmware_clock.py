"""The clock counts milliseconds through the wrap of ticks, and knows no age across a loss of power."""

import time

from luot_firmware.clock import Clock
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
    """Read now and then, it counts on through three periods of 2^30 ms and never goes back."""
    ticks = Ticks(PERIOD - 500)
    clock = Clock(1, ticks, PERIOD)
    start, last = ticks.total, 0
    for step in (1, 498, 1, 1, 0, PERIOD - 1, 5, PERIOD // 2 + 7, PERIOD - 1, 3):
        ticks.total += step
        now_ms = clock.now_ms()
        assert ticks.total - start == now_ms
        assert now_ms >= last
        last = now_ms


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
