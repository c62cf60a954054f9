"""What every screen's application does alike: hears the office on its own thread, keeps time, speaks. Draws nothing."""

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import tzinfo
from typing import Any, ClassVar, Protocol

from textual import on
from textual.app import App
from textual.css.query import NoMatches
from textual.message import Message

from luot_controller.errors import LuotError
from luot_controller.language import DEFAULT, use
from luot_controller.screen.news import Heard, Linked
from luot_controller.screen.office import Office
from luot_controller.screen.pulse import Pulse
from luot_controller.screen.themes import DARK, LIGHT, THEMES

PATIENCE_S = 1.5
"""A connection takes a moment; only after this does its absence count as a problem."""


class View(Protocol):
    """A screen's read model."""

    pulse: Pulse

    @property
    def language(self) -> str | None:
        """The site's, once it is known."""

    def hear(self, name: str, topic_id: str | None, message: Mapping[str, Any], heard_s: float) -> None:
        """Take in one message of the watched topics."""


class ScreenApp(App[None]):
    """One screen of one office.

    Whoever extends it sets `view` and `office`, the latter built with `heard` and `linked` as its callbacks. `language`
    is fixed when given, else the site's. `clock` is monotonic, in seconds; `zone` is where the office's time is shown,
    default this machine's.
    """

    TITLE = "Luot"
    TICK_S: ClassVar[float] = 0.5
    view: View
    office: Office

    def __init__(
        self,
        *,
        language: str | None,
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
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (LIGHT if light else DARK).name

    def on_mount(self) -> None:
        """Begin to connect, and keep time."""
        self.office.start()
        self.set_interval(self.TICK_S, self.tick)
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """There is more room, or less."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Bring the screen up to what is known now."""
        # Word from the office still comes while the screen is being built, and while it is taken down.
        if self.screen_stack and self.screen_stack[0].is_mounted:
            with suppress(NoMatches):
                self.paint(self._clock())

    @abstractmethod
    def paint(self, now_s: float) -> None:
        """Draw what is known as of `now_s`."""

    def changed(self, name: str = "") -> None:  # noqa: ARG002 - for whoever extends it
        """Something is not as it was: the topic `name` has spoken, or time has passed, or the link changed."""
        self.draw()

    def speak(self, language: str) -> None:
        """Use `language` from now on."""
        use(language)

    def tick(self) -> None:
        """Time has passed: what is new grows old, silence becomes stale."""
        pulse = self.view.pulse
        if not pulse.linked and self._clock() - self._began_s > PATIENCE_S:
            pulse.problem = self._why_away()
        self.changed()

    # Other threads call these; they only pass the word on.

    def heard(self, name: str, topic_id: str | None, message: dict[str, Any]) -> None:
        """The office has said something."""
        self.tell(Heard(name, topic_id, message, self._clock()))

    def linked(self, up: bool) -> None:
        """The connection came up or was lost."""
        self.tell(Linked(up, self._clock()))

    def tell(self, message: Message) -> None:
        """Hand `message` over to the screen's own thread."""
        with suppress(RuntimeError):  # the screen has just been left, and the event loop is gone
            self.post_message(message)

    @on(Heard)
    def _take_in(self, event: Heard) -> None:
        self.view.hear(event.name, event.topic_id, event.message, event.at_s)
        if event.name == "site" and self.view.language and not self._language_chosen:
            self.speak(self.view.language)
        self.changed(event.name)

    @on(Linked)
    def _take_in_link(self, event: Linked) -> None:
        self.view.pulse.hear_link(event.up, event.at_s)
        self.changed()

    def _why_away(self) -> LuotError | None:
        try:
            self.office.wait_ready(0.0)
        except LuotError as error:
            return error
        return None

    async def action_quit(self) -> None:
        """Leave at once; the office is as it is."""
        self.exit()
