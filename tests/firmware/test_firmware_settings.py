"""A settings file is taken as a whole or refused with the key, the value and what is allowed."""

import json

from luot_firmware import settings
from luot_firmware.flash import Flash

ALSO_ON_MICROPYTHON = True

GOOD = {
    "reader": "entry-1",
    "site": "demo",
    "role": "entry",
    "kid": "0a0b",
    "key": "11" * 32,
    "card_key": "22" * 32,
    "link": "link-1",
    "host": "127.0.0.1",
    "port": 1883,
    "user": "entry-1",
    "password": "secret word",
    "language": "vi",
    "wifi": {"ssid": "Một cửa", "password": "secret word"},
    "hall": "127.0.0.1:5555",
}

ALLOWED = {
    "reader": "1 to 32 of a-z, 0-9 and the hyphen",
    "site": "1 to 32 of a-z, 0-9 and the hyphen",
    "role": "one of entry, info, desk, dropoff",
    "kid": "1 to 16 bytes as hex digits",
    "key": "32 bytes as hex digits",
    "card_key": "32 bytes as hex digits",
    "link": "1 to 32 of a-z, 0-9 and the hyphen",
    "host": "text of 1 to 128 characters",
    "port": "a whole number from 1 to 65535",
    "user": "text of 1 to 128 characters",
    "password": "text of 1 to 128 characters",
    "language": "one of vi, en",
    "wifi": "ssid, of 1 to 32 bytes, and password, of 8 to 63 characters, empty for an open network",
    "hall": "host:port",
}

BAD = (
    ("reader", "Entry 1", "'Entry 1'"),
    ("reader", "", "''"),
    ("reader", "a" * 33, None),
    ("site", 7, "7"),
    ("site", "a/b", "'a/b'"),
    ("link", "+", "'+'"),
    ("role", "entri", "'entri'"),
    ("role", [], "[]"),
    ("kid", "", "''"),
    ("kid", "0", "'0'"),
    ("kid", "00" * 17, None),
    ("key", "11" * 31, "hidden (62 characters)"),
    ("key", "zz" * 32, "hidden (64 characters)"),
    ("card_key", None, "hidden (4 characters)"),
    ("host", "", "''"),
    ("port", 0, "0"),
    ("port", 65536, "65536"),
    ("port", "1883", "'1883'"),
    ("port", True, "True"),
    ("port", 1883.5, "1883.5"),
    ("user", {}, "{}"),
    ("password", "x" * 129, "hidden (129 characters)"),
    ("language", "fr", "'fr'"),
    ("wifi", "name", "hidden (4 characters)"),
    ("wifi", {"ssid": "name"}, "hidden (16 characters)"),
    ("wifi", {"ssid": "", "password": "secret word"}, None),
    ("wifi", {"ssid": "ộ" * 11, "password": "secret word"}, None),
    ("wifi", {"ssid": "name", "password": "short"}, None),
    ("wifi", {"ssid": "name", "password": "x" * 64}, None),
    ("wifi", {"ssid": "name", "password": None}, None),
    ("hall", "5555", "'5555'"),
    ("hall", ":5555", "':5555'"),
    ("hall", "localhost:port", "'localhost:port'"),
    ("hall", "localhost:99999", "'localhost:99999'"),
    ("hall", 5555, "5555"),
)


def error_of(given, read=settings.check):
    """The SettingsError that `read` raises for what it is given."""
    try:
        read(given)
    except settings.SettingsError as error:
        return error
    raise AssertionError("taken")


def changed(key, value):
    values = dict(GOOD)
    values[key] = value
    return json.dumps(values).encode()


def test_a_good_file_is_taken(folder):
    """Each key is an attribute, keys as bytes and the hall as an address."""
    flash = Flash(folder)
    flash.replace("settings.json", json.dumps(GOOD).encode())
    ours = settings.load(flash)
    for key in ("reader", "site", "role", "link", "host", "port", "user", "password", "language"):
        assert GOOD[key] == getattr(ours, key)
    assert (b"\x0a\x0b", b"\x11" * 32, b"\x22" * 32) == (ours.kid, ours.key, ours.card_key)
    assert ("Một cửa", "secret word") == ours.wifi
    assert ("127.0.0.1", 5555) == ours.hall


def test_an_open_network_has_no_password():
    """An empty one is what says so."""
    ours = settings.check(changed("wifi", {"ssid": "name", "password": ""}))
    assert ("name", "") == ours.wifi


def test_only_wifi_and_hall_may_be_left_out():
    """Without them there is none; any other key that is missing is named with what it may be."""
    for key in GOOD:
        rest = {name: value for name, value in GOOD.items() if name != key}
        if key in ("wifi", "hall"):
            assert getattr(settings.check(json.dumps(rest).encode()), key) is None
        else:
            message = f"settings.json: {key} is missing; allowed is {ALLOWED[key]}"
            assert message == str(error_of(json.dumps(rest).encode()))


def test_a_reader_on_a_cable_names_no_broker():
    """Without any of what a broker needs it has none; with some of it, the first that is missing is named."""
    broker = ("host", "port", "user", "password")
    rest = {name: value for name, value in GOOD.items() if name not in broker}
    ours = settings.check(json.dumps(rest).encode())
    assert [None] * 4 == [getattr(ours, name) for name in broker]
    rest["user"] = "entry-1"
    assert ("host", "missing") == ((error := error_of(json.dumps(rest).encode())).key, error.value)


def test_a_bad_value_is_named():
    """The error has the key, the value (never a secret one) and what is allowed."""
    for key, value, shown in BAD:
        error = error_of(changed(key, value))
        assert (key, ALLOWED[key]) == (error.key, error.allowed)
        if shown is not None:
            assert f"settings.json: {key} is {shown}; allowed is {ALLOWED[key]}" == str(error)


def test_secrets_are_not_shown():
    """No part of a key or password appears in an error about it."""
    for key in ("key", "card_key", "password"):
        assert "abcdef" not in str(error_of(changed(key, "abcdef" * 40)))


def test_a_long_value_is_cut():
    """An error is short enough for a log line."""
    assert len(str(error_of(changed("role", "x" * 1000)))) < 200


def test_an_unknown_key_is_named():
    """A misspelt key is not passed over in silence."""
    error = error_of(changed("hal", "127.0.0.1:1"))
    assert ("hal", "unknown") == (error.key, error.value)


def test_what_is_not_an_object_is_refused():
    """Broken, cut, empty and other JSON is one kind of error."""
    whole = json.dumps(GOOD).encode()
    for raw in (b"", b"{", whole[:-1], whole[: len(whole) // 2], b"[]", b"null", b"7", b"\xff\xfe\x00", b"{'a': 1}"):
        assert "the file" == error_of(raw).key


def test_a_missing_or_huge_file_is_refused(folder):
    """Before provisioning, and for a file that cannot be ours, the error says what is needed."""
    flash = Flash(folder)
    for content in (None, b"", b"x" * 5000):
        if content is not None:
            flash.replace("settings.json", content)
        assert "provisioning" in str(error_of(flash, settings.load))
