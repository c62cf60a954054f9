"""One line to type an answer into; what is not an answer is said on the spot. Does nothing with it."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from luot_controller.console.widgets.text import Text
from luot_controller.language import _

MOST_CHARS = 200
"""A text of the protocol holds 256."""


class PromptScreen(ModalScreen[str | None]):
    """Over the desk screen until Enter on an answer, or Escape.

    `wrong` says in words what is wrong with an answer, empty for nothing; `value` stands there from the start.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close", show=False)]

    def __init__(self, title: str, hint: str, wrong: Callable[[str], str], value: str = "") -> None:
        super().__init__()
        self._heading, self._hint, self._wrong, self._value = title, hint, wrong, value

    def compose(self) -> ComposeResult:
        """The hint, or what is wrong, below the line."""
        with Vertical(id="prompt", classes="dialog") as frame:
            frame.border_title = self._heading
            frame.border_subtitle = _("Enter goes on, Esc closes")
            yield Input(self._value, max_length=MOST_CHARS, compact=True, id="prompt-answer")
            yield Text(self._hint, id="prompt-hint")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        answer = " ".join(event.value.split())
        wrong = self._wrong(answer)
        if wrong:
            self.query_one("#prompt-hint", Text).show(wrong)
        else:
            self.dismiss(answer)
