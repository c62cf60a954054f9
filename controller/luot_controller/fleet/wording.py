"""The technician's sentences about readers: what is the matter, and what to do. Never decides what is."""

from collections.abc import Sequence

from luot_controller.errors import LuotError
from luot_controller.fault_words import fault_words
from luot_controller.fleet.findings import Figures, Finding, Urgency
from luot_controller.fleet.state import Reader
from luot_controller.language import N_, _, duration, ngettext
from luot_controller.screen.pulse import Reach

UNKNOWN = "-"

_WORDS = {
    "reader.silent": N_("not heard for {time}: look at its light; check power and network, then swap it"),
    "reader.unheard": N_("not heard since the office opened: check its power and network, then set it up again"),
    "link.lost": N_("not connected just now: if it does not come back soon, check its power and network"),
    "outbox.growing": N_("keeps {figure} taps that it cannot send: move it nearer to the radio, or check its network"),
    "battery.low": N_("battery at {volts} V: charge it or swap it today"),
    "key.none": N_("not set up yet: luot device setup {reader}"),
    "signal.weak": N_("weak radio, {figure} dBm: move it or its access point"),
    "taps.refused": N_("only {percent} of the cards held to it count: look at how people hold them; clean or move it"),
    "chip.disturbed": N_("its card chip had to be started {figure} times more: check its 3.3 V and wires"),
    "link.unsteady": N_("lost the broker {figure} times: check its network"),
    "flash.errors": N_("its memory has failed {figure} times, and no tap was lost: have a spare ready"),
    "clock.unsteady": N_("its clock has jumped {figure} times: exchange it if that goes on"),
    "memory.low": N_("only {figure} bytes of memory are free: start it anew"),
    "frames.bad": N_("{figure} frames to it were not the office's: see who else speaks on its topic"),
    "version.older": N_("its firmware is older than {figure}: luot device setup {reader}"),
}
"""Word of a finding that is no fault to what it says: what is the matter, a colon, what to do."""

_URGENCIES = {Urgency.NOW: N_("now"), Urgency.SOON: N_("today"), Urgency.WATCH: N_("watch"), Urgency.WELL: N_("well")}

_CLOCKS = (N_("gone"), N_("held"), N_("good"))
"""By the number on the wire: of the oldest tap that a reader keeps, what its age is worth."""

_AWAY = {
    Reach.CUT: N_("No connection to the office: check the network and the office's machine."),
    Reach.STALE: N_("The office has gone quiet: what you see may be out of date."),
    Reach.LOST: N_("The office has failed: it must be started again on its machine."),
    Reach.STOPPED: N_("The office is closed: start it with luot office."),
    Reach.REFUSED: N_("The office refuses this screen: take its access file for supervisor."),
}


def finding(reader: str, found: Finding) -> tuple[str, str]:
    """What is the matter with it, and what to do; the latter is empty where there is nothing."""
    word, figure = found.word, found.figure
    if word == "reader.silent" and figure is None:
        word = "reader.unheard"
    said = _(_WORDS[word]) if word in _WORDS else fault_words(word)
    number = figure if isinstance(figure, int | float) else 0
    text = said.format(
        reader=reader,
        figure=figure,
        time=duration(int(number)),
        volts=decimal(number / 1000, 2),
        percent=percent(number),
    )
    what, _colon, todo = text.partition(": ")
    return _capital(what), _capital(todo)


def urgency(level: Urgency) -> str:
    """How soon, in a word."""
    return _(_URGENCIES[level])


def cells(shown: Figures, at_ms: int | None) -> tuple[str, ...]:
    """The figures of a reader in words, in the order of `titles`; what is unknown is UNKNOWN."""
    seen, clock = shown.seen_ms, shown.clock
    return (
        UNKNOWN if seen is None or at_ms is None else duration(max(0, at_ms - seen)),
        UNKNOWN if shown.version is None else shown.version,
        UNKNOWN if shown.signal_dbm is None else str(shown.signal_dbm),
        UNKNOWN if shown.battery_mv is None else decimal(shown.battery_mv / 1000, 2),
        UNKNOWN if shown.depth is None else str(shown.depth),
        UNKNOWN if clock is None else _(_CLOCKS[clock]),
        UNKNOWN if shown.success is None else percent(shown.success),
        UNKNOWN if shown.chip is None else _("well") if shown.chip == "well" else _("fault"),
    )


def titles() -> tuple[str, ...]:
    """Of the figures."""
    return (
        _("heard"),
        _("vers."),
        _("dBm"),
        _("volts"),
        _("kept"),
        _("clock"),
        _("taps"),
        _("chip"),
    )


def summary(readers: Sequence[Reader]) -> str:
    """How many need somebody, and how many do not."""
    ill = sum(reader.urgency < Urgency.WELL for reader in readers)
    well = ngettext("{count} reader is well", "{count} readers are well", len(readers) - ill)
    if not ill:
        return _("All is well: {well}").format(well=well.format(count=len(readers)))
    attention = ngettext("{count} reader needs attention", "{count} readers need attention", ill)
    return f"{attention.format(count=ill)}, {well.format(count=len(readers) - ill)}"


def away(reach: Reach) -> str | None:
    """Why what is shown may be old; None while it is not, or not yet known."""
    return _(_AWAY[reach]) if reach in _AWAY else None


def unanswered(problem: LuotError) -> str:
    """The order to blink could not be given."""
    return _("Not sent: {reason}").format(reason=problem.subject)


def percent(share: float) -> str:
    """Whole per cent; all of them only when it is all."""
    return f"{int(share * 100)} %"


def decimal(number: float, places: int) -> str:
    """With the sign for decimals of the language in use."""
    return f"{number:.{places}f}".replace(".", _("."))


def _capital(text: str) -> str:
    # A command stays as it must be typed.
    return text if text.startswith("luot ") else text[:1].upper() + text[1:]
