"""`luot card enrol`: the technician's side of a sitting (`luot_controller.enrolling`): its keys, and its lines."""

import json
import queue
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import click

from luot_controller import enrolling
from luot_controller.access import SUPERVISOR
from luot_controller.commands.options import card_number
from luot_controller.commands.reach import find_access
from luot_controller.commands.saying import language_of, saying_options
from luot_controller.enrolling import News, Sitting
from luot_controller.errors import LuotError
from luot_controller.language import N_, _, ngettext, use
from luot_protocol.messages import LARGEST_NUMBER

_LOOK_S = 0.1
_BYE_S = 2.0


@click.command("enrol")
@click.argument("reader")
@click.option("--start", type=card_number, metavar="NUMBER", help="The first number. Default: after the highest.")
@click.option("--count", type=click.IntRange(1), metavar="CARDS", help="End after so many.")
@click.option(
    "--idle",
    "idle_s",
    type=click.FloatRange(1, 3600),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="End when no card has come for so long.",
)
@saying_options
def command(
    reader: str,
    start: int | None,
    count: int | None,
    idle_s: float,
    data: Path,
    url: str | None,
    language: str | None,
    as_json: bool,
    timeout_s: float,
) -> None:
    """Give numbers in order to a stack of cards, held one after another to READER, any reader of the office.

    Numbers that other cards have are passed over. Meanwhile a tap there is no visit, and the reader shows each card's
    number. Type u and Enter to take back the last card, p to pause and to go on, a number to go on from there, q to
    end; Ctrl-C ends too, and so does READER itself half a minute after this command has gone.
    """
    from luot_controller.client import OfficeClient

    access = find_access(SUPERVISOR, data, url)
    use(language or language_of(data))
    sitting, lines = Sitting(reader, timeout_s), _Lines(as_json)
    with OfficeClient(access, watch=("event", "reader"), on_change=sitting.hear) as office:
        office.wait_ready(timeout_s)
        sitting.begin(office, start or 0)
        try:
            lines.begin(reader, sitting.next_number)
            _sit(sitting, lines, count, idle_s)
        finally:
            with suppress(LuotError):
                sitting.end(_BYE_S)
            lines.end(sitting.counts)


def _sit(sitting: Sitting, lines: "_Lines", count: int | None, idle_s: float) -> None:
    typed = _typed()
    last_s = time.monotonic()
    while count is None or sitting.counts[enrolling.ENROLLED] - sitting.counts[enrolling.UNDONE] < count:
        for news in sitting.news(_LOOK_S):
            last_s = time.monotonic()
            lines.show(news)
        with suppress(queue.Empty):
            if _obey(typed.get_nowait(), sitting, lines):
                return
            last_s = time.monotonic()
        if time.monotonic() - last_s > idle_s:
            lines.tell(_("No card for {seconds:g} s: this is the end.").format(seconds=idle_s))
            return


def _obey(word: str, sitting: Sitting, lines: "_Lines") -> bool:
    """Do what was typed; True to end."""
    if word == "u":
        undone = sitting.undo()
        if undone is None:
            lines.tell(_("No card of this sitting is left to take back."))
        else:
            lines.show(undone)
    elif word == "p":
        lines.show(sitting.pause(not sitting.paused))
    elif word.isascii() and word.isdigit() and 1 <= int(word) <= LARGEST_NUMBER:
        sitting.go_on_at(int(word))
        lines.tell(_("The next card gets number {number}.").format(number=sitting.next_number))
    elif word and word != "q":
        lines.tell(_("Type u, p, q or a number, and Enter."))
    return word == "q"


def _typed() -> "queue.SimpleQueue[str]":
    """The lines of standard input as they come; its end says nothing."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line.strip().lower())

    threading.Thread(target=read, daemon=True).start()
    return lines


class _Lines:
    """A line for each card on standard output, and what is to be done about it on stderr."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._began_s = self._last_s = time.monotonic()
        self._enrolled = 0

    def begin(self, reader: str, number: int) -> None:
        """The reader waits for the first card."""
        self._began_s = self._last_s = time.monotonic()
        text = _("Hold the cards to {reader}, one after another: the first gets number {number}.")
        self.tell(text.format(reader=reader, number=number))

    def show(self, news: News) -> None:
        """One card, or one thing that is wrong with one."""
        now_s = time.monotonic()
        if self._as_json:
            fields = {"what": news.what, "number": news.number, "detail": news.detail}
            took = {"took_s": round(now_s - self._last_s, 3)} if news.what == enrolling.ENROLLED else {}
            click.echo(json.dumps({key: value for key, value in fields.items() if value is not None} | took))
        elif news.what == enrolling.FAULT:
            self.tell(_fault(news.detail or ""))
        else:
            self._enrolled += {enrolling.ENROLLED: 1, enrolling.UNDONE: -1}.get(news.what, 0)
            click.echo(f"{_text(news)}  ({self._enrolled}, {now_s - self._last_s:.1f} s)")
        if news.what == enrolling.ENROLLED:
            self._last_s = now_s

    def tell(self, text: str) -> None:
        """Talk."""
        click.echo(text, err=True)

    def end(self, counts: Counter[str]) -> None:
        """What came of it all."""
        took_s = self._last_s - self._began_s
        enrolled, undone = counts[enrolling.ENROLLED], counts[enrolling.UNDONE]
        if self._as_json:
            each = {"s_a_card": round(took_s / enrolled, 3)} if enrolled else {}
            again = counts[enrolling.AGAIN]
            click.echo(json.dumps({"what": "end", "enrolled": enrolled - undone, "again": again, **each}))
            return
        text = ngettext("{count} card enrolled", "{count} cards enrolled", enrolled - undone)
        pace = _(", {seconds:.2f} s a card").format(seconds=took_s / enrolled) if enrolled else ""
        self.tell(text.format(count=enrolled - undone) + pace + ".")


_TEXTS = {
    enrolling.ENROLLED: N_("{number:>4}  enrolled"),
    enrolling.AGAIN: N_("{number:>4}  is this card's number already"),
    enrolling.IGNORED: N_("      a card got no number: {detail}"),
    enrolling.UNDONE: N_("{number:>4}  taken back"),
    enrolling.PAUSED: N_("      paused: cards get no numbers until you type p again"),
    enrolling.GOES_ON: N_("{number:>4}  is the next number"),
}
_FAULTS = {
    "card.several": N_("Two cards at once: none of them was taken. Hold one card alone."),
    "card.unreadable": N_("A card was not read to its end. Hold it still; if it fails again, put it aside."),
    "card.random_uid": N_("Not a card but a phone, or a card that hides its number: it cannot be enrolled."),
    "card.left": N_("A card is left on the reader: take it away."),
}


def _text(news: News) -> str:
    return _(_TEXTS[news.what]).format(number=news.number or 0, detail=news.detail)


def _fault(word: str) -> str:
    if word in _FAULTS:
        return _(_FAULTS[word])
    return _("The reader is at fault: {fault}. docs/faults.md says what to do.").format(fault=word)
