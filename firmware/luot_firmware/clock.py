"""A millisecond clock that never goes back and outlives the wrap of ticks; it knows nothing of wall time."""

import time

from luot_protocol.frames import CLOCK_GOOD, CLOCK_UNKNOWN

LEAP_MS = 60_000
"""More than this between two readings did not pass: the reader looks at its clock many times a second."""


def _port_period():
    # 2^30 on 32-bit ports, 2^62 on the 64-bit unix port. The stubs hide that ticks are numbers.
    return time.ticks_add(0, -1) + 1  # pyright: ignore[reportArgumentType]


class Clock:
    """Counts milliseconds since it was made.

    epoch: the boot in which it counts; times of another epoch cannot be compared with it. jumps: how often the counter
    went back, which costs no more than the time between two readings, or leapt, after which older times have no age.
    ticks_ms, period: the port's counter and the number after which it starts again at 0, a power of two.
    """

    def __init__(self, epoch, ticks_ms=None, period=None):
        self.epoch = epoch
        self.jumps = 0
        self._ticks_ms = ticks_ms or time.ticks_ms
        self._mask = (period or _port_period()) - 1
        self._last = self._ticks_ms()
        self._now_ms = 0
        self._leapt_ms = 0

    def now_ms(self):
        """Milliseconds since the start of this epoch."""
        ticks = self._ticks_ms()
        # The stubs offer only ticks_diff(), which a test cannot shorten.
        passed = (ticks - self._last) & self._mask  # pyright: ignore[reportOperatorIssue]
        self._last = ticks
        if passed > LEAP_MS:
            self.jumps += 1
            if passed > self._mask >> 1:
                return self._now_ms
            self._leapt_ms = self._now_ms + passed
        self._now_ms += passed
        return self._now_ms

    def age(self, at_ms, epoch):
        """(milliseconds since `at_ms`, clock quality); (None, CLOCK_UNKNOWN) for a time before a leap or a start."""
        now_ms = self.now_ms()
        if epoch != self.epoch or at_ms < self._leapt_ms:
            return None, CLOCK_UNKNOWN
        return now_ms - at_ms, CLOCK_GOOD
