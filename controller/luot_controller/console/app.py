"""The console's application: joins the office, the read model and the screen. All state changes on its own thread."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.message import Message

from luot_controller.console import wording
from luot_controller.console.actions import BY_NAME, Action
from luot_controller.console.errands import Errands
from luot_controller.console.office import Connect
from luot_controller.console.palette import ActionProvider
from luot_controller.console.presses import Presses
from luot_controller.console.screens.desk import DeskScreen
from luot_controller.console.screens.help import HelpScreen
from luot_controller.console.state import Reach, View
from luot_controller.console.themes import DARK, LIGHT, THEMES
from luot_controller.console.widgets.notice import Notice
from luot_controller.errors import LuotError
from luot_controller.language import DEFAULT, _, current, following, use

TICK_S = 0.5
REPLY_WITHIN_S = 5.0
ANSWER_WITHIN_S = 3.0
ASK_AFTER_S = 0.1
"""Changes within this are answered by one question; a tap changes two topics, a call three."""
ASK_AGAIN_S = 2.0
PATIENCE_S = 1.5
"""A connection takes a moment; only after this does its absence count as a problem."""


class ConsoleApp(App[None]):
    """One desk's console.

    `connect` builds the conversation with the office. `language` is fixed when given, else the site's until the clerk
    changes it. `clock` is monotonic, in seconds; `zone` is where the office's time is shown, default this machine's.
    """

    CSS_PATH = "console.tcss"
    TITLE = "Luot"
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-tall"), (46, "-huge")]  # noqa: RUF012

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

    @dataclass
    class Replied(Message):
        """A command ended: with a reply, or with the reason that there is none."""

        action: Action
        number: int | None
        outcome: dict[str, Any] | Exception

    @dataclass
    class Answered(Message):
        """`ask next` ended likewise."""

        outcome: dict[str, Any] | Exception

    def __init__(
        self,
        desk: str,
        connect: Connect,
        *,
        language: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._zone = zone
        self._began_s = clock()
        self._language_chosen = language is not None
        use(language or DEFAULT)
        self.view = View(desk, self._began_s)
        self.presses = Presses()
        self._was_open = False
        self._ask_planned = False
        self._asking = False
        self._ask_once_more = False
        self._commands = Errands(f"console {desk} commands")
        self._questions = Errands(f"console {desk} questions")
        self._desk_screen = DeskScreen()
        self.office = connect(self._heard, self._linked)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def get_default_screen(self) -> DeskScreen:
        """The desk is what is below everything else."""
        return self._desk_screen

    def on_mount(self) -> None:
        """Begin to connect, and keep the clock on the screen going."""
        self.office.start()
        self.set_interval(TICK_S, self._tick)
        self.call_after_refresh(self.draw)

    def on_unmount(self) -> None:
        """Let the threads end; a call under way dies with the program."""
        self._commands.close()
        self._questions.close()

    def on_resize(self) -> None:
        """Widths have changed."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Bring the screen up to what is known now."""
        # Word from the office still comes while the screen is being built, and while it is taken down.
        if self._desk_screen.is_mounted:
            with suppress(NoMatches):
                self._desk_screen.draw(self.view, self._clock(), self._zone)

    # Other threads call these three; they only pass the word on.

    def _heard(self, name: str, topic_id: str | None, message: dict[str, Any]) -> None:
        self._tell(self.Heard(name, topic_id, message, self._clock()))

    def _linked(self, up: bool) -> None:
        self._tell(self.Linked(up, self._clock()))

    def _tell(self, message: Message) -> None:
        with suppress(RuntimeError):  # the clerk has just left, and the event loop is gone
            self.post_message(message)

    @on(Heard)
    def _take_in(self, event: Heard) -> None:
        self.view.hear(event.name, event.topic_id, event.message, event.at_s)
        if event.name == "site" and not self._language_chosen and self.view.site and self.view.site.language:
            self._speak(self.view.site.language)
        if event.name in ("service", "desk", "site"):
            self._plan_ask()
        self._changed()

    @on(Linked)
    def _take_in_link(self, event: Linked) -> None:
        self.view.hear_link(event.up, event.at_s)
        self._changed()

    def _tick(self) -> None:
        now_s = self._clock()
        if not self.view.linked and now_s - self._began_s > PATIENCE_S:
            self.view.problem = self._why_away()
        self._changed()

    def _why_away(self) -> LuotError | None:
        try:
            self.office.wait_ready(0.0)
        except LuotError as error:
            return error
        return None

    def _changed(self) -> None:
        is_open = self.view.reach(self._clock()) is Reach.OPEN
        if is_open and not self._was_open:
            self._plan_ask()
        self._was_open = is_open
        self.draw()

    # Who is next: asked again after each change, one question at a time.

    def _plan_ask(self, after_s: float | None = None) -> None:
        if self._asking:
            self._ask_once_more = True
        elif not self._ask_planned:
            self._ask_planned = True
            self.set_timer(ASK_AFTER_S if after_s is None else after_s, self._ask_next)

    def _ask_next(self) -> None:
        self._ask_planned = False
        if self.view.reach(self._clock()) is not Reach.OPEN:
            return
        self._asking, self._ask_once_more = True, False
        ask = partial(self.office.ask, "next", desk=self.view.desk_id, timeout_s=ANSWER_WITHIN_S)
        self._questions.run(ask, lambda outcome: self._tell(self.Answered(outcome)))

    @on(Answered)
    def _take_in_answer(self, event: Answered) -> None:
        self._asking = False
        again_s = ASK_AFTER_S if self._ask_once_more else None
        if isinstance(event.outcome, LuotError) or (isinstance(event.outcome, dict) and not event.outcome["ok"]):
            self.view.forget_next()
            again_s = ASK_AGAIN_S
        elif isinstance(event.outcome, Exception):
            raise event.outcome
        else:
            self.view.hear_next(event.outcome.get("next") or {})
        if again_s is not None:
            self._plan_ask(again_s)
        self.draw()

    # The clerk's keys.

    def action_desk(self, name: str) -> None:
        """Send a desk action to the office, unless it may not be sent now."""
        action, now_s = BY_NAME[name], self._clock()
        refused = self.presses.refuse(action, self.view, now_s)
        if refused is not None:
            if refused:
                self._say(refused, "soft")
            return
        desk, office_ms = self.view.desk, self.view.office_ms(now_s)
        assert desk is not None
        self.presses.pending = action
        send = partial(
            self.office.command,
            action.command,
            self.view.desk_id,
            expects=desk.version,
            expires_ms=None if office_ms is None else office_ms + self.view.lasting_ms(REPLY_WITHIN_S),
            timeout_s=REPLY_WITHIN_S,
        )
        self._commands.run(send, lambda outcome: self._tell(self.Replied(action, desk.number, outcome)))

    @on(Replied)
    def _take_in_reply(self, event: Replied) -> None:
        self.presses.pending = None
        outcome = event.outcome
        if isinstance(outcome, LuotError):
            self._say(wording.unanswered(outcome), "refused")
        elif isinstance(outcome, Exception):
            raise outcome
        else:
            self.view.hear_reply(outcome)
            if outcome["ok"]:
                self._say(wording.done(event.action, outcome.get("called"), event.number), "done")
            else:
                self._say(wording.refusal(str(outcome.get("code", "")), self.view.desk_id), "refused")
        self._changed()

    def action_help(self) -> None:
        """Show the help page."""
        self.push_screen(HelpScreen())

    def action_command_palette(self) -> None:
        """Show the command palette."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(providers=[ActionProvider], placeholder=_("Find a command")))

    def action_language(self) -> None:
        """Change to the next language; the site's word no longer counts."""
        self._language_chosen = True
        self._speak(following(current()))

    def action_theme(self) -> None:
        """Light or dark."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        self.draw()

    async def action_quit(self) -> None:
        """Leave at once; the desk stays as it is."""
        self.exit()

    def action_help_quit(self) -> None:
        """Control-C is easily pressed by mistake, so it only says how to leave."""
        self._say(_("Leave with {key}.").format(key=wording.key_name(BY_NAME["quit"])), "soft")

    def _speak(self, language: str) -> None:
        use(language)
        for screen in self.screen_stack:
            if isinstance(screen, HelpScreen):
                screen.refresh(recompose=True)
        self.draw()

    def _say(self, text: str, tone: str) -> None:
        with suppress(NoMatches):
            self._desk_screen.query_one(Notice).say(text, tone, self._clock())
