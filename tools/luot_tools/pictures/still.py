"""A made-up office in which nothing happens, for the documentation's pictures: a Friday morning, always the same."""

from datetime import timedelta, timezone
from typing import Any

from luot_controller.language import MINUTE_MS
from luot_controller.screen.office import OnChange, OnLink

VIETNAM = timezone(timedelta(hours=7))
NOW_MS = 1_780_022_460_000  # 9:41 in Vietnam
PRIORITY_MS = 45 * MINUTE_MS

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
        {"id": "uu-tien", "name": "Ưu tiên", "head_start_ms": PRIORITY_MS},
    ],
}


def ago(minutes: int) -> int:
    """The office time so many minutes before."""
    return NOW_MS - minutes * MINUTE_MS


def _head(*people: tuple[int, str, int]) -> list[dict[str, Any]]:
    return [{"number": number, "class": class_id, "rank_ms": ago(minutes)} for number, class_id, minutes in people]


_LINES = {
    "ho-tich": (6, _head((31, "uu-tien", 4), (12, "thuong", 26), (40, "thuong", 21), (9, "thuong", 17)), 30, 45),
    "chung-thuc": (3, _head((22, "thuong", 19), (35, "thuong", 8), (18, "thuong", 2)), 10, 20),
    "dat-dai": (9, _head((27, "uu-tien", 6), (5, "thuong", 48), (44, "thuong", 41), (3, "thuong", 33)), 60, None),
    "bao-tro": (0, [], 0, 5),
}


class StillOffice:
    """It says once what every screen hears; whoever extends it adds the rest in `speak`."""

    def __init__(self, on_change: OnChange, on_link: OnLink) -> None:
        self.say = on_change
        self._link = on_link

    def start(self) -> None:
        """Say everything."""
        self._link(True)
        waiting = sum(line[0] for line in _LINES.values())
        self.say("office", None, {"state": "open", "epoch": 1, "at_ms": NOW_MS, "speed": 1, "waiting": waiting})
        self.say("site", None, _SITE)
        for service, (people, head, lo_min, hi_min) in _LINES.items():
            line = {"epoch": 1, "version": 1, "waiting": people, "head": head, "lo_min": lo_min, "hi_min": hi_min}
            self.say("service", service, line)
        self.speak(waiting)

    def speak(self, waiting: int) -> None:
        """Say what only one kind of screen hears; so many people are `waiting` in all."""

    def stop(self) -> None:
        """There is nothing to end."""

    def wait_ready(self, timeout_s: float) -> None:
        """It always is."""
