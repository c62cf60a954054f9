"""A number as large as its place allows, to be read from across the desk; nothing but digits."""

from textual.content import Content
from textual.geometry import Size

from luot_controller.console.widgets.measured import Measured
from luot_controller.screen import digits
from luot_controller.screen.ink import inked


class BigNumber(Measured):
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
        return digits.width(self._text, self._tallest(container)) or len(self._text)

    def render(self) -> Content:
        """The largest drawing that fits; plain bold text where even the smallest does not."""
        rows = digits.drawn(self._text, self._tallest(self.size))
        return Content("\n").join(inked(row, self.ink) for row in rows or [self._text])

    def _tallest(self, size: Size) -> int:
        """The rows of the largest digits that fit in `size`; 0 when none do."""
        high = digits.heights(size.height)
        return next((rows for rows in high if digits.width(self._text, rows) <= size.width), 0)

    @property
    def _text(self) -> str:
        return "-" if self.number is None else str(self.number)
