"""The board's application: joins the office, the read model and the screen. All state changes on its own thread."""

import time
from collections.abc import Callable
from datetime import tzinfo
from typing import ClassVar

from textual.binding import Binding, BindingType

from luot_controller.board.screen import BoardScreen
from luot_controller.board.state import View
from luot_controller.board.widgets.card import BEAT_S
from luot_controller.screen.app import ScreenApp
from luot_controller.screen.office import Connect


class BoardApp(ScreenApp):
    """One screen in the hall.

    `connect` builds the conversation with the office; the rest is as every screen has it.
    """

    CSS_PATH = "board.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,Q,ctrl+q,ctrl+c", "quit", show=False, priority=True),
    ]
    TICK_S = BEAT_S

    def __init__(
        self,
        connect: Connect,
        *,
        language: str | None = None,
        light: bool = False,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(language=language, light=light, clock=clock, zone=zone)
        self.view: View = View(self._began_s)
        self._board_screen = BoardScreen()
        self.office = connect(self.heard, self.linked)

    def get_default_screen(self) -> BoardScreen:
        """There is no other."""
        return self._board_screen

    def paint(self, now_s: float) -> None:
        """Draw the one screen."""
        self._board_screen.draw(self.view, now_s, self._zone)
