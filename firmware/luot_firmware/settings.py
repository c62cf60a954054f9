"""The reader's settings file, `settings.json`: reads and checks it. Never writes it, and never shows a secret.

Nothing that this file gives out refers to it, so that a start can forget it: its code is a twentieth of a reader's.
"""

import binascii
import json

from luot_protocol.cose import KEY_BYTES
from luot_protocol.ids import MAX_ID_CHARS, is_id

ROLES = ("entry", "info", "desk", "dropoff")
LANGUAGES = ("vi", "en")

_MAX_BYTES = 2048
_MAX_TEXT = 128
_MAX_SHOWN = 60
_MAX_KID_BYTES = 16
_BROKER = ("host", "port", "user", "password")
_OPTIONAL = ("wifi", "hall")
_SECRET = ("key", "card_key", "password", "wifi")
_MAX_SSID_BYTES = 32
_LEAST_WIFI_PASSWORD, _MOST_WIFI_PASSWORD = 8, 63


class SettingsError(Exception):
    """Raised for a file or a value that cannot be used: `key`, `value` as it may be shown, and what is `allowed`."""

    def __init__(self, key, value, allowed):
        super().__init__(f"settings.json: {key} is {value}; allowed is {allowed}")
        self.key = key
        self.value = value
        self.allowed = allowed


class Settings:
    """What the file says, one attribute for each of its keys.

    reader, site, link: ids. role, language: see ROLES, LANGUAGES. kid, key, card_key: bytes. host, port, user,
    password: of the broker; all None when none is given: the reader speaks over its serial line. wifi: (ssid, password)
    or None. hall: (host, port) of who lays cards into the field on a PC, or None.
    """

    reader: str
    site: str
    role: str
    kid: bytes
    key: bytes
    card_key: bytes
    link: str
    host: str | None
    port: int | None
    user: str | None
    password: str | None
    language: str
    wifi: object
    hall: object


def load(flash):
    """Read and check the file in `flash`; raises SettingsError."""
    try:
        raw = flash.read("settings.json", 0, _MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError("the file", "unreadable (" + str(error) + ")", _FILE_FORM)
    if not raw:
        raise SettingsError("the file", "missing or empty", _FILE_FORM)
    if len(raw) > _MAX_BYTES:
        raise SettingsError("the file", "too long", _FILE_FORM)
    return check(raw)


def check(raw):
    """The Settings in these bytes; raises SettingsError at the first key that cannot be used."""
    try:
        given = json.loads(raw)
    except (ValueError, UnicodeError):
        given = None
    if not isinstance(given, dict):
        raise SettingsError("the file", "not a JSON object", _FILE_FORM)
    ours = Settings()
    optional = _OPTIONAL if any(key in given for key in _BROKER) else _OPTIONAL + _BROKER
    for key, read, allowed in _FIELDS:
        value = None
        if key in given:
            said = given.pop(key)
            value = read(said)
            if value is None:
                raise SettingsError(key, _shown(key, said), allowed)
        elif key not in optional:
            raise SettingsError(key, "missing", allowed)
        setattr(ours, key, value)
    for key in given:
        raise SettingsError(key, "unknown", "one of " + ", ".join(field[0] for field in _FIELDS))
    return ours


def _shown(key, value):
    if key in _SECRET:
        return "hidden (" + str(len(str(value))) + " characters)"
    shown = repr(value)
    return shown if len(shown) <= _MAX_SHOWN else shown[:_MAX_SHOWN] + "..."


def _id(value):
    return value if isinstance(value, str) and is_id(value) else None


def _text(value):
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_TEXT else None


def _port(value):
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 < value < 1 << 16 else None


def _one_of(allowed):
    return lambda value: value if value in allowed else None


def _hex(least, most):
    def read(value):
        try:
            raw = binascii.unhexlify(value) if isinstance(value, str) else b""
        except ValueError:
            return None
        return raw if least <= len(raw) <= most else None

    return read


def _address(value):
    if not isinstance(value, str) or ":" not in value:
        return None
    host, port = value.rsplit(":", 1)
    number = _port(int(port)) if port.isdigit() else None
    return (host, number) if host and number else None


def _wifi(value):
    if not isinstance(value, dict) or sorted(value) != ["password", "ssid"]:
        return None
    ssid, password = value["ssid"], value["password"]
    if not isinstance(ssid, str) or not 0 < len(ssid.encode()) <= _MAX_SSID_BYTES:
        return None
    is_open = password == ""
    is_password = isinstance(password, str) and _LEAST_WIFI_PASSWORD <= len(password) <= _MOST_WIFI_PASSWORD
    return (ssid, password) if is_open or is_password else None


_FILE_FORM = f"one JSON object of at most {_MAX_BYTES} bytes, as provisioning writes it"
_ID_FORM = f"1 to {MAX_ID_CHARS} of a-z, 0-9 and the hyphen"
_TEXT_FORM = f"text of 1 to {_MAX_TEXT} characters"
_KEY_FORM = f"{KEY_BYTES} bytes as hex digits"

_FIELDS = (
    ("reader", _id, _ID_FORM),
    ("site", _id, _ID_FORM),
    ("role", _one_of(ROLES), "one of " + ", ".join(ROLES)),
    ("kid", _hex(1, _MAX_KID_BYTES), f"1 to {_MAX_KID_BYTES} bytes as hex digits"),
    ("key", _hex(KEY_BYTES, KEY_BYTES), _KEY_FORM),
    ("card_key", _hex(KEY_BYTES, KEY_BYTES), _KEY_FORM),
    ("link", _id, _ID_FORM),
    ("host", _text, _TEXT_FORM),
    ("port", _port, "a whole number from 1 to 65535"),
    ("user", _text, _TEXT_FORM),
    ("password", _text, _TEXT_FORM),
    ("language", _one_of(LANGUAGES), "one of " + ", ".join(LANGUAGES)),
    ("wifi", _wifi, "ssid, of 1 to 32 bytes, and password, of 8 to 63 characters, empty for an open network"),
    ("hall", _address, "host:port"),
)
