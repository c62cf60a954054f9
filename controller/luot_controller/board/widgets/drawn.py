"""What is drawn for the place it is given, and drawn again only when it has changed; knows nothing of the office."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from textual.content import Content
from textual.widget import Widget

_HALVES = frozenset("█▀▄")


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


def inked(line: str, ink: str) -> Content:
    """One line of digits in `ink`, a theme variable."""
    # A whole block is also painted as background: some terminals leave a gap between lines of blocks.
    runs = groupby(line, key=lambda char: char if char in _HALVES else " ")
    styles = {"█": f"{ink} on {ink}", " ": f"bold {ink}"}
    return Content.assemble(*(("".join(chars), styles.get(kind, ink)) for kind, chars in runs))
