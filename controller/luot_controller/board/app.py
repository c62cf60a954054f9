"""The board's application: joins the office, the read model and the screen. All state changes on its own thread."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.message import Message

from luot_controller.board.office import Connect
from luot_controller.board.screen import BoardScreen
from luot_controller.board.state import View
from luot_controller.board.widgets.card import BEAT_S
from luot_controller.console.themes import DARK, LIGHT, THEMES
from luot_controller.errors import LuotError
from luot_controller.language import DEFAULT, use

TICK_S = BEAT_S

PATIENCE_S = 1.5
"""A connection takes a moment; only after this does its absence count as a problem."""


class BoardApp(App[None]):
    """One screen in the hall.

    `connect` builds the conversation with the office. `language` is fixed when given, else the site's. `clock` is
    monotonic, in seconds; `zone` is where the office's time is shown, default this machine's.
    """

    CSS_PATH = "board.tcss"
    TITLE = "Luot"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,Q,ctrl+q,ctrl+c", "quit", show=False, priority=True),
    ]

    @dataclass
    class Heard(Message):
        """The office said something at `at_s`."""

        name: str
        topic_id: str | None
        message: dict[str, Any]
        at_s: float

    @dataclass
    class Linked(Message):
        """The connection to the broker came up or was lost."""

        up: bool
        at_s: float

    def __init__(
        self,
        connect: Connect,
        *,
        language: str | None = None,
        light: bool = False,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._zone = zone
        self._began_s = clock()
        self._language_chosen = language is not None
        use(language or DEFAULT)
        self.view = View(self._began_s)
        self._board_screen = BoardScreen()
        self.office = connect(self._heard, self._linked)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (LIGHT if light else DARK).name

    def get_default_screen(self) -> BoardScreen:
        """There is no other."""
        return self._board_screen

    def on_mount(self) -> None:
        """Begin to connect, and keep time."""
        self.office.start()
        self.set_interval(TICK_S, self.tick)
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """There is more room, or less."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Bring the screen up to what is known now."""
        # Word from the office still comes while the screen is being built, and while it is taken down.
        if self._board_screen.is_mounted:
            with suppress(NoMatches):
                self._board_screen.draw(self.view, self._clock(), self._zone)

    def tick(self) -> None:
        """Time has passed: what is new grows old, silence becomes stale, pages turn."""
        pulse = self.view.pulse
        if not pulse.linked and self._clock() - self._began_s > PATIENCE_S:
            pulse.problem = self._why_away()
        self.draw()

    # The connection's thread calls these; they only pass the word on.

    def _heard(self, name: str, topic_id: str | None, message: dict[str, Any]) -> None:
        self._tell(self.Heard(name, topic_id, message, self._clock()))

    def _linked(self, up: bool) -> None:
        self._tell(self.Linked(up, self._clock()))

    def _tell(self, message: Message) -> None:
        with suppress(RuntimeError):  # the board has just been left, and the event loop is gone
            self.post_message(message)

    @on(Heard)
    def _take_in(self, event: Heard) -> None:
        self.view.hear(event.name, event.topic_id, event.message, event.at_s)
        if event.name == "site" and self.view.language and not self._language_chosen:
            use(self.view.language)
        self.draw()

    @on(Linked)
    def _take_in_link(self, event: Linked) -> None:
        self.view.pulse.hear_link(event.up, event.at_s)
        self.draw()

    def _why_away(self) -> LuotError | None:
        try:
            self.office.wait_ready(0.0)
        except LuotError as error:
            return error
        return None

    async def action_quit(self) -> None:
        """Leave at once."""
        self.exit()
