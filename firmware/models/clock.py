"""Time for the models, in carrier cycles: that of the computer, or one that passes only when it is told to."""

import time

CYCLES_PER_MS = 13_560


def cycles(us):
    """Carrier cycles in so many microseconds."""
    return us * CYCLES_PER_MS // 1000


def now():
    """The time of the computer that MicroPython runs on."""
    return cycles(time.ticks_us())


class SimulatedClock:
    """Passes while somebody sleeps or waits by it and when it is told to; slept_us is the sum of all that."""

    def __init__(self):
        self.slept_us = 0
        self._now = 0

    def now(self):
        """See `models`."""
        return self._now

    def pass_us(self, us):
        """Let time pass."""
        self._now += cycles(us)

    async def sleep_ms(self, ms):
        """Let time pass, and count it as sleep."""
        self.wait_us(1000 * ms)

    def wait_us(self, us):
        """The same, at once."""
        self.slept_us += us
        self.pass_us(us)
