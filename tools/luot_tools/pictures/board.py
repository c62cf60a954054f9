"""Draws the board of a made-up office, at the moment of a call, as an SVG picture."""

from typing import Any

from luot_controller.board.app import BoardApp
from luot_controller.board.pages import PAGE_S
from luot_controller.language import LANGUAGES
from luot_tools.pictures.sitting import Sitting, taken
from luot_tools.pictures.still import VIETNAM, StillOffice, ago

_BEFORE = (
    (8, "2", 1, "called"),
    (29, "4", 6, "serving"),
    (11, "1", 7, "serving"),
    (35, "3", 9, "serving"),
)
"""Number, desk, minutes since the call, state."""
_NEW = (17, "3", 0, "called")


class _StillHall(StillOffice):
    """It has one call to make."""

    def speak(self, waiting: int) -> None:
        """Say the board, then call."""
        for version, calls in enumerate((_BEFORE, (_NEW, *(call for call in _BEFORE if call[1] != _NEW[1]))), 1):
            rows: list[dict[str, Any]] = [
                {"number": number, "desk": desk, "at_ms": ago(minutes), "state": state}
                for number, desk, minutes, state in calls
            ]
            self.say("board", None, {"epoch": 1, "version": version, "calls": rows, "waiting": waiting})


async def picture(sitting: Sitting) -> str:
    """The board as SVG text."""
    at_s = PAGE_S * list(LANGUAGES).index(sitting.language)  # when the line at the foot is in this language
    app = BoardApp(_StillHall, language=sitting.language, light=sitting.light, clock=lambda: at_s, zone=VIETNAM)
    return await taken(app, sitting, lambda: app.view.calls.newest(at_s), "luot board")
