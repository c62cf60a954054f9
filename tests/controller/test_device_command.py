"""`luot device`: a reader's identity, written for its flash; a reader keeps its key unless it gets a new one."""

import json
import stat
from pathlib import Path

import pytest
from command_line import luot, office_folder

from luot_controller.access import load
from luot_controller.store.port import ReaderKey
from luot_controller.store.sqlite import SqliteStore
from luot_firmware import settings as firmware_settings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return office_folder(tmp_path / "office")


def keys(data: Path) -> dict[str, ReaderKey]:
    store = SqliteStore(data)
    try:
        return {key.reader: key for key in store.reader_keys()}
    finally:
        store.close()


def test_provision(data: Path, tmp_path: Path) -> None:
    """Everything the reader must know stands in one file, with the key that the office knows it by."""
    said = luot("device", "provision", "entry-1", "--data", data, "--out", tmp_path / "deep" / "flash")
    path = tmp_path / "deep" / "flash" / "settings.json"
    assert (0, f"entry-1: settings written to {path}\n", "") == said
    key, access = keys(data)["entry-1"], load(data, "entry-1")
    store = SqliteStore(data)
    card_key = store.card_key()
    store.close()
    assert {
        "reader": "entry-1",
        "site": "test",
        "role": "entry",
        "kid": key.kid.hex(),
        "key": key.key.hex(),
        "card_key": card_key.hex(),
        "link": "entry-1",
        "host": "127.0.0.1",
        "port": 18830,
        "user": "entry-1",
        "password": access.password,
        "language": "vi",
    } == json.loads(path.read_text())
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert ["settings.json"] == [one.name for one in path.parent.iterdir()]


@pytest.mark.parametrize("reader", ["entry-1", "info-1", "at-1"])
def test_the_firmware_takes_it(data: Path, tmp_path: Path, reader: str) -> None:
    """What provisioning writes is what the reader's own check accepts, for each role, with a hall too."""
    luot("device", "provision", reader, "--data", data, "--out", tmp_path, "--hall", "127.0.0.1:5555")
    settings = firmware_settings.check((tmp_path / "settings.json").read_bytes())
    key = keys(data)[reader]
    assert (reader, key.kid, key.key, ("127.0.0.1", 5555)) == (
        settings.reader,
        settings.kid,
        settings.key,
        settings.hall,
    )


def test_a_new_key_each_time(data: Path, tmp_path: Path) -> None:
    """Provisioned again, a reader has another key, and its old one is gone; other readers keep theirs."""
    for reader in ("entry-1", "info-1"):
        luot("device", "provision", reader, "--data", data, "--out", tmp_path / reader)
    before = keys(data)
    (tmp_path / "entry-1" / "settings.json").chmod(0o644)
    luot("device", "provision", "entry-1", "--data", data, "--out", tmp_path / "entry-1")
    after = keys(data)
    assert before["info-1"] == after["info-1"]
    assert before["entry-1"].kid != after["entry-1"].kid
    assert before["entry-1"].key != after["entry-1"].key
    path = tmp_path / "entry-1" / "settings.json"
    assert after["entry-1"].key.hex() == json.loads(path.read_text())["key"]
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_kept_key(data: Path, tmp_path: Path) -> None:
    """With --keep-key the settings are written again under the key that is in force; a reader without one gets one."""
    words = ("device", "provision", "entry-1", "--keep-key", "--data", data, "--out", tmp_path)
    assert 0 == luot(*words).code
    first, key = (tmp_path / "settings.json").read_bytes(), keys(data)["entry-1"]
    assert 0 == luot(*words).code
    assert (first, key) == ((tmp_path / "settings.json").read_bytes(), keys(data)["entry-1"])


def test_an_unknown_reader(data: Path, tmp_path: Path) -> None:
    """The readers of the site file are named; nothing is made."""
    said = luot("device", "provision", "entry-9", "--data", data, "--out", tmp_path / "flash")
    assert (2, "") == (said.code, said.out)
    assert "entry-9 is not a reader of the site file" in said.err
    assert "entry-1, info-1, at-1" in said.err
    assert ({}, False) == (keys(data), (tmp_path / "flash").exists())


def test_a_folder_that_takes_nothing(data: Path, tmp_path: Path) -> None:
    """When the settings cannot be written the reader keeps the key it has: it goes on working."""
    luot("device", "provision", "entry-1", "--data", data, "--out", tmp_path / "flash")
    before = keys(data)
    (tmp_path / "file").touch()
    said = luot("device", "provision", "entry-1", "--data", data, "--out", tmp_path / "file" / "flash")
    assert (2, "") == (said.code, said.out)
    assert "cannot be written" in said.err
    assert "Nothing was changed" in said.err
    assert before == keys(data)


def test_no_folder_named(data: Path) -> None:
    """--out is required."""
    said = luot("device", "provision", "entry-1", "--data", data)
    assert 2 == said.code
    assert "--out" in said.err


@pytest.mark.parametrize("words", [["provision", "entry-1", "--out", "flash"], ["list"]])
def test_no_office(tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no office has been nothing is made, and the hint is to start one."""
    monkeypatch.chdir(tmp_path)
    said = luot("device", *words, "--data", "nothing")
    assert (2, "") == (said.code, said.out)
    assert "nothing holds no office" in said.err
    assert [] == list(tmp_path.iterdir())


def test_list(data: Path, tmp_path: Path) -> None:
    """The readers of the site file with their role, and whether each has a key; JSON has the same."""
    luot("device", "provision", "info-1", "--data", data, "--out", tmp_path / "flash")
    lines = luot("device", "list", "--data", data).out.splitlines()
    assert [
        ["entry-1", "entry", "no key yet"],
        ["info-1", "info", "provisioned"],
        ["at-1", "desk", "no key yet"],
    ] == [line.split(maxsplit=2) for line in lines]
    assert [
        {"id": "entry-1", "role": "entry", "provisioned": False, "kid": None},
        {"id": "info-1", "role": "info", "provisioned": True, "kid": keys(data)["info-1"].kid.hex()},
        {"id": "at-1", "role": "desk", "provisioned": False, "kid": None},
    ] == json.loads(luot("device", "list", "--json", "--data", data).out)
