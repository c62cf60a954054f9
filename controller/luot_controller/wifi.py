"""The Wi-Fi that an office's readers join, in its data folder, for each one that is provisioned. Shows no password."""

import os
from pathlib import Path

import msgspec

from luot_controller.errors import UsageProblem

_FILE = "wifi.json"
_MOST_SSID_BYTES = 32
_PASSWORD_CHARS = range(8, 64)


class Wifi(msgspec.Struct, frozen=True):
    """A network as the readers' settings name it; the password of an open one is empty."""

    ssid: str
    password: str


def load(data: Path) -> Wifi | None:
    """The network of this office's readers, None while it has none; raises UsageProblem for a file that is damaged."""
    path = _path(data)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Wifi)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path}: {error}", "Say it again: luot device wifi NAME") from error


def save(data: Path, wifi: Wifi) -> None:
    """Keep it, readable by its owner only, in one step; raises UsageProblem for what no network can be called."""
    if not 0 < len(wifi.ssid.encode()) <= _MOST_SSID_BYTES:
        raise UsageProblem("a Wi-Fi's name has 1 to 32 bytes", "Give it as the access point shows it.")
    if wifi.password and len(wifi.password) not in _PASSWORD_CHARS:
        raise UsageProblem("a Wi-Fi's password has 8 to 63 characters", "Leave it empty for an open network.")
    path = _path(data)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(wifi))
    fresh.replace(path)


def forget(data: Path) -> None:
    """From now on readers are provisioned without."""
    _path(data).unlink(missing_ok=True)


def _path(data: Path) -> Path:
    return data / "readers" / _FILE
