"""What is drawn for the place it is given, and drawn again only when it has changed; knows nothing of the office."""

from collections.abc import Callable, Iterable
from typing import Any

from textual.content import Content
from textual.widget import Widget


def _nothing(_columns: int, _rows: int) -> Content:
    return Content("")


class Drawn(Widget):
    """A drawing of the size that styles give it."""

    _drawing: tuple[Callable[..., Content], tuple[Any, ...]] = (_nothing, ())

    def show(self, draw: Callable[..., Content], *about: Any) -> None:
        """Show what `draw(*about, columns, rows)` makes for the place there is; `about` must tell all that counts."""
        if (draw, about) != self._drawing:
            self._drawing = (draw, about)
            self.refresh()

    def render(self) -> Content:
        """The drawing for the place there is now."""
        draw, about = self._drawing
        return draw(*about, *self.content_size)


def stacked(lines: Iterable[Content]) -> Content:
    """One below the other."""
    return Content("\n").join(lines)
