"""Office time: milliseconds that never go backwards, whatever the wall clock does; it is scaled for demos."""

import time


class OfficeClock:
    """Goes on where the ledger ends, plus the time that the wall clock says has passed since, but never back.

    A box without a battery clock may wake up in 1970: then office time goes on from the ledger's last event.
    """

    def __init__(self, last_ms: int = 0, last_wall_ms: int = 0, speed: float = 1.0) -> None:
        """`last_ms` is the last event's office time and `last_wall_ms` what the wall clock said then; 0 for none."""
        self.speed = speed
        self._start_ns = time.monotonic_ns()
        wall = wall_ms()
        passed_ms = max(0, wall - last_wall_ms) if last_wall_ms else 0
        self._start_ms = max(wall, last_ms + int(passed_ms * speed))

    def at(self, monotonic_ns: int) -> int:
        """Office time of a reading of time.monotonic_ns()."""
        return self._start_ms + int((monotonic_ns - self._start_ns) * self.speed) // 1_000_000

    def now_ms(self) -> int:
        """Office time now."""
        return self.at(time.monotonic_ns())


def wall_ms() -> int:
    """The wall clock, in milliseconds since 1970; a label on events, never their order."""
    return time.time_ns() // 1_000_000
