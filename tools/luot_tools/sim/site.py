"""What the hall needs to know of the site file: services, desks and entry readers. The office has checked the file."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from luot_controller.errors import DataFolderMissing, UsageProblem

FILE = "site.toml"


class Door(NamedTuple):
    """One way to ask for a service: the button of an entry reader; 0 is none."""

    reader: str
    button: int
    service: str
    priority: bool


class Site(NamedTuple):
    """typical_min: mean minutes at the desk by service. desks: their services by id. The others: see the file."""

    typical_min: Mapping[str, float]
    desks: Mapping[str, Sequence[str]]
    doors: Sequence[Door]
    drop_window_min: float
    language: str

    @property
    def readers(self) -> list[str]:
        """The entry readers."""
        return list(dict.fromkeys(door.reader for door in self.doors))

    def doors_for(self, service: str, priority: bool) -> list[Door]:
        """Where to tap for a service; without a button for priority people, they tap as all others do."""
        doors = [door for door in self.doors if door.service == service]
        return [door for door in doors if door.priority == priority] or doors


def load_site(data: Path) -> Site:
    """Read the site file of an office's data folder."""
    path = data / FILE
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except FileNotFoundError:
        raise DataFolderMissing(
            f"{data} holds no office", f"Start one there first: luot office --data {data}"
        ) from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageProblem(f"{path}: {error}", "Mend the site file; luot office says what is allowed.") from None
    ahead = {row.id for row in file.classes if row.head_start_min > 0}
    doors = [
        Door(reader.id, number, button.service, (button.class_ or reader.class_) in ahead)
        for reader in file.readers
        if reader.role == "entry"
        for number, button in enumerate((_Button(reader.service), *reader.buttons))
    ]
    if not doors:
        raise UsageProblem(f"{path} has no entry reader", 'Add one: [[readers]] with role = "entry".')
    served = {door.service for door in doors}
    typical = {row.id: row.typical_min for row in file.services if row.id in served}
    return Site(
        typical, {row.id: row.services for row in file.desks}, doors, file.site.drop_window_min, file.site.language
    )


class _Site(msgspec.Struct):
    drop_window_min: float = 2
    language: str = "vi"


class _Service(msgspec.Struct):
    id: str
    typical_min: float = 10


class _Class(msgspec.Struct):
    id: str
    head_start_min: float = 0


class _Desk(msgspec.Struct):
    id: str
    services: list[str]


class _Button(msgspec.Struct):
    service: str
    class_: str = msgspec.field(name="class", default="")


class _Reader(msgspec.Struct):
    id: str
    role: str
    service: str = ""
    class_: str = msgspec.field(name="class", default="")
    buttons: list[_Button] = []


class _File(msgspec.Struct):
    site: _Site
    services: list[_Service]
    classes: list[_Class]
    desks: list[_Desk]
    readers: list[_Reader] = []
