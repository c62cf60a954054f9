"""The one screen of the hall: arranges the widgets and draws them from the read model."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.screen import Screen

from luot_controller.board import wording
from luot_controller.board.calls import MOST, Call
from luot_controller.board.layout import Layout, arrange
from luot_controller.board.pages import PAGE_S, page
from luot_controller.board.pair import pair
from luot_controller.board.state import View
from luot_controller.board.widgets.banner import Banner
from luot_controller.board.widgets.card import CallCard, Words
from luot_controller.board.widgets.masthead import Masthead
from luot_controller.board.widgets.message import MessageLine
from luot_controller.board.widgets.services import Services, has_words
from luot_controller.language import clock

_GONE = 1
"""So many of the calls that have gone should be seen, also if digits get smaller by it; more where there is room."""


class _Moment(NamedTuple):
    """When something is drawn, where, and whether what is known is old."""

    now_s: float
    zone: tzinfo | None
    stale: bool

    def age_s(self, call: Call) -> float | None:
        """How long ago the hall was told of a call; None when it is not new any more."""
        if call.told_s is None or self.stale or not call.is_fresh(self.now_s):
            return None
        return self.now_s - call.told_s


class BoardScreen(Screen[None]):
    """The board."""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Masthead(id="masthead")
        yield Banner(id="banner")
        with Vertical(id="calls"):
            yield CallCard(id="newest")
            with Grid(id="others"):
                for _card in range(2 * MOST):
                    yield CallCard(classes="other")
        yield Services(id="services")
        yield MessageLine(id="message")

    def draw(self, view: View, now_s: float, zone: tzinfo | None) -> None:
        """Show what is known as of `now_s`."""
        told = wording.away(view.pulse, now_s, zone)
        moment, turn, at_ms = _Moment(now_s, zone, told is not None), int(now_s / PAGE_S), view.pulse.office_ms(now_s)
        newest, others, gone = view.calls.newest(now_s), view.calls.others(now_s), view.calls.gone(at_ms)
        layout = arrange(
            *self.size,
            away=moment.stale,
            newest=pair(newest) if newest else None,
            others=[pair(call) for call in (*others, *gone)],
            wanted=len(others) + min(_GONE, len(gone)),
            services=len(view.services),
        )
        self._arrange(layout)
        self.set_class(moment.stale, "-stale")
        time = "--:--" if at_ms is None else clock(at_ms, zone)
        self.query_one(Masthead).draw(view.site_name, time, moment.stale)
        self.query_one(Banner).draw(told)
        self._draw_newest(newest, wording.nobody(heard=at_ms is not None), moment)
        slots = layout.abreast * layout.bands
        is_news = any(call.is_fresh(now_s) for call in others)
        shown = page(others, slots, 0 if is_news else turn)
        # What has gone fills the room that is left, and makes no page turn.
        calls = [*shown.items, *(gone if shown.of == 1 else [])][:slots]
        self._draw_others(calls, f"{shown.at}/{shown.of}" if shown.of > 1 else "", moment)
        in_words = has_words(self.size.width)
        lines = [wording.line(service, in_words) for service in view.services]
        self.query_one(Services).draw(wording.waiting(view.waiting, in_words), lines, turn, layout.line)
        self.query_one(MessageLine).draw(wording.tip(turn, moment.stale))

    def _arrange(self, layout: Layout) -> None:
        message, services, grid = self.query_one(MessageLine), self.query_one(Services), self.query_one("#others", Grid)
        self.query_one(Masthead).styles.height = layout.masthead
        self.query_one(Banner).styles.height = layout.banner
        message.styles.height = layout.message
        message.styles.margin = (layout.gap, 0, 0, 0)
        services.display = layout.services > 0
        services.styles.height = layout.services
        grid.display = layout.bands > 0
        grid.styles.grid_size_columns = layout.abreast
        grid.styles.grid_rows = str(layout.card)

    def _draw_newest(self, call: Call | None, nobody: str, moment: _Moment) -> None:
        card = self.query_one("#newest", CallCard)
        if call is None:
            card.draw(None, Words(nobody))
        else:
            words = Words(*wording.labels(call, moment.stale), wording.called_at(call, moment.zone))
            card.draw(call, words, new=wording.new(), age_s=moment.age_s(call), stale=moment.stale)

    def _draw_others(self, calls: Sequence[Call], pages: str, moment: _Moment) -> None:
        for at, card in enumerate(self.query(".other").results(CallCard)):
            card.display = at < len(calls)
            if at < len(calls):
                call = calls[at]
                at_end = pages if pages and call is calls[-1] else wording.called_at(call, moment.zone)
                words = Words(wording.state(call, moment.stale), at_end=at_end)
                card.draw(call, words, age_s=moment.age_s(call), stale=moment.stale)
