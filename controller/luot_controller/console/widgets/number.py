"""A number as large as its place allows, to be read from across the desk; nothing but digits."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from luot_controller.screen.faces import largest
from luot_controller.screen.ink import inked


class BigNumber(Widget):
    """A number drawn in blocks, in the ink named by a theme variable; a dash for none."""

    number: int | None = None
    ink = "$foreground"

    def draw(self, number: int | None, ink: str) -> None:
        """Show `number` in `ink`, a theme variable such as `$called`; None shows a dash."""
        if (number, ink) != (self.number, self.ink):
            self.number, self.ink = number, ink
            self.refresh(layout=self.styles.auto_dimensions)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - as Textual calls it
        """As wide as the number is in the height of its place, for a style that says `width: auto`."""
        rows = largest(self._text, container.width, container.height)
        return len(rows[0]) if rows else len(self._text)

    def render(self) -> Content:
        """The largest drawing that fits; plain bold text where even the smallest does not."""
        rows = largest(self._text, self.size.width, self.size.height)
        if rows is None:
            return Content.styled(self._text, f"bold {self.ink}")
        return Content("\n").join(inked(row, self.ink) for row in rows)

    @property
    def _text(self) -> str:
        return "-" if self.number is None else str(self.number)
