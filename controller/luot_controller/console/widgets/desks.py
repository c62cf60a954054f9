"""The other desks of the office, for screens wide enough: which number is where."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from luot_controller.console import wording
from luot_controller.console.actions import CALLED, FREE, OPEN, SERVING
from luot_controller.console.state import Desk, View
from luot_controller.console.widgets.text import FittedText, Text
from luot_controller.language import _
from luot_controller.screen.plain import fit

_INKS = {CALLED: "$called", SERVING: "$serving"}
_DESK, _NUMBER, _GAP = 12, 6, 3


class DesksTable(Vertical):
    """A table with one row for each other desk."""

    def compose(self) -> ComposeResult:
        """A title, and rows that scroll where there are many desks."""
        yield Text(id="desk-titles", classes="heading")
        with VerticalScroll(id="desk-scroll", can_focus=False):
            yield FittedText(id="desk-rows", classes="detail")

    def draw(self, view: View) -> None:
        """Show what is known now."""
        others = sorted(set(view.desks) - {view.desk_id}, key=lambda desk: (len(desk), desk))
        desks = {desk_id: view.desks[desk_id] for desk_id in others}
        self.query_one("#desk-titles", Text).show(Content.styled(_("Other desks"), "$muted"))
        self.query_one("#desk-rows", FittedText).show(
            lambda cells: Content("\n").join(_row(desk_id, desk, cells) for desk_id, desk in desks.items())
        )


def _row(desk_id: str, desk: Desk, cells: int) -> Content:
    state = desk.duty if desk.state == FREE and desk.duty != OPEN else desk.state
    state_cells = max(6, cells - _DESK - _NUMBER - _GAP)
    return Content.assemble(
        fit(wording.desk_name(desk_id), _DESK),
        (fit("" if desk.number is None else str(desk.number), _NUMBER, right=True), "bold"),
        fit("", _GAP),
        (fit(wording.desk_state(state), state_cells), _INKS.get(state, "$muted")),
    )
