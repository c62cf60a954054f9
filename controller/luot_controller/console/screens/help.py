"""The help page: every action of the registry with what it does, and the marks on the screen explained."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from luot_controller.console import wording
from luot_controller.console.actions import APP_ACTIONS, STATES, Action
from luot_controller.console.bindings import bindings, possible
from luot_controller.console.widgets.text import Text
from luot_controller.language import _
from luot_controller.screen.plain import fit

_KEY = 5


class HelpScreen(ModalScreen[None]):
    """Over the desk screen until Escape or `?`."""

    # Language, colours and quitting work here too; the desk's keys do not.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,question_mark,f1", "dismiss", "Close", show=False),
        *bindings(action for action in APP_ACTIONS if action.name in ("language", "theme", "quit")),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling page, in the language in use."""
        with VerticalScroll(id="help") as page:
            page.border_title = _("Help")
            page.border_subtitle = _("Esc closes")
            for action in possible(self.app):
                yield from _row(
                    Content.assemble((fit(action.key, _KEY), "bold $accent"), (_(action.label), "bold")), _what(action)
                )
            yield Text()
            yield from _row(Content.styled("▸", "bold $accent"), _("A service of this desk."))
            yield from _row(Content.styled("*", "bold"), _("A priority number."))
            yield from _row("", _("The reason of every call is kept, for whoever asks."))


def _row(left: Content | str, right: Content | str) -> ComposeResult:
    with Horizontal(classes="help-row"):
        yield Text(left, classes="help-key")
        yield Text(right, classes="help-what")


def _what(action: Action) -> Content:
    states = [wording.desk_state(state) for state in STATES if state in action.states]
    when = f" ({', '.join(states).lower()})" if 0 < len(states) < len(STATES) else ""
    return Content.assemble(_(action.help), (when, "$muted"))
