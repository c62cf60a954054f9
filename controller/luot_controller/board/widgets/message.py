"""The line at the foot: how it works, one sentence at a time."""

from textual.content import Content

from luot_controller.board.widgets.drawn import Drawn
from luot_controller.screen.plain import cut


class MessageLine(Drawn):
    """One sentence, in the middle of its bar."""

    def draw(self, text: str) -> None:
        """Show `text`."""
        self.show(_message, text)


def _message(text: str, columns: int, rows: int) -> Content:
    return Content("\n" * ((rows - 1) // 2)) + Content.styled(cut(text, columns), "bold")
