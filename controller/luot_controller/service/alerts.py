"""Which readers need a technician, judged by what the office has heard of them. Publishes nothing and mends nothing.

An alert is raised once and cleared once: it is raised when what it is about has held for long enough, and cleared when
that has been gone for CLEAR_MS, so that what comes and goes is one alert and not many.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

SILENT, OUTBOX, BATTERY = "reader.silent", "outbox.growing", "battery.low"
"""The alerts beside those named like a fault of luot_protocol.faults."""

PARTS = ("chip", "flash", "key", "office")
"""Whose faults are alerts; the others concern a card, or are over when the reader can tell of them."""

SILENT_MS = 150_000
"""A reader on mains reports each minute: two reports are missing."""
ASLEEP_MS = 26 * 3_600_000
"""One that sleeps is heard at least once a day."""
OUTBOX_TAPS, OUTBOX_DRAINED = 20, 5
OUTBOX_MS = 60_000
"""A reader that comes back has much to send, and has sent it soon."""
BATTERY_LOW_MV, BATTERY_WELL_MV = 3550, 3700
"""Of a lithium cell at rest: about a tenth is left, and a quarter."""
CLEAR_MS = 60_000
GAP_MS = 30_000
"""Of so long a time without a look, the office itself was away: its machine slept, or its disk held it up."""

Row = Mapping[str, Any]


class Change(NamedTuple):
    """An alert that began or ended; `since_ms` is when it was raised."""

    reader: str
    alert: str
    since_ms: int
    is_raised: bool


class Alerts:
    """The alerts of one office. Times are office time, `speed` its milliseconds per millisecond."""

    def __init__(self, now_ms: int, speed: float = 1.0) -> None:
        self._speed = speed
        self._from_ms = self._looked_ms = now_ms
        self._began_ms: dict[tuple[str, str], int] = {}
        self._raised: dict[tuple[str, str], list[int]] = {}

    def look(self, rows: Iterable[Row], now_ms: int, is_listening: bool) -> list[Change]:
        """What has changed, given the rows of all readers (message READER, and its id) as they are now.

        Nobody is missed of a time in which the office was not listening: without a broker it hears nobody, and while
        the day is not open readers may be switched off.
        """
        if not is_listening or now_ms - self._looked_ms >= self._scaled(GAP_MS):
            self._from_ms = now_ms
        self._looked_ms = now_ms
        holding = {(str(row["id"]), alert): None for row in rows for alert in self._conditions(row, now_ms)}
        self._began_ms = {key: self._began_ms.get(key, now_ms) for key in holding}
        changes = []
        for key in holding:
            if key in self._raised:
                self._raised[key][1] = now_ms
            elif now_ms - self._began_ms[key] >= self._scaled(OUTBOX_MS if key[1] == OUTBOX else 0):
                self._raised[key] = [now_ms, now_ms]
                changes.append(Change(*key, now_ms, True))
        for key, (since_ms, held_ms) in list(self._raised.items()):
            if now_ms - held_ms >= self._scaled(CLEAR_MS):
                del self._raised[key]
                changes.append(Change(*key, since_ms, False))
        return changes

    def of(self, reader: str) -> list[str]:
        """The alerts of one reader that are raised, in the order in which they were."""
        return [alert for of, alert in self._raised if of == reader]

    def _conditions(self, row: Row, now_ms: int) -> Iterable[str]:
        """What is wrong with a reader now; what has been raised needs less to hold on."""
        if self._is_silent(row, now_ms):
            yield SILENT
        if row.get("depth", 0) >= (OUTBOX_DRAINED + 1 if (row["id"], OUTBOX) in self._raised else OUTBOX_TAPS):
            yield OUTBOX
        most_mv = BATTERY_WELL_MV - 1 if (row["id"], BATTERY) in self._raised else BATTERY_LOW_MV
        if row.get("health", {}).get("battery_mv", most_mv + 1) <= most_mv:
            yield BATTERY
        yield from (fault for fault in row.get("faults", ()) if fault.partition(".")[0] in PARTS)

    def _is_silent(self, row: Row, now_ms: int) -> bool:
        if not row.get("key"):
            return False
        limit_ms = ASLEEP_MS if row.get("link") == "sleeping" else SILENT_MS
        return bool(now_ms - max(row.get("last_seen_ms", 0), self._from_ms) >= self._scaled(limit_ms))

    def _scaled(self, real_ms: int) -> float:
        return real_ms * self._speed
