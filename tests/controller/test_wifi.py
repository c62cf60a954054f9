"""The readers' Wi-Fi is said once, kept where only its owner can read it, and shown without its password."""

import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import luot, office_folder

from luot_controller import wifi
from luot_controller.errors import UsageProblem
from luot_firmware import settings as firmware_settings

PASSWORD = "mật khẩu dài"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return office_folder(tmp_path / "office")


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "wifi.txt"
    path.write_text(PASSWORD + "\r\n", encoding="utf-8")
    return path


def provisioned(data: Path, out: Path, *options: str) -> firmware_settings.Settings:
    assert 0 == luot("device", "provision", "entry-1", "--data", data, "--out", out, *options).code
    return firmware_settings.check((out / "settings.json").read_bytes())


def test_each_reader_gets_it(data: Path, password_file: Path, tmp_path: Path) -> None:
    """Said once, it is in the settings that the firmware takes; not on a cable, nor on a PC."""
    assert provisioned(data, tmp_path / "a").wifi is None
    said = luot("device", "wifi", "Một cửa", "--password-file", password_file, "--data", data)
    assert (0, "readers join Một cửa\n", "") == said
    assert ("Một cửa", PASSWORD) == provisioned(data, tmp_path / "b").wifi
    assert provisioned(data, tmp_path / "c", "--wired").wifi is None
    assert provisioned(data, tmp_path / "d", "--hall", "127.0.0.1:5555").wifi is None


def test_only_its_owner_can_read_it(data: Path) -> None:
    """As with every other secret of the office."""
    wifi.save(data, wifi.Wifi("name", "secret word"))
    files = list((data / "readers").iterdir())
    assert [("wifi.json", 0o600)] == [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in files]


def test_it_is_shown_without_password(data: Path, password_file: Path) -> None:
    """By its name, also as JSON; nothing says the password."""
    assert "readers join no Wi-Fi\n" == luot("device", "wifi", "--data", data).out
    luot("device", "wifi", "name", "--password-file", password_file, "--data", data)
    assert {"ssid": "name"} == json.loads(luot("device", "wifi", "--json", "--data", data).out)


def test_an_open_network_and_none(data: Path) -> None:
    """An open one has no password; a forgotten one is provisioned no more."""
    assert 0 == luot("device", "wifi", "name", "--open", "--data", data).code
    assert wifi.Wifi("name", "") == wifi.load(data)
    assert "readers join no Wi-Fi\n" == luot("device", "wifi", "--forget", "--data", data).out
    assert wifi.load(data) is None


def test_what_no_network_is_called(data: Path) -> None:
    """Refused before it is kept, with what to do."""
    for ssid, password in (("", "secret word"), ("ộ" * 11, "secret word"), ("name", "short"), ("name", "x" * 64)):
        with pytest.raises(UsageProblem):
            wifi.save(data, wifi.Wifi(ssid, password))
    assert wifi.load(data) is None


def test_contradictions(data: Path, password_file: Path) -> None:
    """Named as usage; nothing is kept."""
    for words in (["--open"], ["name", "--forget"], ["name", "--open", "--password-file", password_file]):
        assert 2 == luot("device", "wifi", *words, "--data", data).code
    assert wifi.load(data) is None


def test_without_terminal_or_file(data: Path) -> None:
    """A script that gives no password is told how to."""
    said = luot("device", "wifi", "name", "--data", data)
    assert (2, "") == (said.code, said.out)
    assert "--password-file" in said.err


def test_a_damaged_file(data: Path) -> None:
    """It is named, and how to say it again."""
    (data / "readers").mkdir(exist_ok=True)
    (data / "readers" / "wifi.json").write_text("{")
    said = luot("device", "wifi", "--data", data)
    assert 2 == said.code
    assert "luot device wifi NAME" in said.err


def test_a_folder_that_is_no_office(tmp_path: Path) -> None:
    """Nothing is made there."""
    assert 2 == luot("device", "wifi", "name", "--open", "--data", tmp_path / "none").code
    assert not (tmp_path / "none").exists()


@pytest.mark.real
def test_it_is_asked_for_without_echo(data: Path) -> None:
    """Typed on a terminal, it is not seen there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "luot_controller.cli", "device", "wifi", "name", "--data", str(data)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    while b"Password" not in seen:
        seen += os.read(ours, 1024)
    os.write(ours, b"secret word\n")
    assert 0 == process.wait(60)
    while b"readers join name" not in seen:
        seen += os.read(ours, 1024)
    os.close(ours)
    assert b"secret" not in seen
    assert wifi.Wifi("name", "secret word") == wifi.load(data)
