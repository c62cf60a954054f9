"""How times, services and numbers are said, in the language in use and the zone of the site. Knows no sentence."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Visit
from luot_controller.language import _, ngettext

MOST_NAMED = 8
"""People who are named one by one; the others are counted."""


class Telling:
    """Speaks for one site: its names, and its time on whatever machine."""

    def __init__(self, site: SiteAdopted) -> None:
        self.site = site
        self._zone = ZoneInfo(site.timezone)

    def service(self, service: str) -> str:
        """What the site calls a service."""
        return self.site.services.get(service, service)

    def clock(self, at_ms: int) -> str:
        """The hour and minute."""
        return datetime.fromtimestamp(at_ms / 1000, self._zone).strftime("%H:%M")

    def day(self, at_ms: int) -> str:
        """The date."""
        at = datetime.fromtimestamp(at_ms / 1000, self._zone)
        return _("{year:04}-{month:02}-{day:02}").format(year=at.year, month=at.month, day=at.day)

    def came(self, rank_ms: int, expected: bool) -> str:
        """When somebody came, or was `expected` by appointment."""
        text = _("was expected at {time}") if expected else _("came at {time}")
        return text.format(time=self.clock(rank_ms))


def joined(words: Sequence[str]) -> str:
    """Words as a list in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def numbers_of(visits: Sequence[Visit]) -> str:
    """Their numbers as a list in a sentence."""
    words = [str(visit.number) for visit in visits[:MOST_NAMED]]
    more = len(visits) - len(words)
    if more > 0:
        words.append(ngettext("{count} other", "{count} others", more).format(count=more))
    return joined(words)
