"""The bar that says, so that nobody can miss it, that what is shown is old; takes no room otherwise."""

from textual.content import Content

from luot_controller.board.widgets.drawn import Drawn, stacked
from luot_controller.screen import digits
from luot_controller.screen.ink import inked

_SIGN = "▲ ▲ ▲"


class Banner(Drawn):
    """Shown only while the office is out of reach."""

    def draw(self, told: tuple[str, str] | None) -> None:
        """Show a headline and what to do, or nothing."""
        self.display = told is not None
        if told is not None:
            self.show(_banner, *told)


def _banner(headline: str, advice: str, columns: int, rows: int) -> Content:
    """The headline, its numbers in digits where there are rows for them, and the advice."""
    headline = f"{_SIGN}   {headline}   {_SIGN}"
    drawn = digits.drawn(headline, digits.SMALL_ROWS) if rows > digits.SMALL_ROWS else [headline]
    air = [Content("")] * ((rows - len(drawn) - 1) // 2)
    lines = [*(inked(line, "$on-banner") for line in drawn), *air, Content(advice)]
    return stacked(line.truncate(columns, ellipsis=True) for line in lines)
