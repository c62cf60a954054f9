"""Who may connect to the broker, and what each may say and hear; it speaks to no broker and keeps no session.

Rights follow from `topics.TABLE`: a link, a console and an integrator write and read their own rows alone, a bridge
those of all links, the controller everything, and what the controller publishes for all is read by every console and
integrator, by no link.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from luot_controller import access as access_files
from luot_controller.access import BRIDGE, CONTROLLER, WATCH, Access, Kind
from luot_controller.errors import DataFolderMissing, UsageProblem
from luot_protocol import ids, topics

PASSWORD_BYTES = 24

# mosquitto's own count. More would only slow connecting down: these passwords are 192 random bits.
_ITERATIONS = 101
_SALT_BYTES = 12


class Role(StrEnum):
    """What a broker's user is."""

    CONTROLLER = "controller"
    WATCH = "watch"
    CONSOLE = "console"
    LINK = "link"
    INTEGRATOR = "integrator"
    BRIDGE = "bridge"


class User(msgspec.Struct, frozen=True):
    """One name that the broker knows."""

    access: Access
    role: Role

    @property
    def writes(self) -> tuple[str, ...]:
        """Topic patterns it may publish to, its last will included."""
        if self.role is Role.CONTROLLER:
            return (ids.root(self.access.site) + "#",)
        return tuple(
            topics.build(self.access.site, row.name, name)
            for name in self._names
            for row in topics.TABLE
            if row.publisher == self._kind.value and not (self.role is Role.WATCH and row.name == "console_cmd")
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """Topic patterns it may subscribe to."""
        if self.role is Role.CONTROLLER:
            return (ids.root(self.access.site) + "#",)
        rows = [row for row in topics.TABLE if row.publisher == Role.CONTROLLER.value]
        own = [row for row in rows if row.pattern.startswith(f"{self._kind.value}/")]
        public = [row for row in rows if not row.pattern.startswith(("link/", "console/", "integrator/"))]
        return (
            *(topics.build(self.access.site, row.name, name) for name in self._names for row in own),
            *(
                topics.build(self.access.site, row.name, "+" if "{id}" in row.pattern else None)
                for row in public
                if self._kind is not Role.LINK
            ),
        )

    @property
    def _kind(self) -> Role:
        """Whose rows of the table are its own."""
        return {Role.WATCH: Role.CONSOLE, Role.BRIDGE: Role.LINK}.get(self.role, self.role)

    @property
    def _names(self) -> tuple[str, ...]:
        """The ids that stand in its own topics."""
        return self.access.links if self.role is Role.BRIDGE else (self.access.name,)


def credentials(
    data: Path,
    site: str,
    *,
    consoles: Iterable[str] = (),
    links: Iterable[str] = (),
    integrators: Iterable[str] = (),
    host: str = "127.0.0.1",
    port: int = 1883,
) -> dict[str, User]:
    """Return every user of the site by name, after keeping an access file for each in the data folder.

    The controller, `watch` and `bridge`, which speaks for all links, are always among them. A password once made is
    kept; host and port are brought up to date. Raises UsageProblem for a name that is no id or is given twice: all
    share one set of names.
    """
    links = tuple(links)
    wanted = [(CONTROLLER, Role.CONTROLLER), (WATCH, Role.WATCH), (BRIDGE, Role.BRIDGE)]
    wanted += [(name, Role.CONSOLE) for name in consoles]
    wanted += [(name, Role.LINK) for name in links]
    wanted += [(name, Role.INTEGRATOR) for name in integrators]
    users: dict[str, User] = {}
    for name, role in wanted:
        if not ids.is_id(name):
            raise UsageProblem(f"{name!r} cannot be a name", "Use 1 to 32 of a-z, 0-9 and the hyphen.")
        if name in users:
            raise UsageProblem(
                f"{name} is the name of a {users[name].role} and of a {role}",
                "Give each desk, reader and gateway a name of its own.",
            )
        kind: Kind = "integrator" if role is Role.INTEGRATOR else "console"
        carried = links if role is Role.BRIDGE else ()
        fresh = Access(site=site, name=name, password="", host=host, port=port, kind=kind, links=carried)
        users[name] = User(_kept(data, fresh), role)
    return users


def hashed(password: str, salt: bytes | None = None) -> str:
    """The password as mosquitto's password file keeps it: `$7$iterations$salt$hash`, PBKDF2-HMAC-SHA512."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def matches(password: str, kept: str) -> bool:
    """True when `kept` is what `hashed` made of this password."""
    salt = base64.b64decode(kept.split("$")[3])
    return hmac.compare_digest(hashed(password, salt), kept)


def covers(pattern: str, topic: str) -> bool:
    """True when whatever `topic` (a topic, or a filter to subscribe to) can mean is within `pattern`."""
    wanted, asked = pattern.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(asked) or asked[place] == "#" or (level not in ("+", asked[place])):
            return False
    return len(wanted) == len(asked)


def _kept(data: Path, fresh: Access) -> Access:
    try:
        known = access_files.load(data, fresh.name)
    except DataFolderMissing:
        known = None
    password = known.password if known else secrets.token_urlsafe(PASSWORD_BYTES)
    access = msgspec.structs.replace(fresh, password=password)
    if access != known:
        access_files.save(data, access)
    return access
