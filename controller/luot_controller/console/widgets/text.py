"""Text that is only drawn again when it has changed: an idle console sends nothing over a slow line."""

from collections.abc import Callable

from textual.content import Content
from textual.widgets import Static

from luot_controller.console.widgets.measured import Measured


class Text(Static, Measured):
    """A text; what it shows is never read as markup."""

    _shown = Content("")

    def show(self, content: Content | str) -> None:
        """Show `content` from now on."""
        content = Content(content) if isinstance(content, str) else content
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content)


def _nothing(_cells: int) -> Content:
    return Content("")


class FittedText(Measured):
    """A text made for the width it is given; a change of width may not change how many lines it has."""

    _make: Callable[[int], Content] = staticmethod(_nothing)
    _shown = Content("")

    def show(self, make: Callable[[int], Content]) -> None:
        """Show what `make` returns for a width in cells, from now on and after each change of that width."""
        self._make = make
        if not make(self.content_size.width).is_same(self._shown):
            self.refresh(layout=True)

    def render(self) -> Content:
        """The text for the width there is."""
        self._shown = self._make(self.content_size.width)
        return self._shown
