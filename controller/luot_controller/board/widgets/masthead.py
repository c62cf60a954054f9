"""The top of the screen: which office this is, and the time there."""

from textual.content import Content

from luot_controller.board.widgets.drawn import Drawn, stacked
from luot_controller.screen import digits
from luot_controller.screen.ink import inked
from luot_controller.screen.plain import fit


class Masthead(Drawn):
    """One line, or three with a large clock."""

    def draw(self, site: str, time: str, stale: bool) -> None:
        """Show the name of the site, and the time as `09:41`; while `stale`, on the ground of the bad news."""
        inks = ("$on-banner", "$on-banner") if stale else ("$accent", "$foreground")
        self.show(_masthead, site, time, inks)


def _masthead(site: str, time: str, inks: tuple[str, str], columns: int, rows: int) -> Content:
    clock = digits.drawn(time, min(rows, digits.SMALL_ROWS)) or [time]
    lines = [inked(line, inks[1]) for line in clock]
    room = columns - lines[0].cell_length
    names = [fit(site if row == (len(lines) - 1) // 2 else "", room) for row in range(len(lines))]
    named = (Content.styled(name, f"bold {inks[0]}") + line for name, line in zip(names, lines, strict=True))
    return stacked([*[Content("")] * ((rows - len(lines)) // 2), *named])
