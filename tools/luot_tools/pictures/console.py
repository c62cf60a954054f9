"""Draws the console at a desk of a made-up office as an SVG picture."""

from pathlib import Path
from typing import Any

from luot_controller.console.app import ConsoleApp
from luot_tools.pictures.sitting import Sitting, taken
from luot_tools.pictures.still import VIETNAM, StillOffice, ago

_DESKS: dict[str, dict[str, Any]] = {
    "1": {
        "state": "serving",
        "number": 17,
        "visit": 93,
        "service": "ho-tich",
        "class": "thuong",
        "since_ms": ago(4),
        "recalls": 1,
        "reason": "OLDEST",
        "held": [23, 6],
        "undo": True,
    },
    "2": {"state": "called", "number": 8, "visit": 90, "service": "chung-thuc", "class": "thuong", "since_ms": ago(0)},
    "3": {"state": "serving", "number": 29, "visit": 81, "service": "dat-dai", "class": "thuong", "since_ms": ago(11)},
    "4": {"state": "free"},
}
_NEXT = {
    "number": 31,
    "service": "ho-tich",
    "class": "uu-tien",
    "rank_ms": ago(4),
    "reason": "PRIORITY_WITHIN_H",
    "over": 12,
}


class _StillDesks(StillOffice):
    """It answers one question."""

    def speak(self, waiting: int) -> None:  # noqa: ARG002 - the board's
        """Say the desks."""
        for desk, message in _DESKS.items():
            self.say("desk", desk, {"epoch": 1, "version": 1} | message)

    def command(self, command: str, desk: str, **_fields: Any) -> dict[str, Any]:  # noqa: ARG002 - as OfficeClient
        """Nothing can be done here."""
        return {"id": "0", "ok": False, "code": "expired"}

    def ask(self, _ask: str, **_fields: Any) -> dict[str, Any]:
        """Who is next."""
        return {"id": "0", "ok": True, "next": _NEXT}


async def picture(sitting: Sitting, strip: Path | None = None) -> str:
    """The console as SVG text; `strip` as for the application."""
    language, light = sitting.language, sitting.light
    app = ConsoleApp("1", _StillDesks, language=language, light=light, clock=lambda: 0.0, zone=VIETNAM, strip=strip)
    return await taken(app, sitting, lambda: app.view.upcoming_known, "luot console --desk 1")
