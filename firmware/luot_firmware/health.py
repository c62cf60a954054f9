"""The reader's report on itself: gathers its figures, and says when the next one is due. Never sends."""

import gc

from luot_firmware import VERSION
from luot_protocol import frames

EVERY_MS = 60_000
"""From one report to the next while nothing changes."""

CHANGE_MS = 2000
"""At least, from one report to the next when a fault begins or ends."""

_REPORTS = 2


class Health:
    """Looks at the parts, which are given to it; signal_dbm() and battery_mv() give None where the board has none."""

    def __init__(self, clock, outbox, scanner, card_reader, faces, signal_dbm, battery_mv):
        self._clock = clock
        self._outbox = outbox
        self._scanner = scanner
        self._card_reader = card_reader
        self._faces = faces
        self._signal_dbm = signal_dbm
        self._battery_mv = battery_mv
        self._count = 0
        self._obeyed = None
        self._faults = []
        self._at_ms = None

    def again(self):
        """A session began: the office may have forgotten, or missed, the last report."""
        self._at_ms = None

    def obeys(self, named):
        """True for an order that names one of the last reports, and none that an order named before.

        The office may not have the newest one yet. The next report is due at once, and says so.
        """
        if not max(self._obeyed or 0, self._count - _REPORTS) < named <= self._count:
            return False
        self._obeyed = named
        self.again()
        return True

    def is_due(self):
        """True when a report should be sent now."""
        if self._at_ms is None:
            return True
        waited_ms = self._clock.now_ms() - self._at_ms
        return waited_ms >= EVERY_MS or (waited_ms >= CHANGE_MS and self._faults != self._told())

    def report(self, sessions, missing, bad_frames):
        """The fields of frames.HEALTH as they are now; given what the link alone knows."""
        now_ms = self._clock.now_ms()
        outbox = self._outbox
        self._at_ms = now_ms
        self._count += 1
        self._faults = self._told()
        return {
            "boot": outbox.boot,
            "count": self._count,
            "uptime_s": now_ms // 1000,
            "version": VERSION,
            "faults": self._faults,
            "depth": outbox.depth(),
            "damaged": outbox.damaged,
            "write_errors": outbox.write_errors,
            "chip_starts": self._card_reader.starts,
            "taps": outbox.kept,
            "refused": self._scanner.refused + outbox.not_kept,
            "missing": missing,
            "sessions": sessions,
            "bad_frames": bad_frames,
            "clock": self._clock_quality(),
            "clock_jumps": self._clock.jumps,
            "free_bytes": gc.mem_free() if hasattr(gc, "mem_free") else None,
            "signal_dbm": self._signal_dbm(),
            "battery_mv": self._battery_mv(),
            "obeyed": self._obeyed,
        }

    def _told(self):
        return self._faces.faults()[: frames.MAX_FAULTS]

    def _clock_quality(self):
        qualities = [self._clock.age(record.at_ms, record.boot)[1] for record in self._outbox.window]
        return min(qualities) if qualities else frames.CLOCK_GOOD
