"""The number at this desk: large, with its state, how long, service, and how often it was called."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from luot_controller.console import wording
from luot_controller.console.actions import CALLED, FREE, NEXT, OPEN, OPEN_DESK, SERVING
from luot_controller.console.state import Desk, View
from luot_controller.console.widgets.number import BigNumber
from luot_controller.console.widgets.text import FittedText, Text
from luot_controller.language import _, duration

_INKS = {CALLED: "$called", SERVING: "$serving"}


class Current(Vertical):
    """The left card of the desk screen."""

    def compose(self) -> ComposeResult:
        """A heading, the number, two lines of detail, the held ones; the reason of the call where there is room."""
        yield Text(id="current-state", classes="heading")
        yield BigNumber(id="current-number")
        yield Text(id="current-service", classes="detail")
        yield Text(id="current-number-text", classes="detail")
        yield Text(id="current-why", classes="detail")
        yield FittedText(id="current-held", classes="detail")

    def draw(self, view: View, now_s: float) -> None:
        """Show it as of `now_s`."""
        desk = view.desk
        ink = _INKS.get(desk.state, "$muted") if desk else "$muted"
        self.query_one("#current-state", Text).show(_heading(view, desk, ink, now_s))
        self.query_one(BigNumber).draw(desk.number if desk else None, ink)
        self.query_one("#current-service", Text).show(_service(view, desk))
        self.query_one("#current-number-text", Text).show(_number(desk))
        why = wording.why(view, desk.reason, desk.class_id, desk.over) if desk and desk.reason else ""
        self.query_one("#current-why", Text).show(Content.styled(why, "$muted"))
        self.query_one("#current-held", FittedText).show(
            lambda cells: Content.styled(wording.held(desk, cells) if desk else "", "bold $called")
        )


def priority_tag() -> Content:
    """The one word that it is a priority visit; on what ground is nobody's business."""
    word = _("priority")
    return Content.styled(f" {word} ", "bold $on-priority on $priority")


def _heading(view: View, desk: Desk | None, ink: str, now_s: float) -> Content:
    if desk is None:
        return Content.styled(_("Waiting for the office"), "$muted")
    off = wording.off_duty(desk)
    if off and desk.number is None:
        return Content.styled(off.upper(), "bold $background")
    state = Content.styled(wording.desk_state(desk.state).upper(), f"bold {ink}")
    at_ms = view.pulse.office_ms(now_s)
    if desk.number is None or desk.since_ms is None or at_ms is None:
        return state
    return Content.assemble(
        state, "   ", duration(at_ms - desk.since_ms), (f"   {off.upper()}" if off else "", "bold $called")
    )


def _service(view: View, desk: Desk | None) -> Content:
    if desk is None or desk.number is None:
        return Content("")
    name = Content.styled(view.service_name(desk.service), "bold")
    return Content.assemble(priority_tag(), "  ", name) if view.is_priority(desk.class_id) else name


def _number(desk: Desk | None) -> str:
    if desk is None:
        return ""
    if desk.number is None:
        if desk.duty != OPEN:
            return _("Press {key} to open the desk.").format(key=OPEN_DESK.key)
        return _("Press {key} to call the next number.").format(key=NEXT.key) if desk.state == FREE else ""
    return wording.at_desk(desk.number, desk.recalls, desk.leaving)
