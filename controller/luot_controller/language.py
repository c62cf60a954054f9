"""Puts what people read on the host into Vietnamese or English, and durations into words; decides nothing else.

English texts are the message ids; `locale/<language>/LC_MESSAGES/luot.mo` holds the rest. The language belongs to the
whole process: one screen, one language.
"""

import gettext
from datetime import datetime, tzinfo
from pathlib import Path

DOMAIN = "luot"
LOCALE = Path(__file__).parent / "locale"

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
"""Every language there is, by the name its speakers give it; the first is the one where nothing else is said."""

DEFAULT = "vi"

_SECOND_MS = 1_000
MINUTE_MS = 60_000
_HOUR_MIN = 60

_using = "en"
_texts: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str) -> str:
    """Speak `language` from now on; one that is not in LANGUAGES becomes DEFAULT. Returns the one in use."""
    global _using, _texts
    _using = language if language in LANGUAGES else DEFAULT
    # English is the source, so it is the fallback that finds no catalogue.
    _texts = gettext.translation(DOMAIN, LOCALE, [_using], fallback=_using == "en")
    return _using


def current() -> str:
    """The language in use: a key of LANGUAGES."""
    return _using


def following(language: str) -> str:
    """The language after `language`, in a circle."""
    names = list(LANGUAGES)
    return names[(names.index(language) + 1) % len(names)]


def _(text: str) -> str:
    """`text` in the language in use."""
    return _texts.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many`, whichever fits `count`, in the language in use."""
    return _texts.ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark `text` for the catalogue where it stands in a table, to be translated when it is shown."""
    return text


def duration(ms: int) -> str:
    """How long, without haste: seconds in tens below a minute, then minutes, then hours and minutes."""
    if ms < 10 * _SECOND_MS:
        return _("just now")
    if ms < MINUTE_MS:
        return _("{seconds} s").format(seconds=ms // (10 * _SECOND_MS) * 10)
    hours, minutes = divmod(ms // MINUTE_MS, _HOUR_MIN)
    if not hours:
        return _("{minutes} min").format(minutes=minutes)
    if not minutes:
        return ngettext("{hours} hour", "{hours} hours", hours).format(hours=hours)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def wait_range(lo_min: int | None, hi_min: int | None) -> str:
    """An expected wait in minutes as a range, such as `10-15 min`; empty when there is no estimate.

    No `hi_min` means longer than is shown.
    """
    if lo_min is None:
        return ""
    if hi_min is None:
        return _("over {time}").format(time=duration(lo_min * MINUTE_MS)) if lo_min else ""
    if lo_min <= 0:
        return _("up to {minutes} min").format(minutes=hi_min)
    if lo_min >= hi_min:
        return _("{minutes} min").format(minutes=hi_min)
    return _("{low}-{high} min").format(low=lo_min, high=hi_min)


def wait_in_full(lo_min: int | None, hi_min: int | None, closes_first: bool) -> str:
    """The same, and that the office may close before."""
    said = (wait_range(lo_min, hi_min), _("may not be served before closing") if closes_first else "")
    return ", ".join(part for part in said if part)


def wait_in_short(lo_min: int | None, hi_min: int | None, closes_first: bool) -> str:
    """The range alone, or in its place that the office may close before: a time after that is nobody's."""
    return _("may be too late") if closes_first else wait_range(lo_min, hi_min)


def clock(at_ms: int, zone: tzinfo | None = None) -> str:
    """The hour and minute of an office time in `zone` (default: this machine's), 24 hours."""
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%H:%M")
