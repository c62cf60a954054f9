"""What is the matter with a reader, and how urgent that is, from what the office says of it. Pure; has no words."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from luot_controller.screen.fields import items, text, whole

SILENT_MS = 90_000
"""An alert of silence lasts a little longer than the silence; a report comes each minute."""
OUTBOX_DRAINED = 5
SIGNAL_WEAK_DBM = -80
SUCCESS_LOW, TRIES = 0.9, 20
FREE_LOW_BYTES = 8 * 1024
BAD_FRAMES = 10
SPARE, PER_HOUR = 3, 1
"""So many more starts of the card chip, or sessions, in an hour are no accident."""

_HOUR_S = 3600
_CLOCKS = range(3)

Row = Mapping[str, Any]


class Urgency(IntEnum):
    """How soon somebody should go there; the smaller, the sooner."""

    NOW = 0
    """It takes no taps, or nobody knows whether it does."""
    SOON = 1
    """It works, and will not for long; or it is not in service yet."""
    WATCH = 2
    """It works, and something about it is not as it should be."""
    WELL = 3


class Finding(NamedTuple):
    """One thing; `word` as in an alert, `figure` what was measured, in the unit that the wording knows."""

    urgency: Urgency
    word: str
    figure: float | str | None = None


class Figures(NamedTuple):
    """What is shown of every reader; None is unknown. `success` is of the cards held to it, from 0 to 1."""

    seen_ms: int | None
    version: str | None
    signal_dbm: int | None
    battery_mv: int | None
    depth: int | None
    clock: int | None
    success: float | None
    chip: str | None
    """Its fault, or `well`."""


def figures(row: Row) -> Figures:
    """Of the row of one reader: message READER, and its id."""
    health = _health(row)
    taps, refused = whole(health, "taps"), whole(health, "refused")
    tries = (taps or 0) + (refused or 0)
    clock = whole(health, "clock")
    signal = health.get("signal_dbm")
    chip = next((word for word in _faults(row) if word.startswith("chip.")), "well")
    return Figures(
        whole(row, "last_seen_ms"),
        text(health, "version"),
        signal if isinstance(signal, int) and not isinstance(signal, bool) else None,
        whole(health, "battery_mv"),
        whole(row, "depth"),
        clock if clock in _CLOCKS else None,
        None if taps is None or refused is None or not tries else taps / tries,
        chip if health or chip != "well" else None,
    )


def findings(row: Row, at_ms: int | None, speed: float = 1.0, versions: Iterable[str] = ()) -> list[Finding]:
    """All about one reader, the most urgent first; `versions` are those of all the readers, `at_ms` is office time."""
    if row.get("key") is False:
        return [Finding(Urgency.SOON, "key.none")]
    found = [*_by_alert(row, at_ms, speed), *_by_fault(row), *_by_figure(row), *_by_version(row, versions)]
    return sorted(found, key=lambda finding: finding.urgency)


def urgency(found: list[Finding]) -> Urgency:
    """Of the reader as a whole."""
    return min((finding.urgency for finding in found), default=Urgency.WELL)


def _by_alert(row: Row, at_ms: int | None, speed: float) -> Iterator[Finding]:
    alerts, shown = items(row, "alerts"), figures(row)
    silence = None if shown.seen_ms is None or at_ms is None else at_ms - shown.seen_ms
    if "reader.silent" in alerts and (silence is None or silence >= SILENT_MS * speed):
        yield Finding(Urgency.NOW, "reader.silent", silence)
    elif text(row, "link") == "lost":
        yield Finding(Urgency.SOON, "link.lost")
    if "outbox.growing" in alerts and (shown.depth or 0) > OUTBOX_DRAINED:
        yield Finding(Urgency.SOON, "outbox.growing", shown.depth)
    if "battery.low" in alerts:
        yield Finding(Urgency.SOON, "battery.low", shown.battery_mv)


def _by_fault(row: Row) -> Iterator[Finding]:
    urgencies = {
        "chip": Urgency.NOW,
        "flash": Urgency.NOW,
        "key": Urgency.NOW,
        "broker": Urgency.SOON,
        "office": Urgency.SOON,
    }
    for word in _faults(row):
        yield Finding(urgencies.get(word.partition(".")[0], Urgency.WATCH), word)


def _by_figure(row: Row) -> Iterator[Finding]:
    health, shown = _health(row), figures(row)
    hours = (whole(health, "uptime_s") or 0) / _HOUR_S
    if shown.signal_dbm is not None and shown.signal_dbm <= SIGNAL_WEAK_DBM:
        yield Finding(Urgency.WATCH, "signal.weak", shown.signal_dbm)
    tries = (whole(health, "taps") or 0) + (whole(health, "refused") or 0)
    if shown.success is not None and tries >= TRIES and shown.success < SUCCESS_LOW:
        yield Finding(Urgency.WATCH, "taps.refused", shown.success)
    for word, name in (("chip.disturbed", "chip_starts"), ("link.unsteady", "sessions")):
        count = (whole(health, name) or 0) - 1
        if count > SPARE + PER_HOUR * hours:
            yield Finding(Urgency.WATCH, word, count)
    spoilt = (whole(health, "write_errors") or 0) + (whole(health, "damaged") or 0)
    if spoilt:
        yield Finding(Urgency.WATCH, "flash.errors", spoilt)
    if (whole(health, "clock_jumps") or 0) and "clock.jumped" not in _faults(row):
        yield Finding(Urgency.WATCH, "clock.unsteady", whole(health, "clock_jumps"))
    free = whole(health, "free_bytes")
    if free is not None and free < FREE_LOW_BYTES:
        yield Finding(Urgency.WATCH, "memory.low", free)
    bad = whole(health, "bad_frames") or 0
    if bad >= BAD_FRAMES:
        yield Finding(Urgency.WATCH, "frames.bad", bad)


def _by_version(row: Row, versions: Iterable[str]) -> Iterator[Finding]:
    own = text(_health(row), "version")
    newest = max(versions, key=_order, default=None)
    if own is not None and newest is not None and _order(own) < _order(newest):
        yield Finding(Urgency.WATCH, "version.older", newest)


def _order(version: str) -> list[int]:
    return [int(part) if part.isdecimal() else 0 for part in version.split(".")]


def _faults(row: Row) -> list[str]:
    return [word for word in items(row, "faults") if isinstance(word, str)]


def _health(row: Row) -> Row:
    health = row.get("health")
    return health if isinstance(health, dict) else {}
