"""The site file while the office is open: notices a change, checks it, puts it into the words of the parts. Writes
only when a proposed file takes the place of the old one.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from luot_controller.engine.model import Role, State
from luot_controller.errors import LuotError, SiteFileInvalid, UsageProblem
from luot_controller.ingest.taps import Preset
from luot_controller.service.ports import Rules
from luot_controller.settings import check_in_use, load_site
from luot_controller.site_rows import MINUTE_MS, Site

_HOUR_MS = 3_600_000

_Stamp = tuple[int, int] | None
"""When a file was last written, and its size; None where there is none."""


def proposal(path: Path) -> Path:
    """Where a new site file waits for the office to take it, beside the one in force."""
    return path.with_name(f"proposed-{path.name}")


class SiteWatch:
    """See service.ports.SiteFile. `site` is what is in force, `cards` are the numbers of the cards.

    `admit` lets new desks and readers connect.
    """

    def __init__(
        self, path: Path, site: Site, cards: Callable[[], Iterable[int]], admit: Callable[[Site], None]
    ) -> None:
        self._path = path
        self._site = site
        self._cards = cards
        self._admit = admit
        self._seen = (_stamp(proposal(path)), _stamp(path))

    def changed(self, state: State, asked: bool = False) -> Rules | None:
        """See SiteFile.changed."""
        seen = (_stamp(proposal(self._path)), _stamp(self._path))
        if seen == self._seen and not asked:
            return None
        self._seen = seen
        if seen[0] is not None:
            return self._take_proposal(state)
        return self._checked(self._path, state)

    def _take_proposal(self, state: State) -> Rules | None:
        proposed = proposal(self._path)
        try:
            rules = self._checked(proposed, state)
            proposed.replace(self._path)
        finally:
            with suppress(FileNotFoundError):
                proposed.unlink()
        self._seen = (None, _stamp(self._path))
        return rules

    def _checked(self, path: Path, state: State) -> Rules | None:
        site, known = load_site(path), self._site.site.id
        if site == self._site:
            return None
        if site.site.id != known:
            raise SiteFileInvalid(str(path), "site.id", site.site.id, f"{known}, which every reader knows")
        check_in_use(path, site, state, self._cards())
        try:
            self._admit(site)
        except LuotError as error:
            raise UsageProblem(f"{path}: {error.subject}", error.hint) from error
        self._site = site
        return in_force(site)


def in_force(site: Site) -> Rules:
    """What a site file says, in the words of the parts that need it."""
    return Rules(
        adopted=lambda at_ms: site.adopted(at_ms, version("luot")),
        fields=site_fields(site),
        policy=site.policy(),
        presets=tap_presets(site),
        readers={row.id: row.role.value for row in site.readers},
        age_limit_ms=site.site.tap_age_limit_h * _HOUR_MS,
        hours=site.opening_hours(),
    )


def tap_presets(site: Site) -> dict[str, Preset]:
    """What ingest must know of each reader of the site file."""
    return {
        row.id: Preset(
            row.role,
            [row.choice(n) for n in range(len(row.buttons) + 1)],
            row.desk or None,
            row.faces if row.role is Role.DROPOFF else 0,
        )
        for row in site.readers
    }


def site_fields(site: Site) -> dict[str, object]:
    """Message SITE."""
    return {
        "name": site.site.name,
        "language": site.site.language,
        "services": [
            {"id": row.id, "name": row.name, "target_min": row.target_min or site.site.target_min}
            for row in site.services
        ],
        "desks": [{"id": row.id, "services": row.services} for row in site.desks],
        "classes": [
            {"id": row.id, "name": row.name, "head_start_ms": row.head_start_min * MINUTE_MS} for row in site.classes
        ],
        "rules": {
            "next_finishes": site.calls.next_finishes,
            "recalls_before_no_show": site.calls.recalls_before_no_show,
            "no_show_pause_ms": site.calls.no_show_pause_s * 1000,
            "day_end": {state.value: end.value for state, end in site.policy().day_ends.items()},
        },
    }


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
