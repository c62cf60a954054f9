"""A short list to choose one thing from, by its number key, the arrows and Enter, or a click; does nothing with it."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from luot_controller.language import _
from luot_controller.screen.plain import cut

KEYED = 9
"""The first so many have a number key."""

_MAX_CELLS = 45


class ChoiceScreen(ModalScreen[str | None]):
    """Over the desk screen until one is chosen, or Escape; `choices` are texts by what is handed back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", show=False),
        *(Binding(str(place), f"choose({place})", show=False) for place in range(1, KEYED + 1)),
    ]

    def __init__(self, title: str, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._heading = title
        self._choices = dict(choices)

    def compose(self) -> ComposeResult:
        """The list, with its keys said on its frame."""
        options = OptionList(*(Option(_line(at, text)) for at, text in enumerate(self._choices.values(), 1)), id="list")
        options.border_title = self._heading
        options.border_subtitle = _("1-9 or Enter chooses, Esc closes")
        yield options

    def action_choose(self, place: int) -> None:
        """Hand back the one at `place`, from 1; a place that is not there does nothing."""
        if place <= len(self._choices):
            self.dismiss(list(self._choices)[place - 1])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose(event.option_index + 1)


def _line(place: int, text: str) -> Content:
    key = str(place) if place <= KEYED else " "
    return Content.assemble(
        (f" {key} ", "bold $on-accent on $accent" if place <= KEYED else ""), "  ", cut(text, _MAX_CELLS)
    )
