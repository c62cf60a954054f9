"""Opening hours: whether the day is to be opened or closed now, and when it will be. Says so; does nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from luot_controller.engine.commands import CloseDay, OpenDay
from luot_controller.engine.events import ClosingPlanned
from luot_controller.engine.model import Hall

BY = "opening-hours"
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of a weekday (0 is Monday), in minutes since midnight."""

    weekday: int
    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True)
class Hours:
    """The week of an office, in the time of its zone; without stretches the day is opened and closed by hand."""

    zone: tzinfo
    stretches: Sequence[Opening]

    def due(self, hall: Hall, now_ms: int) -> OpenDay | CloseDay | None:
        """What the hours ask for now; None where somebody has opened or closed by hand since, or nothing is due.

        A day lasts from its first opening to its last closing: a midday break closes nothing.
        """
        now = datetime.fromtimestamp(now_ms / 1000, self.zone)
        today = self._day(now)
        if today is not None and today[0] <= now_ms < today[1]:
            is_due = not hall.open and (hall.closed_ms is None or hall.closed_ms < today[0])
            return OpenDay(BY) if is_due else None
        days = (self._day(now - timedelta(days=back)) for back in range(_WEEK + 1))
        last_end_ms = max((day[1] for day in days if day is not None and day[1] <= now_ms), default=None)
        is_due = hall.open and last_end_ms is not None and (hall.opened_ms or 0) < last_end_ms
        return CloseDay(BY) if is_due else None

    def planned(self, hall: Hall, now_ms: int) -> ClosingPlanned | None:
        """When the day that is open will be closed by these hours; None where the hall knows that already.

        A closing that is past holds on while the day stays open because of those who are still here.
        """
        today = self._day(datetime.fromtimestamp(now_ms / 1000, self.zone))
        if not hall.open or self.due(hall, now_ms) is not None:
            return None
        closing_ms = today[1] if today is not None and now_ms < today[1] else None
        return None if closing_ms == hall.closing_ms else ClosingPlanned(now_ms, closing_ms)

    def _day(self, at: datetime) -> tuple[int, int] | None:
        """First opening and last closing of the local day of `at`, in office milliseconds."""
        stretches = [one for one in self.stretches if one.weekday == at.weekday()]
        if not stretches:
            return None
        return _ms(at, min(one.opens_min for one in stretches)), _ms(at, max(one.closes_min for one in stretches))


def _ms(day: datetime, minutes: int) -> int:
    """The wall clock's `minutes` since midnight, also on a day on which the clocks change."""
    return int(day.replace(hour=minutes // 60, minute=minutes % 60, second=0, microsecond=0).timestamp() * 1000)
