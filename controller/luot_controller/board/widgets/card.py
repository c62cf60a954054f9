"""One call as a card: words above, and below, as large as its place allows, the number and the desk it is called to."""

from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual.content import Content

from luot_controller.board import pair
from luot_controller.board.calls import CALLED, SERVING, Call
from luot_controller.board.pair import Pair
from luot_controller.board.widgets.drawn import Drawn, stacked
from luot_controller.screen import digits
from luot_controller.screen.ink import inked
from luot_controller.screen.plain import cut, fit

HEADING, AIR = 1, 2
"""Rows above the digits, and around them where they are not the smallest."""

BEATS_S, BEAT_S = 4.0, 0.5
"""A new call beats for so long, once a second: nobody is hurt by that, and WCAG 2.2.2 allows 5 s."""

_STATE_INKS = {CALLED: "$called", SERVING: "$serving"}
_FRESH_SIGN = "▶ "
_DASH = 2
"""The dash for no number is that of digits of half the card's height."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands above a call: over its number, over its desk, and at the right end where there is room for it.

    With nothing over the desk, words and digits begin at the left, as on a small card; else they are in the middle.
    """

    over_number: str
    over_desk: str = ""
    at_end: str = ""


@dataclass(frozen=True, slots=True)
class _Inks:
    """Theme variables of number, arrow and desk; `words` is the style of those above, in a band or on the ground."""

    number: str
    arrow: str
    desk: str
    words: str
    has_band: bool = True


class CallCard(Drawn):
    """One call, or in a word or two that there is none."""

    def draw(
        self,
        call: Call | None,
        words: Words,
        *,
        age_s: float | None = None,
        new: str = "",
        stale: bool = False,
    ) -> None:
        """Show `call` below `words`; a `stale` one has no colours.

        One that is new, `age_s` after the hall was told, has a bright ground, a sign, and the word `new`.
        """
        fresh = age_s is not None
        self.set_class(fresh, "-fresh")
        self.set_class(age_s is not None and age_s < BEATS_S and int(age_s / BEAT_S) % 2 == 1, "-beat")
        if call is None:
            self.show(_nobody, words.over_number)
            return
        if fresh:
            at_end = f"{new}  {words.at_end}" if new else words.at_end
            words = replace(words, over_number=_FRESH_SIGN + words.over_number, at_end=at_end)
        self.show(_card, pair.pair(call), words, _inks(call, fresh, stale))


def card_rows(rows: int) -> int:
    """The height of a card with digits of `rows`."""
    return HEADING + rows + (AIR if rows > digits.SMALL_ROWS else 0)


def side(rows: int) -> int:
    """The cells that stay free at each side of a card of `rows`."""
    return 2 if rows > card_rows(digits.SMOOTH_ROWS) else 1


def _inks(call: Call, fresh: bool, stale: bool) -> _Inks:
    if fresh:
        return _Inks("$on-fresh", "$on-fresh", "$on-fresh", "bold $on-fresh", has_band=False)
    if stale or call.state not in _STATE_INKS:
        return _Inks("$muted", "$muted", "$muted", "bold $muted on $panel")
    ink = _STATE_INKS[call.state]
    return _Inks(ink, "$muted", "$foreground", f"bold {ink} on $panel")


def _card(drawn: Pair, words: Words, ink: _Inks, columns: int, rows: int) -> Content:
    edge = side(rows)
    air = AIR if rows >= card_rows(digits.SMOOTH_ROWS) else 0
    drawn, high = pair.fitted(drawn, columns - 2 * edge, rows - HEADING - air)
    if not high:
        text = Content.styled(cut(f"{drawn.number} → {drawn.desk}", columns - 2 * edge), f"bold {ink.number}")
        return stacked([_heading(words, ink, edge, 0, columns), _middle(text, columns, rows - HEADING)])
    left = (columns - pair.width(drawn, high)) // 2 if words.over_desk else edge
    body = [
        Content.assemble(" " * left, inked(number, ink.number), inked(arrow, ink.arrow), inked(desk, ink.desk))
        for number, arrow, desk in pair.lines(drawn, high)
    ]
    head = [_heading(words, ink, left, left + pair.desk_at(drawn, high), columns)]
    above = [Content("")] * ((rows - HEADING - high) // 2)
    # On the bright ground marks above capitals would reach into the dark, where there is room to avoid it.
    return stacked([*head, *above, *body] if ink.has_band else [*above[:1], *head, *above[1:], *body])


def _heading(words: Words, ink: _Inks, left: int, over_desk: int, columns: int) -> Content:
    line = " " * left + words.over_number
    if words.over_desk:
        line = fit(line, max(over_desk, cell_len(line) + 2)) + words.over_desk
    if cell_len(line) + 2 + cell_len(words.at_end) < columns:
        line += fit(words.at_end, columns - 1 - cell_len(line), right=True)
    return Content.styled(fit(line, columns), ink.words)


def _nobody(words: str, columns: int, rows: int) -> Content:
    """The words in the middle, below a dash where the number would be."""
    dash = digits.drawn("-", rows // _DASH)
    text = _middle(Content.styled(words, "bold $muted"), columns, 1)
    ink = [Content(" " * ((columns - len(line)) // 2)) + inked(line, "$muted") for line in dash if line.strip()]
    above = [Content("")] * ((rows - len(ink) - 2) // 2)
    return stacked([*above, *ink, Content(""), text])


def _middle(text: Content, columns: int, rows: int) -> Content:
    """One line in the middle of `rows`."""
    return stacked([*[Content("")] * ((rows - 1) // 2), Content(" " * ((columns - text.cell_length) // 2)) + text])
