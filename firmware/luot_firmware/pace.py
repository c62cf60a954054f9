"""When open taps are sent, and sent again. Never sends, and never gives up.

When one is overdue all are sent again, the oldest first, so that they reach the office in order even when it was away:
taps whose age is unknown rank by their arrival.
"""

import random

FIRST_RESEND_MS = 2000
LONGEST_RESEND_MS = 15_000
"""From a sending without a receipt to the next, after one and after many of them; up to half as much again is added."""


class Pace:
    """The sendings of one session; `window` is always the outbox's, Records that are open, oldest first."""

    def __init__(self):
        self._sent_ms = {}
        self._first_ms = {}
        self._slow_down(FIRST_RESEND_MS)

    def due(self, window, now_ms):
        """The Records to send now, in order; each must then be given to sent()."""
        if not any(self._waited_ms(record, now_ms) >= self._pause_ms for record in window):
            return [record for record in window if record.id() not in self._sent_ms]
        self._slow_down(min(self._resend_ms * 3 // 2, LONGEST_RESEND_MS))
        return list(window)

    def sent(self, record, now_ms):
        """This Record is being sent."""
        self._sent_ms[record.id()] = now_ms
        self._first_ms.setdefault(record.id(), now_ms)

    def settled(self, record):
        """A receipt came for this Record: the office is there, so the long pauses of its silence are over."""
        self._sent_ms.pop(record.id(), None)
        self._first_ms.pop(record.id(), None)
        self._slow_down(FIRST_RESEND_MS)

    def overdue(self, now_ms):
        """How many Records were sent FIRST_RESEND_MS ago, or earlier, and have no receipt."""
        return sum(now_ms - first_ms >= FIRST_RESEND_MS for first_ms in self._first_ms.values())

    def wait_ms(self, window, now_ms, most):
        """Milliseconds until something is due, at most `most`."""
        for record in window:
            if record.id() not in self._sent_ms:
                return 0
            most = min(most, self._pause_ms - self._waited_ms(record, now_ms))
        return max(most, 0)

    def _waited_ms(self, record, now_ms):
        return now_ms - self._sent_ms.get(record.id(), now_ms)

    def _slow_down(self, resend_ms):
        # Readers that lost the same office must not come back in step.
        self._resend_ms = resend_ms
        self._pause_ms = resend_ms + random.randrange(resend_ms // 2 + 1)
