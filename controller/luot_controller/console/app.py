"""The console's application: joins the office, the read model and the screen. All state changes on its own thread."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.css.query import NoMatches

from luot_controller.console import wording
from luot_controller.console.actions import BY_NAME, FINISH, NEXT, TRANSFER, Action
from luot_controller.console.asking import Asking
from luot_controller.console.errands import Errands
from luot_controller.console.news import Answered, Replied
from luot_controller.console.office import Connect, DeskOffice
from luot_controller.console.palette import ActionProvider
from luot_controller.console.presses import Presses
from luot_controller.console.questions import Fields, Questions, questions
from luot_controller.console.screens.choice import ChoiceScreen
from luot_controller.console.screens.desk import DeskScreen
from luot_controller.console.screens.help import HelpScreen
from luot_controller.console.state import CLERK, Desk, View
from luot_controller.console.strip import HallLine, hall_lines
from luot_controller.console.widgets.notice import Notice
from luot_controller.errors import LuotError
from luot_controller.language import _, current, following, use
from luot_controller.screen.app import ScreenApp
from luot_controller.screen.pulse import Reach
from luot_controller.screen.themes import DARK, LIGHT

REPLY_WITHIN_S = 5.0
ANSWER_WITHIN_S = 3.0


class ConsoleApp(ScreenApp):
    """One desk's console; a supervisor's (`role`) looks at any desk, and begins with `desk`.

    `connect` builds the conversation with the office; `strip` is the file in which a simulated hall says what happens
    in it. The rest is as every screen has it, but that the clerk can change the language.
    """

    CSS_PATH = "console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-tall"), (46, "-huge")]  # noqa: RUF012

    def __init__(
        self,
        desk: str,
        connect: Connect,
        *,
        language: str | None = None,
        light: bool = False,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
        strip: Path | None = None,
        role: str = CLERK,
    ) -> None:
        super().__init__(language=language, light=light, clock=clock, zone=zone)
        self._strip = strip
        self._strip_shown = True
        self._hall: tuple[HallLine, ...] = ()
        self.view: View = View(desk, self._began_s, role)
        self.presses = Presses()
        self._was_open = False
        self._asking = Asking(self.set_timer, self._ask_next)
        self._commands = Errands(f"console {desk} commands")
        self._questions = Errands(f"console {desk} questions")
        self._desk_screen = DeskScreen()
        self.office: DeskOffice = connect(self.heard, self.linked)

    def get_default_screen(self) -> DeskScreen:
        """The desk is what is below everything else."""
        return self._desk_screen

    def on_mount(self) -> None:
        """The hall is there from the first moment."""
        self._look_at_hall()

    def on_unmount(self) -> None:
        """Let the threads end; a call under way dies with the program."""
        self._commands.close()
        self._questions.close()

    def paint(self, now_s: float) -> None:
        """Draw the desk."""
        self._desk_screen.draw(self.view, now_s, self._zone, self._hall if self._strip_shown else ())

    def tick(self) -> None:
        """Time has passed, in the hall too."""
        self._look_at_hall()
        super().tick()

    def changed(self, name: str = "") -> None:
        """What the office has said may change who is next."""
        is_open = self.view.reach(self._clock()) is Reach.OPEN
        if name in ("service", "desk", "site") or (is_open and not self._was_open):
            self._asking.plan()
        self._was_open = is_open
        super().changed(name)

    def _look_at_hall(self) -> None:
        if self._strip is not None:
            self._hall = hall_lines(self._strip, current())

    def _ask_next(self) -> bool:
        if self.view.reach(self._clock()) is not Reach.OPEN:
            return False
        ask = partial(self.office.ask, "next", desk=self.view.desk_id, timeout_s=ANSWER_WITHIN_S)
        self._questions.run(ask, lambda outcome: self.tell(Answered(outcome)))
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
        """Do a desk action, unless it may not be done now; what it needs to know is asked first."""
        action, desk = BY_NAME[name], self.view.desk
        if self._refused(action) or desk is None:
            return
        if action is TRANSFER and not (self.view.other_services() or self.view.other_desks()):
            self._say(_("There is no other service here."), "soft")
        else:
            self._ask(questions(action, self.view, self._clock(), self._zone), action, desk)

    def _ask(self, dialogs: Questions, action: Action, desk: Desk, answer: str | None = None) -> None:
        """Show the next dialog, or send; the command then expects the desk as it was when the first was opened."""

        def answered(chosen: str | None) -> None:
            if chosen is not None and not self._refused(action, chosen=True):
                self._ask(dialogs, action, desk, chosen)

        try:
            dialog = next(dialogs) if answer is None else dialogs.send(answer)
        except StopIteration as end:
            self._send(action, desk, end.value)
        else:
            self.push_screen(dialog, answered)

    def _refused(self, action: Action, chosen: bool = False) -> bool:
        refused = self.presses.refuse(action, self.view, self._clock(), chosen)
        if refused:
            self._say(refused, "soft")
        return refused is not None

    def _send(self, action: Action, desk: Desk, fields: Fields) -> None:
        following = NEXT if fields.pop("finish", False) else None
        if following:
            action = FINISH
        office_ms = self.view.pulse.office_ms(self._clock())
        number, where = fields.get("number", desk.number), wording.where(self.view, desk, action, fields)
        self.presses.pending = action
        send = partial(
            self.office.command,
            action.command,
            self.view.desk_id,
            expects=desk.version,
            expires_ms=None if office_ms is None else office_ms + self.view.pulse.lasting_ms(REPLY_WITHIN_S),
            timeout_s=REPLY_WITHIN_S,
            **fields,
        )
        self._commands.run(send, lambda outcome: self.tell(Replied(action, number, where, following, outcome)))

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
            if not outcome["ok"]:
                self._say(wording.refusal(str(outcome.get("code", "")), self.view.desk_id), "refused")
            else:
                self._say(wording.done(event.action, event.number, event.where, outcome), "done")
                if event.following and self.view.desk:
                    self._send(event.following, self.view.desk, {})
        self.changed()

    def action_other_desk(self) -> None:
        """Let a supervisor look at another desk."""

        def chosen(desk: str | None) -> None:
            if desk is not None:
                self.view.look_at(desk)
                self.changed("desk")

        names = {desk: wording.desk_name(desk) for desk in (self.view.site.desks if self.view.site else ())}
        if names:
            self.push_screen(ChoiceScreen(_("Which desk?"), names), chosen)

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
        self.speak(following(current()))

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As Textual asks: whether there is such an action here."""
        if action == "strip":
            return self._strip is not None
        named = BY_NAME.get(str(parameters[0]) if action == "desk" and parameters else action)
        return named is None or self.view.role in named.roles

    def action_help_quit(self) -> None:
        """Control-C is easily pressed by mistake, so it only says how to leave."""
        self._say(_("Leave with {key}.").format(key=wording.key_name(BY_NAME["quit"])), "soft")

    def speak(self, language: str) -> None:
        """Use `language` from now on, in an open help page too."""
        use(language)
        self._look_at_hall()
        for screen in self.screen_stack:
            if isinstance(screen, HelpScreen):
                screen.refresh(recompose=True)
        self.draw()

    def _say(self, text: str, tone: str) -> None:
        with suppress(NoMatches):
            self._desk_screen.query_one(Notice).say(text, tone, self._clock())
