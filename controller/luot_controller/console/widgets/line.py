"""The line by service: who waits, who heads it, how long a newcomer would wait, and which of them this desk serves."""

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from luot_controller.console.state import Line, View
from luot_controller.console.widgets.text import FittedText
from luot_controller.language import _, wait_in_short
from luot_controller.screen.plain import cut, fit, leader

_MARK, _NAME, _WAITING, _HEAD, _RANGE, _GAP = 2, 8, 10, 25, 16, 3
_LED_FROM = 40
"""Cells that the eye does not cross by itself."""


class LineTable(Vertical):
    """A table with one row for each service; those of this desk first and marked."""

    def compose(self) -> ComposeResult:
        """Titles, and rows that scroll where there are many services."""
        yield FittedText(id="line-titles", classes="heading")
        with VerticalScroll(id="line-scroll", can_focus=True):
            yield FittedText(id="line-rows", classes="detail")

    def draw(self, view: View) -> None:
        """Show what is known now."""
        lines = {service: view.lines.get(service) for service in _services(view)}
        self.query_one("#line-titles", FittedText).show(_titles)
        self.query_one("#line-rows", FittedText).show(
            lambda cells: Content("\n").join(_row(view, service, line, cells) for service, line in lines.items())
        )


def _services(view: View) -> list[str]:
    """Every service known: this desk's first, then in the site's order."""
    named = list(view.site.services) if view.site else []
    every = named + sorted(set(view.lines) - set(named))
    return sorted(every, key=lambda service: service not in view.served)


def _widths(cells: int) -> tuple[int, int]:
    """The columns of names and of head numbers, which share what the others leave."""
    room = cells - _MARK - _WAITING - _GAP - _RANGE
    head = min(_HEAD, max(0, room - _NAME))
    return max(_NAME, room - head), head


def _titles(cells: int) -> Content:
    name, head = _widths(cells)
    columns = (
        fit("", _MARK),
        fit(_("Service"), name),
        fit(_("waiting"), _WAITING, right=True),
        fit("", _GAP),
        fit(_("first (* priority)"), head),
        fit(_("expected wait"), _RANGE, right=True),
    )
    return Content.styled("".join(columns), "$muted")


def _row(view: View, service: str, line: Line | None, cells: int) -> Content:
    name, head = _widths(cells)
    ours = service in view.served
    ink, strong = ("$foreground", "bold $foreground") if ours else ("$muted", "$muted")
    label, waiting = cut(view.service_name(service), name), cut(str(line.waiting) if line else "-", _WAITING)
    return Content.assemble(
        (fit("▸" if ours else "", _MARK), "bold $accent"),
        (label, strong),
        (leader(name + _WAITING - cell_len(label) - cell_len(waiting), _LED_FROM), "$muted"),
        (waiting, strong),
        fit("", _GAP),
        (fit(_first(view, line) if line else "", head), ink),
        (fit(wait_in_short(line.lo_min, line.hi_min, line.closes_first) if line else "", _RANGE, right=True), ink),
    )


def _first(view: View, line: Line) -> str:
    return "  ".join(f"{number}{'*' if view.is_priority(class_id) else ''}" for number, class_id in line.head)
