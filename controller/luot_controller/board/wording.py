"""The board's sentences, for people who know nothing of it; knows no widget."""

import gettext
from datetime import tzinfo
from functools import cache
from typing import NamedTuple

from luot_controller.board.calls import CALLED, GONE, SERVING, Call
from luot_controller.board.state import Service
from luot_controller.language import DOMAIN, LANGUAGES, LOCALE, N_, _, clock, ngettext, wait_in_short
from luot_controller.screen.pulse import Pulse, Reach

_AWAY = {
    Reach.CUT: N_("NO CONNECTION TO THE OFFICE"),
    Reach.STALE: N_("THE OFFICE HAS GONE QUIET"),
    Reach.LOST: N_("THE OFFICE HAS FAILED"),
    Reach.STOPPED: N_("THE OFFICE IS CLOSED"),
    Reach.REFUSED: N_("THE OFFICE REFUSES THIS SCREEN"),
}

_LABELS = {
    CALLED: (N_("NOW CALLED"), N_("GO TO DESK")),
    SERVING: (N_("BEING SERVED"), N_("AT DESK")),
    GONE: (N_("WAS CALLED"), N_("TO DESK")),
}
"""What stands above a number and above its desk, so that both are read as one sentence."""

_STATES = {CALLED: N_("Called"), SERVING: N_("Serving"), GONE: N_("Was called")}

_TIPS = (
    N_("Touch your card to a reader to see your place"),
    N_("First come, first called, priority sooner; the number is not the order"),
    N_("Missed your call? Touch your card to a reader again to be back in line"),
)
_PATIENCE = N_("No turn is lost: your place in line is kept")


class Line(NamedTuple):
    """One service in words: its name, the people who wait, how long a newcomer would."""

    name: str
    people: str
    wait: str


def labels(call: Call, stale: bool) -> tuple[str, str]:
    """What stands above the number and above the desk of the large call; nobody is sent anywhere by old news."""
    if call.state == CALLED and call.recalls and not stale:
        return _("CALLED AGAIN"), _(_LABELS[CALLED][1])
    above, beside = _LABELS[GONE if stale else call.state]
    return _(above), _(beside)


def state(call: Call, stale: bool) -> str:
    """The state of a call in a word or two; of old news is known only that it was called."""
    return _(_STATES[GONE if stale else call.state])


def called_at(call: Call, zone: tzinfo | None) -> str:
    """The time of a call, empty where it is not known."""
    return "" if call.at_ms is None else clock(call.at_ms, zone)


def nobody(heard: bool) -> str:
    """What stands in the place of the large call when there is none; `heard`: the office has spoken."""
    return _("NO NUMBER IS BEING CALLED") if heard else _("Waiting for the office")


def new() -> str:
    """The word that a call is new."""
    return _("NEW")


def waiting(people: int | None, in_words: bool) -> tuple[str, str]:
    """The heading of the services: how many wait in all, and what the columns are, unless they say it `in_words`."""
    in_all = "" if people is None else ngettext("{count} waiting", "{count} waiting", people).format(count=people)
    return in_all, _("expected wait") if in_words else _("people waiting, expected wait")


def line(service: Service, in_words: bool) -> Line:
    """A service with its people, as a number or `in_words`, and its expected wait."""
    count = service.waiting
    people = "-" if count is None else str(count)
    if in_words and count is not None:
        people = ngettext("{count} person", "{count} people", count).format(count=count)
    return Line(service.name, people, wait_in_short(service.lo_min, service.hi_min, service.closes_first))


def away(pulse: Pulse, now_s: float, zone: tzinfo | None) -> tuple[str, str] | None:
    """Two lines for while the office is out of reach: how old all this is, and why; None while it is there."""
    reach = pulse.reach(now_s)
    if reach not in _AWAY:
        return None
    why = _("{reason}. Please ask at a desk.").format(reason=_(_AWAY[reach]).capitalize())
    if pulse.last_ms is None:
        return _("NOTHING KNOWN YET"), why
    return _("OLD NEWS, AS OF {time}").format(time=clock(pulse.last_ms, zone)), why


def tip(turn: int, stale: bool) -> str:
    """How it works, one sentence at a time, each in every language there is, whichever the screen speaks."""
    languages = list(LANGUAGES)
    text = _PATIENCE if stale else _TIPS[turn // len(languages) % len(_TIPS)]
    return _catalogue(languages[turn % len(languages)]).gettext(text)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    # English is the source, so it is the fallback that finds no catalogue.
    return gettext.translation(DOMAIN, LOCALE, [language], fallback=language == "en")
