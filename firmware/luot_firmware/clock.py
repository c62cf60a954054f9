"""A millisecond clock that never goes back and outlives the wrap of ticks; it knows nothing of wall time."""

import time

from luot_protocol.frames import CLOCK_GOOD, CLOCK_UNKNOWN


def _port_period():
    # 2^30 on 32-bit ports, 2^62 on the 64-bit unix port. The stubs hide that ticks are numbers.
    return time.ticks_add(0, -1) + 1  # pyright: ignore[reportArgumentType]


class Clock:
    """Counts milliseconds since it was made; must be read at least once per period of ticks (12 days on a board).

    epoch: the boot in which it counts; times of another epoch cannot be compared with it.
    ticks_ms, period: the port's counter and the number after which it starts again at 0, a power of two.
    """

    def __init__(self, epoch, ticks_ms=None, period=None):
        self.epoch = epoch
        self._ticks_ms = ticks_ms or time.ticks_ms
        self._mask = (period or _port_period()) - 1
        self._last = self._ticks_ms()
        self._now_ms = 0

    def now_ms(self):
        """Milliseconds since the start of this epoch."""
        ticks = self._ticks_ms()
        # The stubs offer only ticks_diff(), whose sign leaves half the period, and which a test cannot shorten.
        self._now_ms += (ticks - self._last) & self._mask  # pyright: ignore[reportOperatorIssue]
        self._last = ticks
        return self._now_ms

    def age(self, at_ms, epoch):
        """(milliseconds since `at_ms`, clock quality); (None, CLOCK_UNKNOWN) for a time of another epoch."""
        if epoch != self.epoch:
            return None, CLOCK_UNKNOWN
        return self.now_ms() - at_ms, CLOCK_GOOD
