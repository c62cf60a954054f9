"""The technician's one screen: all readers in a table, and what to do about the chosen one. Decides nothing."""

from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Static

from luot_controller.fleet import wording
from luot_controller.fleet.findings import Urgency
from luot_controller.fleet.state import Reader, View
from luot_controller.language import _, clock
from luot_controller.screen.plain import cut, fit
from luot_controller.screen.pulse import Reach

NOTICE_S = 10.0

_SIGNS = {Urgency.NOW: "▲", Urgency.SOON: "●", Urgency.WATCH: "○", Urgency.WELL: "✓"}
_INKS = {Urgency.NOW: "$alarm", Urgency.SOON: "$called", Urgency.WATCH: "$foreground", Urgency.WELL: "$serving"}
_WIDTHS = (12, 8, 5, 7, 6, 7, 7, 7)
_RIGHT = (False, False, True, True, True, False, True, False)
_SIGN, _LEAST_ID, _MOST_ID, _GAP = 2, 14, 18, 2
_LEAST_WHY = 24
"""Cells for what is the matter with each reader; with fewer the table does not say it."""


class FleetScreen(Screen[None]):
    """The fleet; `chosen` is the reader on whose line the cursor stands."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: Reader | None = None
        self._readers: list[Reader] = []
        self._drawn: object = None
        self._said: tuple[str, float] = ("", 0.0)

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static(id="masthead")
        yield Static(id="banner")
        yield Static(id="summary")
        yield DataTable[Content](
            id="readers", cursor_type="row", cell_padding=0, cursor_foreground_priority="renderable"
        )
        yield Static(id="heading")
        with VerticalScroll(id="todo", can_focus=False):
            yield Static(id="findings")
        yield Static(id="notice")
        yield Static(id="keys")

    def say(self, text: str, now_s: float) -> None:
        """Show one line for a while."""
        self._said = (text, now_s + NOTICE_S)
        self.query_one("#notice", Static).update(Content.styled(text, "$accent"))

    def draw(self, view: View, now_s: float, zone: tzinfo | None) -> None:
        """Show what is known as of `now_s`."""
        reach, at_ms = view.pulse.reach(now_s), view.pulse.office_ms(now_s)
        self._readers = view.readers(now_s)
        kept = None if self.chosen is None else self.chosen.id
        self.chosen = next((one for one in self._readers if one.id == kept), next(iter(self._readers), None))
        told = wording.away(reach)
        if now_s > self._said[1]:
            self._said = ("", now_s)
        lines = [
            (reader.urgency, reader.id, (*wording.cells(reader.figures, at_ms), _first(reader)))
            for reader in self._readers
        ]
        time = "--:--" if at_ms is None else clock(at_ms, zone)
        now = (lines, self.chosen, told, time, reach, self.size, view.site_name, wording.titles(), self._said[0])
        if now == self._drawn:
            return
        self._drawn = now
        self._write("masthead", _masthead(view.site_name, time, reach, self.size.width - 4))
        banner = self.query_one("#banner", Static)
        banner.display = told is not None
        banner.update(Content(told or ""))
        self._write("summary", Content(wording.summary(self._readers) if self._readers else ""))
        self._fill(lines)
        self._show_chosen()
        self._write("notice", Content.styled(self._said[0], "$accent"))
        self._write("keys", _keys())

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """The cursor stands on another line."""
        reader = next((one for one in self._readers if one.id == event.row_key.value), None)
        if reader is not None and reader != self.chosen:
            self.chosen = reader
            self._show_chosen()

    def _write(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(content)

    def _fill(self, lines: list[tuple[Urgency, str, tuple[str, ...]]]) -> None:
        table = self.query_one("#readers", DataTable)
        id_cells = min(_MOST_ID, max(_LEAST_ID, self.size.width - 2 * _GAP - _SIGN - sum(_WIDTHS)))
        why_cells = self.size.width - 2 * _GAP - _SIGN - id_cells - sum(_WIDTHS)
        widths, rights = [*_WIDTHS], [*_RIGHT]
        if why_cells >= _LEAST_WHY:
            widths, rights = [*widths, why_cells], [*rights, False]
        with self.prevent(DataTable.RowHighlighted):
            table.clear(columns=True)
            titles = (_("Reader"), *wording.titles(), "")[: len(widths) + 1]
            table.add_column("", width=_SIGN)
            for title, width, right in zip(titles, (id_cells, *widths), (False, *rights), strict=True):
                table.add_column(_cell(title, width, right), width=width)
            for level, reader, shown in lines:
                row = [Content.styled(_SIGNS[level], _INKS[level]), Content.styled(_cell(reader, id_cells), "bold")]
                for text, width, right in zip(shown, widths, rights, strict=False):  # there may be no room to say why
                    row.append(Content.styled(_cell(text, width, right), "$muted" if text == wording.UNKNOWN else ""))
                table.add_row(*row, key=reader)
            at = next((at for at, line in enumerate(lines) if self.chosen and line[1] == self.chosen.id), 0)
            table.move_cursor(row=at)

    def _show_chosen(self) -> None:
        reader = self.chosen
        if reader is None:
            self._write("heading", Content(""))
            self._write("findings", Content(_("No reader is known yet.")))
            return
        said = [wording.finding(reader.id, one) for one in reader.findings]
        self._write(
            "heading",
            Content.assemble((reader.id, "bold $accent"), f"  {reader.role}  ", (_condition(reader), "$muted")),
        )
        lines = [
            Content.assemble(
                (f"{_SIGNS[one.urgency]} ", _INKS[one.urgency]), (what, "bold"), "\n  " if todo else "", todo
            )
            for one, (what, todo) in zip(reader.findings, said, strict=True)
        ]
        well = Content.styled(_("Nothing to do here."), "$muted")
        self._write("findings", Content("\n").join(lines) if lines else well)


def _cell(text: str, width: int, right: bool = False) -> str:
    return fit(text, width - _GAP, right) + " " * _GAP


def _first(reader: Reader) -> str:
    """What is most urgent about it, where anything is."""
    return wording.finding(reader.id, reader.findings[0])[0] if reader.findings else ""


def _condition(reader: Reader) -> str:
    return _("attention: {when}").format(when=wording.urgency(reader.urgency)) if reader.findings else _("well")


def _masthead(site: str, time: str, reach: Reach, cells: int) -> Content:
    sign, word, ink = {
        Reach.OPEN: ("●", _("connected"), "$serving"),
        Reach.SEEKING: ("○", _("connecting"), "$muted"),
    }.get(reach, ("✕", _("out of reach"), "bold $alarm"))
    right = Content.assemble((time, "bold"), "   ", (f"{sign} {word}", ink))
    left = Content.assemble((_("Readers"), "bold $accent"), "   ")
    return Content.assemble(left, fit(site, max(0, cells - left.cell_length - right.cell_length)), right)


def _keys() -> Content:
    pairs = (
        ("↑↓", _("choose")),
        ("i", _("let it blink")),
        ("l", _("language")),
        ("t", _("light or dark")),
        ("q", _("leave")),
    )
    return Content("   ").join(
        Content.assemble((key, "bold $accent"), " ", (cut(label, 20), "$muted")) for key, label in pairs
    )
