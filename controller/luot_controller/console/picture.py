"""Draws the console as an SVG picture from fixed data, for the documentation: the same bytes each time it is run.

    python -m luot_controller.console.picture docs/pictures/console-vi.svg vi

It shows a made-up moment, not an office: nothing is connected, and no file but the picture is written.
"""

import asyncio
import sys
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from luot_controller.console.app import ConsoleApp
from luot_controller.console.office import OnChange, OnLink
from luot_controller.console.svg import redrawn

VIETNAM = timezone(timedelta(hours=7))
_NOW_MS = 1_780_022_460_000  # a Friday at 9:41 in Vietnam
_MINUTE_MS = 60_000


def _ago(minutes: int) -> int:
    return _NOW_MS - minutes * _MINUTE_MS


def _head(*people: tuple[int, str, int]) -> list[dict[str, Any]]:
    return [{"number": number, "class": class_id, "rank_ms": _ago(minutes)} for number, class_id, minutes in people]


_SITE = {
    "name": "Bộ phận Một cửa",
    "language": "vi",
    "services": [
        {"id": "ho-tich", "name": "Hộ tịch"},
        {"id": "chung-thuc", "name": "Chứng thực"},
        {"id": "dat-dai", "name": "Đất đai"},
        {"id": "bao-tro", "name": "Bảo trợ xã hội"},
    ],
    "desks": [
        {"id": "1", "services": ["ho-tich", "chung-thuc"]},
        {"id": "2", "services": ["ho-tich", "chung-thuc"]},
        {"id": "3", "services": ["dat-dai"]},
        {"id": "4", "services": ["bao-tro"]},
    ],
    "classes": [
        {"id": "thuong", "name": "Thường", "head_start_ms": 0},
        {"id": "uu-tien", "name": "Ưu tiên", "head_start_ms": 45 * _MINUTE_MS},
    ],
}
_LINES = {
    "ho-tich": (6, _head((31, "uu-tien", 4), (12, "thuong", 26), (40, "thuong", 21), (9, "thuong", 17)), 30, 45),
    "chung-thuc": (3, _head((22, "thuong", 19), (35, "thuong", 8), (18, "thuong", 2)), 10, 20),
    "dat-dai": (9, _head((27, "uu-tien", 6), (5, "thuong", 48), (44, "thuong", 41), (3, "thuong", 33)), 60, None),
    "bao-tro": (0, [], 0, 5),
}
_DESKS: dict[str, dict[str, Any]] = {
    "1": {
        "state": "serving",
        "number": 17,
        "visit": 93,
        "service": "ho-tich",
        "class": "thuong",
        "since_ms": _ago(4),
        "recalls": 1,
        "reason": "OLDEST",
        "held": [23, 6],
        "undo": True,
    },
    "2": {"state": "called", "number": 8, "visit": 90, "service": "chung-thuc", "class": "thuong", "since_ms": _ago(0)},
    "3": {"state": "serving", "number": 29, "visit": 81, "service": "dat-dai", "class": "thuong", "since_ms": _ago(11)},
    "4": {"state": "free"},
}
_NEXT = {
    "number": 31,
    "service": "ho-tich",
    "class": "uu-tien",
    "rank_ms": _ago(4),
    "reason": "PRIORITY_WITHIN_H",
    "over": 12,
}


class StillOffice:
    """An office in which nothing happens: it says what it has to say once, and answers one question."""

    def __init__(self, on_change: OnChange, on_link: OnLink) -> None:
        self._on_change = on_change
        self._on_link = on_link

    def start(self) -> None:
        """Say everything."""
        self._on_link(True)
        self._on_change("office", None, {"state": "open", "epoch": 1, "at_ms": _NOW_MS, "speed": 1, "waiting": 18})
        self._on_change("site", None, _SITE)
        for service, (waiting, head, lo_min, hi_min) in _LINES.items():
            line = {"epoch": 1, "version": 1, "waiting": waiting, "head": head, "lo_min": lo_min, "hi_min": hi_min}
            self._on_change("service", service, line)
        for desk, message in _DESKS.items():
            self._on_change("desk", desk, {"epoch": 1, "version": 1} | message)

    def stop(self) -> None:
        """There is nothing to end."""

    def wait_ready(self, timeout_s: float) -> None:
        """It always is."""

    def command(self, _command: str, _desk: str, **_fields: Any) -> dict[str, Any]:
        """Nothing can be done here."""
        return {"id": "0", "ok": False, "code": "expired"}

    def ask(self, _ask: str, **_fields: Any) -> dict[str, Any]:
        """Who is next."""
        return {"id": "0", "ok": True, "next": _NEXT}


async def picture(language: str, columns: int = 80, rows: int = 24, light: bool = False) -> str:
    """The console in `language` as SVG text."""
    app = ConsoleApp("1", StillOffice, language=language, clock=lambda: 0.0, zone=VIETNAM)
    async with app.run_test(size=(columns, rows)) as pilot:
        if light:
            app.action_theme()
        while app.view.upcoming is None:
            await pilot.pause(0.02)
        app.draw()
        await pilot.pause()
        return redrawn(app.export_screenshot(), columns, rows, f"luot console --desk 1 ({language})")


def main(arguments: list[str]) -> int:
    """`OUT.svg [vi|en] [COLUMNSxROWS] [light]`."""
    if not arguments:
        print(
            "usage: python -m luot_controller.console.picture OUT.svg [vi|en] [COLUMNSxROWS] [light]", file=sys.stderr
        )
        return 2
    out, rest = Path(arguments[0]), arguments[1:]
    language = "en" if "en" in rest else "vi"
    columns, rows = next((tuple(map(int, word.split("x"))) for word in rest if "x" in word), (80, 24))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(asyncio.run(picture(language, columns, rows, "light" in rest)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
