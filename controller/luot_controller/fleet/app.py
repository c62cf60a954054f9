"""The technician's application: joins office, read model and screen. All state changes on its own thread."""

import time
from collections.abc import Callable
from datetime import tzinfo
from typing import Any, ClassVar, Protocol

from textual.binding import Binding, BindingType

from luot_controller.errors import LuotError
from luot_controller.fleet import wording
from luot_controller.fleet.screen import FleetScreen
from luot_controller.fleet.state import View
from luot_controller.language import _, current, following
from luot_controller.refusals import meaning
from luot_controller.screen.app import ScreenApp
from luot_controller.screen.office import Office, OnChange, OnLink
from luot_controller.screen.themes import DARK, LIGHT

REPLY_WITHIN_S = 5.0
BLINKS_WITHIN_S = 10.0


class FleetOffice(Office, Protocol):
    """A conversation in which commands can be given; see `client.OfficeClient`."""

    def command(self, command: str, desk: str | None = None, *, timeout_s: float = 5.0, **more: Any) -> dict[str, Any]:
        """Send a command and return its reply."""


Connect = Callable[[OnChange, OnLink], FleetOffice]


class FleetApp(ScreenApp):
    """All readers of one office. `connect` builds the conversation; the rest is as every screen has it."""

    CSS_PATH = "fleet.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "identify", show=False),
        Binding("l", "language", show=False),
        Binding("t", "theme", show=False),
        Binding("q,ctrl+q,ctrl+c", "quit", show=False, priority=True),
    ]

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
        self._asked: dict[str, tuple[object, float]] = {}
        self._fleet_screen = FleetScreen()
        self.office: FleetOffice = connect(self.heard, self.linked)

    def get_default_screen(self) -> FleetScreen:
        """There is no other."""
        return self._fleet_screen

    def paint(self, now_s: float) -> None:
        """Draw the one screen."""
        self._look_for_blinks(now_s)
        self._fleet_screen.draw(self.view, now_s, self._zone)

    def action_identify(self) -> None:
        """Let the chosen reader blink."""
        reader = self._fleet_screen.chosen
        if reader is None or reader.id in self._asked:
            return
        self._asked[reader.id] = (reader.obeyed, self._clock() + REPLY_WITHIN_S + BLINKS_WITHIN_S)
        self._say(_("Asked {reader} to blink ...").format(reader=reader.id))
        self.run_worker(lambda: self._order(reader.id), thread=True)

    def action_language(self) -> None:
        """Change to the next language; the site's word no longer counts."""
        self._language_chosen = True
        self.speak(following(current()))
        self.draw()

    def action_theme(self) -> None:
        """Light or dark."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def _order(self, reader: str) -> None:
        """Give the order; on a thread of its own."""
        try:
            reply = self.office.command("IdentifyReader", reader=reader, timeout_s=REPLY_WITHIN_S)
        except LuotError as error:
            self.call_from_thread(self._fails, reader, wording.unanswered(error))
            return
        if not reply["ok"]:
            text = f"{reader}: {meaning(str(reply.get('code')))}"
            self.call_from_thread(self._fails, reader, text)

    def _fails(self, reader: str, text: str) -> None:
        self._asked.pop(reader, None)
        self._say(text)

    def _look_for_blinks(self, now_s: float) -> None:
        """A reader that has obeyed says so in its next report; one that has not will not do it later either."""
        obeyed = {reader.id: reader.obeyed for reader in self.view.readers(now_s)}
        for reader, (before, until_s) in list(self._asked.items()):
            if obeyed.get(reader) not in (None, before):
                self._fails(reader, _("{reader} blinks: look for its blue light.").format(reader=reader))
            elif now_s > until_s:
                self._fails(reader, _("{reader} does not answer: try again in a minute.").format(reader=reader))

    def _say(self, text: str) -> None:
        self._fleet_screen.say(text, self._clock())
