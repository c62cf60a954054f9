"""How one program reaches the office: broker address, site, name and password; kept in small files only we can read.

The data folder holds `access/<name>.json` for every console (`desk-1`, ...), for `supervisor`, for `watch` (asks only),
for each integrator and each reader, for `bridge` and for the controller itself. On another machine the same file is
copied, or its address given as a URL.
"""

import os
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

import msgspec

from luot_controller.errors import DataFolderMissing, UsageProblem
from luot_protocol import ids

WATCH = "watch"
CONTROLLER = "controller"
SUPERVISOR = "supervisor"
BRIDGE = "bridge"

Kind = Literal["console", "integrator"]
"""What stands before a program's name in its own topics."""

_NO_ADDRESS = ("not an office's address", "Its form is mqtt://name:password@host:port/site")


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One program's way in; `name` is its MQTT user name and its id in topics, `kind` their first level.

    links: the readers that a bridge may speak for; empty for all others.
    """

    site: str
    name: str
    password: str
    host: str = "127.0.0.1"
    port: int = 1883
    kind: Kind = "console"
    links: tuple[str, ...] = ()

    @classmethod
    def from_url(cls, url: str) -> "Access":
        """Read `mqtt://name:password@host:port/site`; raises UsageProblem that shows the form."""
        try:
            parts = urlsplit(url)
            site, port = parts.path.strip("/"), parts.port or 1883
        except ValueError:  # a port beyond 65535, brackets that do not match
            raise UsageProblem(*_NO_ADDRESS) from None
        if parts.scheme != "mqtt" or not parts.hostname or not parts.username or not ids.is_id(site):
            raise UsageProblem(*_NO_ADDRESS)
        return cls(
            site=site,
            name=unquote(parts.username),
            password=unquote(parts.password or ""),
            host=parts.hostname,
            port=port,
        )

    def url(self) -> str:
        """The same as a URL, password included."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt://{quote(self.name, '')}:{quote(self.password, '')}@{host}:{self.port}/{self.site}"


def load(data: Path, name: str) -> Access:
    """Read the access file of `name` in the data folder; raises DataFolderMissing when there is none."""
    return load_file(data / "access" / f"{name}.json")


def load_file(path: Path) -> Access:
    """Read an access file wherever it lies; raises as `load` does."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Access)
    except FileNotFoundError:
        known = sorted(file.stem for file in path.parent.glob("*.json"))
        hint = f"Known here: {', '.join(known)}." if known else "Start the office first: luot office"
        raise DataFolderMissing(f"{path} does not exist", hint) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path}: {error}", "Stop the office, delete this file and start it again.") from error


def save(data: Path, access: Access) -> Path:
    """Write the access file, readable by its owner only, in one step; returns its path."""
    folder = data / "access"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{access.name}.json"
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(access), indent=2))
    fresh.replace(path)
    return path
