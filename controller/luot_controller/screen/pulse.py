"""Whether the office lives, whether it can be reached, and what time it is there; knows of no line and no screen.

Times `*_s` are seconds of this machine's monotonic clock, times `*_ms` are office time.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from luot_controller.errors import AccessRefused, LuotError
from luot_controller.screen.fields import MAX_OFFICE_MS, office_time

STALE_S = 5.0
"""The office's pulse comes every two seconds; without one for this long, what is shown may be out of date."""


class Reach(Enum):
    """Whether the office can be reached, and what it is that is missing."""

    SEEKING = auto()
    """No word yet, and not long enough to worry."""
    OPEN = auto()
    CUT = auto()
    """The broker does not answer."""
    REFUSED = auto()
    """The broker does not accept this screen."""
    STALE = auto()
    """The broker answers, the office has been silent for STALE_S."""
    LOST = auto()
    """The broker says that the controller has gone without a goodbye."""
    STOPPED = auto()
    """The controller was stopped."""
    NO_DESK = auto()
    """The office is there, but has no such desk as a console is for; a pulse alone never tells that."""


class Pulse:
    """What the office says of itself; `problem` is why there is no connection, where that is known."""

    def __init__(self, now_s: float) -> None:
        self.problem: LuotError | None = None
        self._office = ""
        self._began_s = now_s
        self._pulse_s: float | None = None
        self._linked: bool | None = None
        self._at: tuple[int, float, float] | None = None

    @property
    def linked(self) -> bool:
        """Whether the broker is connected."""
        return self._linked is True

    @property
    def last_ms(self) -> int | None:
        """The last office time that was heard; None before the first."""
        return self._at[0] if self._at else None

    def reach(self, now_s: float) -> Reach:
        """Whether the office can be reached at `now_s`."""
        if isinstance(self.problem, AccessRefused):
            return Reach.REFUSED
        if self._linked is False or (self._linked is None and self.problem is not None):
            return Reach.CUT
        if self._office in ("lost", "stopped"):
            return Reach.LOST if self._office == "lost" else Reach.STOPPED
        if now_s - (self._began_s if self._pulse_s is None else self._pulse_s) > STALE_S:
            return Reach.STALE
        return Reach.SEEKING if self._pulse_s is None else Reach.OPEN

    def office_ms(self, now_s: float) -> int | None:
        """Office time at `now_s`; None until the office has told it."""
        if self._at is None:
            return None
        at_ms, heard_s, speed = self._at
        return min(at_ms + int(max(0.0, now_s - heard_s) * 1000 * speed), MAX_OFFICE_MS)

    def lasting_ms(self, seconds: float) -> int:
        """How much office time passes in `seconds` of ours."""
        return int(seconds * 1000 * (self._at[2] if self._at else 1))

    def hear_link(self, up: bool, now_s: float) -> None:
        """The connection to the broker came up or was lost; after a loss, the office must speak anew."""
        self._linked = up
        if up:
            self.problem = None
            self._began_s = now_s
        else:
            self._pulse_s, self._office = None, ""

    def hear(self, message: Mapping[str, Any], heard_s: float) -> None:
        """Take in the message `office`."""
        self._office = str(message.get("state", ""))
        if self._office == "open":
            self._pulse_s = heard_s
            self.problem = None
        at_ms, speed = office_time(message, "at_ms"), message.get("speed", 1)
        if at_ms is not None:
            scaled = isinstance(speed, int | float) and not isinstance(speed, bool) and 0 < speed < 1e6
            self._at = (at_ms, heard_s, float(speed) if scaled else 1.0)
