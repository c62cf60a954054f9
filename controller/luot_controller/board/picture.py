"""Draws the board as an SVG picture from fixed data, for the documentation: the same bytes each time it is run.

    python -m luot_controller.board.picture docs/pictures/board-vi.svg vi 120x36

It shows a made-up moment, not an office: nothing is connected, and no file but the picture is written.
"""

import asyncio
import sys
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from luot_controller.board.app import BoardApp
from luot_controller.board.office import OnChange, OnLink
from luot_controller.board.pages import PAGE_S
from luot_controller.console.svg import redrawn
from luot_controller.language import LANGUAGES

VIETNAM = timezone(timedelta(hours=7))
SIZE = (120, 36)

_NOW_MS = 1_780_022_460_000  # a Friday at 9:41 in Vietnam
_MINUTE_MS = 60_000

_SITE = {
    "name": "Bộ phận Một cửa",
    "language": "vi",
    "services": [
        {"id": "ho-tich", "name": "Hộ tịch"},
        {"id": "chung-thuc", "name": "Chứng thực"},
        {"id": "dat-dai", "name": "Đất đai"},
        {"id": "bao-tro", "name": "Bảo trợ xã hội"},
    ],
    "desks": [{"id": str(desk), "services": ["ho-tich"]} for desk in range(1, 6)],
    "classes": [],
}
_LINES = {
    "ho-tich": (6, 30, 45),
    "chung-thuc": (3, 10, 20),
    "dat-dai": (9, 60, None),
    "bao-tro": (0, 0, 5),
}
_BEFORE = (
    (8, "2", 1, "called"),
    (29, "4", 6, "serving"),
    (11, "1", 7, "serving"),
    (35, "3", 9, "serving"),
)
"""Number, desk, minutes since the call, state."""
_NEW = (17, "3", 0, "called")


class StillHall:
    """An office that has one call to make."""

    def __init__(self, on_change: OnChange, on_link: OnLink) -> None:
        self._on_change = on_change
        self._on_link = on_link

    def start(self) -> None:
        """Say everything, then call."""
        self._on_link(True)
        self._on_change("office", None, {"state": "open", "epoch": 1, "at_ms": _NOW_MS, "speed": 1})
        self._on_change("site", None, _SITE)
        for service, (waiting, lo_min, hi_min) in _LINES.items():
            line = {"epoch": 1, "version": 1, "waiting": waiting, "head": [], "lo_min": lo_min, "hi_min": hi_min}
            self._on_change("service", service, line)
        self._say_board(1, _BEFORE)
        self._say_board(2, (_NEW, *(call for call in _BEFORE if call[1] != _NEW[1])))

    def stop(self) -> None:
        """There is nothing to end."""

    def wait_ready(self, timeout_s: float) -> None:
        """It always is."""

    def _say_board(self, version: int, calls: tuple[tuple[int, str, int, str], ...]) -> None:
        rows: list[dict[str, Any]] = [
            {"number": number, "desk": desk, "at_ms": _NOW_MS - minutes * _MINUTE_MS, "state": state}
            for number, desk, minutes, state in calls
        ]
        self._on_change("board", None, {"epoch": 1, "version": version, "calls": rows, "waiting": 18})


async def picture(language: str, columns: int, rows: int, light: bool = False) -> str:
    """The board in `language` as SVG text."""
    at_s = PAGE_S * list(LANGUAGES).index(language)  # when the line at the foot is in this language
    app = BoardApp(StillHall, language=language, light=light, clock=lambda: at_s, zone=VIETNAM)
    async with app.run_test(size=(columns, rows)) as pilot:
        while app.view.calls.newest(at_s) is None:
            await pilot.pause(0.02)
        await pilot.pause()
        app.draw()
        await pilot.pause()
        return redrawn(app.export_screenshot(), columns, rows, f"luot board ({language})")


def main(arguments: list[str]) -> int:
    """`OUT.svg [vi|en] [COLUMNSxROWS] [light]`."""
    if not arguments:
        print("usage: python -m luot_controller.board.picture OUT.svg [vi|en] [COLUMNSxROWS] [light]", file=sys.stderr)
        return 2
    out, rest = Path(arguments[0]), arguments[1:]
    language = "en" if "en" in rest else "vi"
    columns, rows = next((tuple(map(int, word.split("x"))) for word in rest if "x" in word), SIZE)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(asyncio.run(picture(language, columns, rows, "light" in rest)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
