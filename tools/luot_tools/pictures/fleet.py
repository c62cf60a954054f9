"""Draws the technician's readers of a made-up office as an SVG picture."""

from typing import Any

from luot_controller.fleet.app import FleetApp
from luot_tools.pictures.sitting import Sitting, taken
from luot_tools.pictures.still import VIETNAM, StillOffice, ago


def _reader(role: str, minutes: int, taps: int, refused: int, **more: Any) -> dict[str, Any]:
    """Message READER; `more` of its health, or of itself."""
    own: dict[str, Any] = {key: more.pop(key) for key in ("faults", "alerts", "depth") if key in more}
    health = {"boot": 4, "count": 60, "uptime_s": 9000, "version": "0.1.0", "clock": 2, "chip_starts": 1, **more}
    message = {"role": role, "key": True, "link": "ready", "last_seen_ms": ago(minutes), "depth": 0, "faults": []}
    return {**message, **own, "health": {**health, "taps": taps, "refused": refused}}


_READERS = {
    "cua-chinh": _reader("entry", 0, 212, 3, signal_dbm=-61),
    "cua-phu": _reader("entry", 0, 97, 21, signal_dbm=-84, battery_mv=3510, alerts=["battery.low"]),
    "hanh-lang": _reader("info", 0, 41, 0, signal_dbm=-70, battery_mv=3940),
    "quay-1": _reader("desk", 0, 55, 1),
    "quay-2": _reader("desk", 0, 12, 0, faults=["chip.absent"], alerts=["chip.absent"], chip_starts=9),
    "quay-3": _reader("desk", 14, 48, 0, depth=7, alerts=["reader.silent"], clock=1, signal_dbm=-77),
    "tra-the": _reader("dropoff", 0, 160, 2, version="0.0.9"),
    "sanh": {"role": "info", "key": False},
}


class _StillReaders(StillOffice):
    """It says how its readers are."""

    def speak(self, waiting: int) -> None:  # noqa: ARG002 - the board's
        """Say the readers."""
        for reader, message in _READERS.items():
            self.say("reader", reader, message)

    def command(self, command: str, desk: str | None = None, **_fields: Any) -> dict[str, Any]:  # noqa: ARG002
        """Nothing can be done here."""
        return {"id": "0", "ok": False, "code": "reader_unheard"}


async def picture(sitting: Sitting) -> str:
    """The readers as SVG text."""
    app = FleetApp(_StillReaders, language=sitting.language, light=sitting.light, clock=lambda: 0.0, zone=VIETNAM)
    return await taken(app, sitting, lambda: len(app.view.readers(0.0)) == len(_READERS), "luot device fleet")
