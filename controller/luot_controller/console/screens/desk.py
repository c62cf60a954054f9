"""The one screen a clerk looks at all day: arranges the widgets and draws them from the read model."""

from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from luot_controller.console.actions import ACTIONS, APP_ACTIONS, DESK_ACTIONS, OPEN, OTHER_DESK, offered
from luot_controller.console.bindings import bindings
from luot_controller.console.state import View
from luot_controller.console.strip import HallLine
from luot_controller.console.widgets.banner import Banner
from luot_controller.console.widgets.current import Current
from luot_controller.console.widgets.desks import DesksTable
from luot_controller.console.widgets.keys import Keys
from luot_controller.console.widgets.line import LineTable
from luot_controller.console.widgets.masthead import Masthead
from luot_controller.console.widgets.notice import Notice
from luot_controller.console.widgets.strip import Strip
from luot_controller.console.widgets.upcoming import UpcomingCard
from luot_controller.screen.pulse import Reach


class DeskScreen(Screen[None]):
    """One desk."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Masthead(id="masthead")
        yield Banner(id="banner")
        with Horizontal(id="cards"):
            yield Current(id="current", classes="card")
            yield UpcomingCard(id="upcoming", classes="card")
        with Horizontal(id="lines"):
            yield LineTable(id="line", classes="card")
            yield DesksTable(id="desks", classes="card")
        yield Strip(id="strip")
        yield Notice(id="notice")
        yield Keys((*DESK_ACTIONS, OTHER_DESK), id="desk-keys")
        yield Keys(APP_ACTIONS, id="app-keys")

    def draw(self, view: View, now_s: float, zone: tzinfo | None, hall: tuple[HallLine, ...] = ()) -> None:
        """Show what is known as of `now_s`; `hall` is what stands in the strip."""
        reach = view.reach(now_s)
        open_ = reach is Reach.OPEN
        self.set_class(not open_, "-locked")
        self.set_class(bool(hall), "-hall")
        self.set_class(view.desk is not None and view.desk.number is None and view.desk.duty != OPEN, "-off-duty")
        self.query_one(Masthead).draw(view, reach, now_s, zone)
        self.query_one(Banner).draw(view, reach)
        self.query_one(Current).draw(view, now_s)
        self.query_one(UpcomingCard).draw(view, now_s)
        self.query_one(LineTable).draw(view)
        self.query_one(DesksTable).draw(view)
        self.query_one(Strip).draw(hall)
        self.query_one(Notice).draw(now_s)
        self.query_one("#desk-keys", Keys).draw(offered(view, now_s) if open_ else ())
        self.query_one("#app-keys", Keys).draw(APP_ACTIONS)
