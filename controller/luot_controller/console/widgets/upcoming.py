"""Who is next at this desk, and why: one plain sentence, so that a clerk can say it to whoever asks."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from luot_controller.console import wording
from luot_controller.console.state import Upcoming, View
from luot_controller.console.widgets.current import priority_tag
from luot_controller.console.widgets.number import BigNumber
from luot_controller.console.widgets.text import Text
from luot_controller.language import _


class UpcomingCard(Vertical):
    """The right card of the desk screen."""

    def compose(self) -> ComposeResult:
        """A heading; who, and beside it for what and how long; why."""
        yield Text(id="next-heading", classes="heading")
        with Horizontal(id="next-who"):
            yield BigNumber(id="next-number")
            yield Text(id="next-service")
        yield Text(id="next-reason", classes="detail")

    def draw(self, view: View, now_s: float) -> None:
        """Show it as of `now_s`."""
        upcoming = view.upcoming
        heading = Content.styled(_("Next in line").upper(), "bold $accent")
        about, reason = Content(""), ""
        if upcoming is not None:
            number = _("number {number}").format(number=upcoming.number)
            heading = Content.assemble(heading, "   ", (number, "bold"))
            about = _about(view, upcoming, now_s)
            reason = wording.why(view, upcoming.reason, upcoming.class_id, upcoming.over)
        elif view.upcoming_known:
            reason = wording.refusal("nobody_waiting" if view.day_open else "day_closed", view.desk_id)
        self.query_one("#next-heading", Text).show(heading)
        self.query_one("#next-who").visible = upcoming is not None
        self.query_one(BigNumber).draw(upcoming.number if upcoming else None, "$foreground")
        self.query_one("#next-service", Text).show(about)
        self.query_one("#next-reason", Text).show(reason)


def _about(view: View, upcoming: Upcoming, now_s: float) -> Content:
    lines = [Content.styled(view.service_name(upcoming.service), "bold")]
    if view.is_priority(upcoming.class_id):
        lines.append(priority_tag())
    lines.append(Content.styled(wording.waited(view, upcoming.rank_ms, now_s), "$muted"))
    return Content("\n").join(lines)
