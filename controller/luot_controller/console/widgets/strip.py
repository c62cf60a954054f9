"""A dim strip of what happens in a simulated hall: for demonstrations; takes no room where there is none."""

from textual.content import Content

from luot_controller.console.plain import cut
from luot_controller.console.strip import LINES
from luot_controller.console.widgets.text import FittedText


class Strip(FittedText):
    """As high as its most lines, so that nothing else moves while it is there."""

    def on_mount(self) -> None:
        """Its height is fixed."""
        self.styles.height = LINES

    def draw(self, lines: tuple[str, ...]) -> None:
        """Show `lines`; none hides it."""
        self.set_class(bool(lines), "-shown")
        self.show(lambda cells: Content.styled("\n".join(cut(line, cells) for line in lines), "$muted"))
