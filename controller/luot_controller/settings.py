"""The site file (TOML), read strictly and turned into the engine's policy. Reads nothing else.

Every mistake is a SiteFileInvalid that names the key, the value and what is allowed.
"""

import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from luot_controller.access import CONTROLLER, WATCH
from luot_controller.engine.ledger_facts import ReaderPlace, SiteAdopted
from luot_controller.engine.model import Policy, Role, State, VisitState
from luot_controller.errors import SiteFileInvalid, UsageProblem

FILE = "site.toml"

_MINUTE_MS = 60_000
# "$" would let a newline follow.
_ID_PATTERN = r"^[a-z0-9-]{1,32}\Z"
_DESK_PATTERN = r"^[a-z0-9-]{1,27}\Z"
_LANGUAGE_PATTERN = r"^(vi|en)\Z"
_Id = Annotated[str, Meta(pattern=_ID_PATTERN)]
_DeskId = Annotated[str, Meta(pattern=_DESK_PATTERN)]
_Name = Annotated[str, Meta(min_length=1, max_length=60)]
_Minutes = Annotated[int, Meta(ge=0, le=100_000)]


class SiteRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[site]`"""

    id: _Id
    """In every topic; does not change once readers are provisioned."""
    name: _Name
    """What the screens show."""
    language: Annotated[str, Meta(pattern=_LANGUAGE_PATTERN)] = "vi"
    """Of the hall and, unless told otherwise, of the consoles and readers."""
    return_window_min: _Minutes = 15
    """A no-show who taps again within this keeps the place."""
    drop_window_min: _Minutes = 2
    """A finished card tapped within this is asked to be dropped instead of opening a new visit."""
    timezone: str = "Asia/Ho_Chi_Minh"
    """IANA name of the zone in which days begin and explanations tell the time, on whatever machine they are read."""
    target_min: Annotated[int, Meta(ge=1, le=600)] = 15
    """Minutes within which a citizen should be called; what reports count against."""
    tap_age_limit_h: Annotated[int, Meta(ge=1, le=168)] = 12
    """The age of a tap delivered late counts up to this."""


class ServiceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[services]]`: a group of procedures."""

    id: _Id
    name: _Name
    typical_min: Annotated[int, Meta(ge=1, le=480)] = 10
    """Minutes one takes, used until enough are measured."""


class ClassRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[classes]]`: a priority class with its legal basis."""

    id: _Id
    name: _Name
    head_start_min: _Minutes = 0
    """H: ranks as if tapped this much earlier."""
    legal_basis: str = ""


class DeskRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[desks]]`: a counter and the services it serves."""

    id: _DeskId
    """Its console is called desk-<id>, which is an id too."""
    services: Annotated[list[str], Meta(min_length=1)]


class ButtonRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[readers.buttons]]`: what the first, second, ... button of a reader chooses."""

    service: str
    class_: str = msgspec.field(name="class", default="")


class ReaderRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[readers]]`: a device; `service` and `class` are what a tap without a button opens."""

    id: _Id
    role: Role
    service: str = ""
    class_: str = msgspec.field(name="class", default="")
    desk: str = ""
    buttons: list[ButtonRow] = []

    def choice(self, button: int) -> tuple[str | None, str | None]:
        """(service, class) for a button, 0 for none; (None, None) for one the reader does not have."""
        if button == 0:
            return self.service or None, self.class_ or None
        if button > len(self.buttons):
            return None, None
        row = self.buttons[button - 1]
        return row.service, row.class_ or self.class_ or None


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    site: SiteRow
    services: Annotated[list[ServiceRow], Meta(min_length=1)]
    classes: Annotated[list[ClassRow], Meta(min_length=1)]
    desks: Annotated[list[DeskRow], Meta(min_length=1)]
    readers: list[ReaderRow] = []

    def policy(self) -> Policy:
        """What the engine decides by."""
        return Policy(
            head_start_ms={row.id: row.head_start_min * _MINUTE_MS for row in self.classes},
            typical_ms={row.id: row.typical_min * _MINUTE_MS for row in self.services},
            desk_services={row.id: frozenset(row.services) for row in self.desks},
            return_window_ms=self.site.return_window_min * _MINUTE_MS,
            drop_window_ms=self.site.drop_window_min * _MINUTE_MS,
        )

    def adopted(self, at_ms: int, version: str) -> SiteAdopted:
        """The entry of the ledger that says that these rules are in force from `at_ms` on."""
        return SiteAdopted(
            at_ms=at_ms,
            version=version,
            site=self.site.id,
            timezone=self.site.timezone,
            services={row.id: row.name for row in self.services},
            classes={row.id: row.name for row in self.classes},
            readers={row.id: ReaderPlace(row.role, row.desk or None) for row in self.readers},
            tap_age_limit_ms=self.site.tap_age_limit_h * 60 * _MINUTE_MS,
            policy=self.policy(),
        )


def load_site(path: Path) -> Site:
    """Read and check a site file; raises SiteFileInvalid or UsageProblem."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UsageProblem(f"{path} does not exist", "Give the site file with --site FILE.") from None
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}", "Give a site file with --site FILE.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path} is not TOML: {error}", "Mend this line of the site file and start again.") from None
    return _checked(path, raw)


def check_in_use(path: Path, site: Site, state: State) -> None:
    """Refuse a site file that drops a service, class or desk that people in line still need."""
    services, desks = {row.id for row in site.services}, {row.id for row in site.desks}
    classes = {row.id for row in site.classes}
    for visit in state.visits.values():
        if visit.state is VisitState.FINISHED:
            continue
        if visit.service not in services:
            raise SiteFileInvalid(str(path), "services", sorted(services), f"{visit.service} still has visits: keep it")
        if visit.class_id not in classes:
            raise SiteFileInvalid(str(path), "classes", sorted(classes), f"{visit.class_id} still has visits: keep it")
    for desk in state.desks.values():
        if desk.id not in desks and (desk.visit is not None or desk.held):
            raise SiteFileInvalid(str(path), "desks", sorted(desks), f"desk {desk.id} still has a visit: keep it")


def parse_site(text: str) -> Site:
    """The site that a text describes; raises SiteFileInvalid."""
    return _checked(Path(FILE), tomllib.loads(text))


def sample_site() -> str:
    """The site file that a new office starts with."""
    return (resources.files("luot_controller") / "sample_site.toml").read_text(encoding="utf-8")


def _checked(path: Path, raw: dict[str, Any]) -> Site:
    try:
        site = msgspec.convert(raw, Site)
    except msgspec.ValidationError as error:
        raise _explained(path, raw, str(error)) from None
    _check_references(path, site)
    return site


def _explained(path: Path, raw: dict[str, Any], message: str) -> SiteFileInvalid:
    """Put msgspec's "what is wrong - at `$.desks[0].services`" into key, value and what is allowed."""
    what, _, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".")
    field = re.fullmatch(r"Object (contains unknown|missing required) field `(.+)`", what)
    if field is not None:
        absent = field[1] == "missing required"
        allowed = "required" if absent else f"there is no such key here; allowed: {', '.join(_fields_at(key))}"
        value = None if absent else _value_at(raw, key)[field[2]]
        return SiteFileInvalid(str(path), f"{key}.{field[2]}".lstrip("."), value, allowed)
    return SiteFileInvalid(
        str(path), key, _value_at(raw, key), _ALLOWED.get(what) or _ALLOWED.get(what.partition(" '")[0], what)
    )


def _value_at(raw: Any, key: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", key):
        raw = raw[int(step)] if isinstance(raw, list) else raw[step]
    return raw


def _fields_at(key: str) -> list[str]:
    struct: type[msgspec.Struct] = Site
    for table in re.findall(r"[a-z]+", key):
        struct = _TABLES[table]
    return [field.encode_name for field in msgspec.structs.fields(struct)]


_TABLES: dict[str, type[msgspec.Struct]] = {
    "site": SiteRow,
    "services": ServiceRow,
    "classes": ClassRow,
    "desks": DeskRow,
    "readers": ReaderRow,
    "buttons": ButtonRow,
}

_ALLOWED = {
    f"Expected `str` matching regex {_ID_PATTERN!r}": "1 to 32 of a-z, 0-9 and -",
    f"Expected `str` matching regex {_DESK_PATTERN!r}": "1 to 27 of a-z, 0-9 and -",
    f"Expected `str` matching regex {_LANGUAGE_PATTERN!r}": "vi or en",
    "Invalid enum value": f"one of {', '.join(Role)}",
}


def _check_references(path: Path, site: Site) -> None:
    if not _is_timezone(site.site.timezone):
        raise SiteFileInvalid(str(path), "site.timezone", site.site.timezone, "an IANA name, such as Asia/Ho_Chi_Minh")
    services = _unique(path, "services", [row.id for row in site.services])
    classes = _unique(path, "classes", [row.id for row in site.classes])
    desks = _unique(path, "desks", [row.id for row in site.desks])
    _unique(path, "readers", [row.id for row in site.readers])

    def known(key: str, value: str, among: Iterable[str]) -> None:
        if value not in among:
            raise SiteFileInvalid(str(path), key, value, f"one of {', '.join(sorted(among))}")

    served = {service for row in site.desks for service in row.services}
    for at, desk in enumerate(site.desks):
        for service in desk.services:
            known(f"desks[{at}].services", service, services)
    for at, row in enumerate(site.services):
        if row.id not in served:
            raise SiteFileInvalid(str(path), f"services[{at}].id", row.id, "at least one desk must serve it")
    for at, reader in enumerate(site.readers):
        where = f"readers[{at}]"
        if reader.role is Role.DESK or reader.desk:
            known(f"{where}.desk", reader.desk, desks)
        if reader.role is Role.ENTRY or reader.service:
            known(f"{where}.service", reader.service, services)
        if reader.role is Role.ENTRY or reader.class_:
            known(f"{where}.class", reader.class_, classes)
        for n, button in enumerate(reader.buttons):
            known(f"{where}.buttons[{n}].service", button.service, services)
            known(f"{where}.buttons[{n}].class", button.class_ or reader.class_, classes)
        if reader.id.startswith("desk-") or reader.id in (CONTROLLER, WATCH):
            raise SiteFileInvalid(str(path), f"{where}.id", reader.id, "desk-..., controller and watch are taken")


def _unique(path: Path, key: str, ids: list[str]) -> set[str]:
    for at, one in enumerate(ids):
        if one in ids[:at]:
            raise SiteFileInvalid(str(path), f"{key}[{at}].id", one, "each id once")
    return set(ids)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
