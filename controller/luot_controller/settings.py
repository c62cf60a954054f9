"""The site file (TOML), read strictly: a mistake is named by line, key, value and what is allowed. Writes nothing."""

import re
import tomllib
import types
from collections.abc import Callable, Iterable
from enum import EnumMeta
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from luot_controller.access import CONTROLLER, SUPERVISOR, WATCH
from luot_controller.engine.model import OVER, Role, State
from luot_controller.errors import SiteFileInvalid, UsageProblem
from luot_controller.site_rows import DESK_PATTERN, ID_PATTERN, TIME_PATTERN, Row, Site

FILE = "site.toml"

_TAKEN = (CONTROLLER, WATCH, SUPERVISOR)


def load_site(path: Path) -> Site:
    """Read and check a site file; raises SiteFileInvalid or UsageProblem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        raise UsageProblem(f"{path} does not exist", "Give the site file with --site FILE.") from None
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}", "Give a site file with --site FILE.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path} is not TOML: {error}", "Mend this line of the site file and try again.") from None
    return _checked(_Wrong(path, text), raw)


def check_in_use(path: Path, site: Site, state: State, cards: Iterable[int] = ()) -> None:
    """Refuse a site file that drops a service, class or desk that somebody still needs, or reserves a card's number."""
    wrong = _Wrong(path, path.read_text(encoding="utf-8-sig") if path.exists() else "")
    services, desks = {row.id for row in site.services}, {row.id for row in site.desks}
    classes = {row.id for row in site.classes}
    for visit in state.visits.values():
        if visit.state in OVER:
            continue
        for service in (visit.service, *visit.then):
            if service not in services:
                raise wrong("services", sorted(services), f"{service} still has visits: keep it")
        if visit.class_id not in classes:
            raise wrong("classes", sorted(classes), f"{visit.class_id} still has visits: keep it")
        if visit.bound is not None and visit.bound not in desks:
            raise wrong("desks", sorted(desks), f"somebody waits for desk {visit.bound} alone: keep it")
    for desk in state.desks.values():
        if desk.id not in desks and (desk.visit is not None or desk.held):
            raise wrong("desks", sorted(desks), f"desk {desk.id} still has a visit: keep it")
    reserved = site.policy().reserved
    for number in cards:
        if reserved is not None and reserved[0] <= number <= reserved[1]:
            raise wrong("numbers", list(reserved), f"there is a card with number {number}: take a range without cards")


def parse_site(text: str) -> Site:
    """The site that a text describes; raises SiteFileInvalid."""
    return _checked(_Wrong(Path(FILE), text), tomllib.loads(text))


def sample_site() -> str:
    """The site file that a new office starts with."""
    return (resources.files("luot_controller") / "sample_site.toml").read_text(encoding="utf-8")


def line_of(text: str, key: str) -> int | None:
    """The line, from 1, on which `key` (as in `desks[0].services`) stands, or else the table it would stand in."""
    lines = _lines(text)
    while key and key not in lines:
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return lines.get(key)


class _Wrong:
    """Makes the error of a file."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text

    def __call__(self, key: str, value: object, allowed: str) -> SiteFileInvalid:
        return SiteFileInvalid(str(self._path), key, value, allowed, line_of(self._text, key))


def _checked(wrong: _Wrong, raw: dict[str, Any]) -> Site:
    try:
        site = msgspec.convert(raw, Site)
    except msgspec.ValidationError as error:
        raise _explained(wrong, raw, str(error)) from None
    _check_references(wrong, site)
    _check_sense(wrong, site)
    return site


def _lines(text: str) -> dict[str, int]:
    """The line of each table and each key that begins a line, by its path."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*([\w.-]+)\s*\]", line)
        if header is not None:
            parent, _, name = header[2].rpartition(".")
            within = f"{parent}[{counts[parent] - 1}]." if parent in counts else f"{parent}." if parent else ""
            table = within + name
            if header[1] == "[[":
                lines.setdefault(table, number)
                counts[table] = counts.get(table, 0) + 1
                table += f"[{counts[table] - 1}]"
            lines[table] = number
            continue
        key = re.match(r"\s*([\w-]+)\s*=", line)
        if key is not None:
            lines.setdefault(f"{table}.{key[1]}".lstrip("."), number)
    return lines


def _explained(wrong: _Wrong, raw: dict[str, Any], message: str) -> SiteFileInvalid:
    """Put msgspec's "what is wrong - at `$.desks[0].services`" into key, value and what is allowed."""
    what, _, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".")
    field = re.fullmatch(r"Object (contains unknown|missing required) field `(.+)`", what)
    if field is not None:
        absent = field[1] == "missing required"
        allowed = "required" if absent else f"there is no such key here; allowed: {', '.join(_fields_at(key))}"
        value = None if absent else _value_at(raw, key)[field[2]]
        return wrong(f"{key}.{field[2]}".lstrip("."), value, allowed)
    if what.startswith("Invalid enum value"):
        return wrong(key, _value_at(raw, key), f"one of {', '.join(_choices_at(key))}")
    return wrong(key, _value_at(raw, key), _ALLOWED.get(what, what))


def _value_at(raw: Any, key: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", key):
        raw = raw[int(step)] if isinstance(raw, list) else raw[step]
    return raw


def _fields_at(key: str) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(_type_at(key))]


def _choices_at(key: str) -> list[str]:
    found = _type_at(key)
    return [str(one) for one in (found if isinstance(found, EnumMeta) else get_args(found))]


def _type_at(key: str) -> Any:
    """The struct, enumeration or Literal that a path leads to."""
    found: Any = Site
    for name in re.findall(r"[a-z_]+", re.sub(r"\[\d+\]", "", key)):
        found = next(field.type for field in msgspec.structs.fields(found) if field.encode_name == name)
        while get_origin(found) in (Annotated, list, types.UnionType):
            found = get_args(found)[0]
    assert isinstance(found, EnumMeta) or get_origin(found) is Literal or issubclass(found, Row)
    return found


_ALLOWED = {
    f"Expected `str` matching regex {ID_PATTERN!r}": "1 to 32 of a-z, 0-9 and -",
    f"Expected `str` matching regex {DESK_PATTERN!r}": "1 to 27 of a-z, 0-9 and -",
    f"Expected `str` matching regex {TIME_PATTERN!r}": "a time of day as 07:30",
}


def _check_references(wrong: _Wrong, site: Site) -> None:
    if not _is_timezone(site.site.timezone):
        raise wrong("site.timezone", site.site.timezone, "an IANA name, such as Asia/Ho_Chi_Minh")
    services = _unique(wrong, "services", [row.id for row in site.services])
    classes = _unique(wrong, "classes", [row.id for row in site.classes])
    desks = _unique(wrong, "desks", [row.id for row in site.desks])
    readers = _unique(wrong, "readers", [row.id for row in site.readers])
    _unique(wrong, "integrators", [row.id for row in site.integrators])

    def known(key: str, value: str, among: Iterable[str]) -> None:
        if value not in among:
            raise wrong(key, value, f"one of {', '.join(sorted(among))}")

    served = {service for row in site.desks for service in row.services}
    for at, desk in enumerate(site.desks):
        for service in desk.services:
            known(f"desks[{at}].services", service, services)
    for at, row in enumerate(site.services):
        if row.id not in served:
            raise wrong(f"services[{at}].id", row.id, "at least one desk must serve it")
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
    for key, ids in (("readers", [row.id for row in site.readers]), ("integrators", [r.id for r in site.integrators])):
        for at, one in enumerate(ids):
            if one.startswith("desk-") or one in _TAKEN:
                raise wrong(f"{key}[{at}].id", one, f"desk-..., {', '.join(_TAKEN[:-1])} and {_TAKEN[-1]} are taken")
            if key == "integrators" and one in readers:
                raise wrong(f"{key}[{at}].id", one, "a reader has this id")


def _check_sense(wrong: _Wrong, site: Site) -> None:
    """What no single value shows."""
    opened: dict[str, list[tuple[str, str]]] = {}
    for at, row in enumerate(site.hours):
        if row.closes <= row.opens:
            raise wrong(f"hours[{at}].closes", row.closes, f"later than {row.opens}, on the same day")
        for day in row.days:
            for opens, closes in opened.setdefault(day, []):
                if row.opens < closes and opens < row.closes:
                    allowed = f"outside of {opens} to {closes}, when {day} is open already"
                    raise wrong(f"hours[{at}].opens", row.opens, allowed)
            opened[day].append((row.opens, row.closes))
    if site.numbers is not None and site.numbers.last < site.numbers.first:
        raise wrong("numbers.last", site.numbers.last, f"{site.numbers.first} or more")
    for at, reader in enumerate(site.readers):
        if reader.role is Role.DROPOFF and reader.buttons:
            raise wrong(f"readers[{at}].buttons", [row.service for row in reader.buttons], _FACES)


_FACES = "no buttons: those of a drop-off reader are its faces"

_Make = Callable[[str, object, str], SiteFileInvalid]


def _unique(wrong: _Make, key: str, ids: list[str]) -> set[str]:
    for at, one in enumerate(ids):
        if one in ids[:at]:
            raise wrong(f"{key}[{at}].id", one, "each id once")
    return set(ids)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
