"""Says what would follow, and asks once more: `1` does it, Escape does not. Does nothing itself."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from luot_controller.console.widgets.text import Text
from luot_controller.language import _

YES = "1"


class ConfirmScreen(ModalScreen[str | None]):
    """Over the desk screen; `lines` are what would follow, `deed` is what `1` does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", show=False),
        Binding(YES, "do", "Do it", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], deed: str) -> None:
        super().__init__()
        self._heading, self._lines, self._deed = title, lines, deed

    def compose(self) -> ComposeResult:
        """The lines, and below them the one key."""
        with Vertical(id="confirm", classes="dialog") as frame:
            frame.border_title = self._heading
            frame.border_subtitle = _("Esc closes")
            for line in self._lines:
                yield Text(line)
            yield Text()
            yield Deed(Content.assemble((f" {YES} ", "bold $on-accent on $accent"), "  ", self._deed), id="deed")

    def action_do(self) -> None:
        """It is wanted."""
        self.dismiss(YES)


class Deed(Text):
    """A click does the same as the key."""

    async def on_click(self) -> None:
        """Do it."""
        await self.run_action("screen.do")
