"""A dim strip of what happens in a simulated hall: for demonstrations; takes no room where there is none."""

from rich.cells import cell_len
from textual.content import Content

from luot_controller.console.strip import HallLine
from luot_controller.console.widgets.text import FittedText
from luot_controller.screen.plain import cut, fit

_BETWEEN, _MORE = " · ", " …"
_MOST_LABEL = 12


class Strip(FittedText):
    """As high as the styles say, so that nothing else moves while it is there; a low screen cuts the last line."""

    def draw(self, lines: tuple[HallLine, ...]) -> None:
        """Show `lines`; none hides it."""
        self.set_class(bool(lines), "-shown")
        label = min(_MOST_LABEL, max((cell_len(line.label) for line in lines), default=0)) + 2
        self.show(lambda cells: Content("\n").join(_line(line, label, cells) for line in lines))


def _line(line: HallLine, label: int, cells: int) -> Content:
    return Content.assemble(
        (fit(fit(line.label, label - 2), label), "$accent"), (_joined(line.parts, cells - label), "$muted")
    )


def _joined(parts: tuple[str, ...], cells: int) -> str:
    """As many whole parts as there is room for, and an ellipsis for the rest."""
    for count in range(len(parts), 0, -1):
        text = _BETWEEN.join(parts[:count]) + (_MORE if count < len(parts) else "")
        if cell_len(text) <= cells:
            return text
    return cut(_BETWEEN.join(parts), cells)
