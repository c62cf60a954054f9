"""The console's application: joins the office, the read model and the screen. All state changes on its own thread."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.message import Message

from luot_controller.console import wording
from luot_controller.console.actions import BY_NAME, RESUME, TRANSFER, Action
from luot_controller.console.asking import Asking
from luot_controller.console.errands import Errands
from luot_controller.console.news import Answered, Heard, Linked, Replied
from luot_controller.console.office import Connect
from luot_controller.console.palette import ActionProvider
from luot_controller.console.presses import Presses
from luot_controller.console.screens.choice import ChoiceScreen
from luot_controller.console.screens.desk import DeskScreen
from luot_controller.console.screens.help import HelpScreen
from luot_controller.console.state import Desk, Reach, View
from luot_controller.console.strip import hall_lines
from luot_controller.console.themes import DARK, LIGHT, THEMES
from luot_controller.console.widgets.notice import Notice
from luot_controller.errors import LuotError
from luot_controller.language import DEFAULT, _, current, following, use

TICK_S = 0.5
REPLY_WITHIN_S = 5.0
ANSWER_WITHIN_S = 3.0
PATIENCE_S = 1.5
"""A connection takes a moment; only after this does its absence count as a problem."""


class ConsoleApp(App[None]):
    """One desk's console.

    `connect` builds the conversation with the office. `language` is fixed when given, else the site's until the clerk
    changes it. `clock` is monotonic, in seconds; `zone` is where the office's time is shown, default this machine's.
    `strip` is the file in which a simulated hall says what happens in it.
    """

    CSS_PATH = "console.tcss"
    TITLE = "Luot"
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-tall"), (46, "-huge")]  # noqa: RUF012

    def __init__(
        self,
        desk: str,
        connect: Connect,
        *,
        language: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
        strip: Path | None = None,
    ) -> None:
        super().__init__()
        self._strip = strip
        self._strip_shown = True
        self._hall: tuple[str, ...] = ()
        self._clock = clock
        self._zone = zone
        self._began_s = clock()
        self._language_chosen = language is not None
        use(language or DEFAULT)
        self.view = View(desk, self._began_s)
        self.presses = Presses()
        self._was_open = False
        self._asking = Asking(self.set_timer, self._ask_next)
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
        self._look_at_hall()
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
                hall = self._hall if self._strip_shown else ()
                self._desk_screen.draw(self.view, self._clock(), self._zone, hall)

    # Other threads call these three; they only pass the word on.

    def _heard(self, name: str, topic_id: str | None, message: dict[str, Any]) -> None:
        self._tell(Heard(name, topic_id, message, self._clock()))

    def _linked(self, up: bool) -> None:
        self._tell(Linked(up, self._clock()))

    def _tell(self, message: Message) -> None:
        with suppress(RuntimeError):  # the clerk has just left, and the event loop is gone
            self.post_message(message)

    @on(Heard)
    def _take_in(self, event: Heard) -> None:
        self.view.hear(event.name, event.topic_id, event.message, event.at_s)
        if event.name == "site" and not self._language_chosen and self.view.site and self.view.site.language:
            self._speak(self.view.site.language)
        if event.name in ("service", "desk", "site"):
            self._asking.plan()
        self._changed()

    @on(Linked)
    def _take_in_link(self, event: Linked) -> None:
        self.view.hear_link(event.up, event.at_s)
        self._changed()

    def _tick(self) -> None:
        now_s = self._clock()
        if not self.view.linked and now_s - self._began_s > PATIENCE_S:
            self.view.problem = self._why_away()
        self._look_at_hall()
        self._changed()

    def _look_at_hall(self) -> None:
        if self._strip is not None:
            self._hall = hall_lines(self._strip)

    def _why_away(self) -> LuotError | None:
        try:
            self.office.wait_ready(0.0)
        except LuotError as error:
            return error
        return None

    def _changed(self) -> None:
        is_open = self.view.reach(self._clock()) is Reach.OPEN
        if is_open and not self._was_open:
            self._asking.plan()
        self._was_open = is_open
        self.draw()

    def _ask_next(self) -> bool:
        if self.view.reach(self._clock()) is not Reach.OPEN:
            return False
        ask = partial(self.office.ask, "next", desk=self.view.desk_id, timeout_s=ANSWER_WITHIN_S)
        self._questions.run(ask, lambda outcome: self._tell(Answered(outcome)))
        return True

    @on(Answered)
    def _take_in_answer(self, event: Answered) -> None:
        outcome = event.outcome
        failed = isinstance(outcome, LuotError) or (isinstance(outcome, dict) and not outcome["ok"])
        if failed:
            self.view.forget_next()
        elif isinstance(outcome, Exception):
            raise outcome
        else:
            self.view.hear_next(outcome.get("next") or {})
        self._asking.answered(failed)
        self.draw()

    # The clerk's keys.

    def action_desk(self, name: str) -> None:
        """Do a desk action, unless it may not be done now; one that needs a choice asks first."""
        action, desk = BY_NAME[name], self.view.desk
        if self._refused(action) or desk is None:
            return
        if action is RESUME:
            held = {str(number): wording.number_name(number) for number in desk.held}
            self._choose(action, desk, _("Which number?"), held)
        elif action is TRANSFER:
            self._choose(action, desk, _("Into whose line?"), self.view.other_services())
        else:
            self._send(action, desk, desk.number)

    def _choose(self, action: Action, desk: Desk, title: str, choices: dict[str, str]) -> None:
        """Let the clerk choose; the command then expects the desk as it was when the list was opened."""

        def chosen(choice: str | None) -> None:
            if choice is None or self._refused(action, chosen=True):
                return
            if action is RESUME:
                self._send(action, desk, int(choice), number=int(choice))
            else:
                self._send(action, desk, desk.number, choices[choice], service=choice)

        if not choices:
            self._say(_("There is no other service here."), "soft")
        elif action is RESUME and len(choices) == 1:
            chosen(next(iter(choices)))
        else:
            self.push_screen(ChoiceScreen(title, choices), chosen)

    def _refused(self, action: Action, chosen: bool = False) -> bool:
        refused = self.presses.refuse(action, self.view, self._clock(), chosen)
        if refused:
            self._say(refused, "soft")
        return refused is not None

    def _send(self, action: Action, desk: Desk, number: int | None, service: str = "", /, **more: Any) -> None:
        """`number` and the name of a service are for the sentence that says what was done."""
        office_ms = self.view.office_ms(self._clock())
        self.presses.pending = action
        send = partial(
            self.office.command,
            action.command,
            self.view.desk_id,
            expects=desk.version,
            expires_ms=None if office_ms is None else office_ms + self.view.lasting_ms(REPLY_WITHIN_S),
            timeout_s=REPLY_WITHIN_S,
            **more,
        )
        self._commands.run(send, lambda outcome: self._tell(Replied(action, number, service, outcome)))

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
                called = outcome.get("called")
                self._say(wording.done(event.action, called, event.number, event.service), "done")
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

    def action_strip(self) -> None:
        """Show or hide the strip of the hall."""
        self._strip_shown = not self._strip_shown
        if self._strip_shown and not self._hall:
            self._say(_("The hall is silent just now."), "soft")
        self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own
        """As Textual asks: whether there is such an action here."""
        return action != "strip" or self._strip is not None

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
