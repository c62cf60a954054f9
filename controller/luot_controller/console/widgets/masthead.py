"""The top line: which desk of which office, the office's time, and whether it can be reached."""

from datetime import tzinfo

from textual.content import Content

from luot_controller.console import wording
from luot_controller.console.state import View
from luot_controller.console.widgets.text import FittedText
from luot_controller.language import _, clock
from luot_controller.screen.plain import fit
from luot_controller.screen.pulse import Reach


class Masthead(FittedText):
    """One line across the screen."""

    def draw(self, view: View, reach: Reach, now_s: float, zone: tzinfo | None) -> None:
        """Show it as of `now_s`."""
        at_ms = view.pulse.office_ms(now_s)
        time = clock(at_ms, zone) if at_ms is not None else "--:--"
        sign, word, ink = {
            Reach.OPEN: ("●", _("connected"), "$serving"),
            Reach.SEEKING: ("○", _("connecting"), "$muted"),
        }.get(reach, ("✕", _("out of reach"), "bold $alarm"))
        right = Content.assemble((time, "bold"), "   ", (f"{sign} {word}", ink))
        left = Content.assemble((wording.desk_name(view.desk_id), "bold $accent"), "   ")
        name = view.site.name if view.site else ""
        self.show(lambda cells: Content.assemble(left, fit(name, cells - left.cell_length - right.cell_length), right))
