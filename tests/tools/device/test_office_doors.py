"""The office's doors for a reader's identity: its own commands, or a settings file that they made."""

import json
from pathlib import Path

import pytest

from controller.command_line import office_folder
from luot_controller.errors import UsageProblem
from luot_tools.device.office import OfficeFolder, SettingsFile


def test_an_office_folder(tmp_path: Path) -> None:
    """No key, then one, then the same again, then another; the hall of a reader on a PC goes along."""
    office = OfficeFolder(office_folder(tmp_path / "office"), "127.0.0.1:5555")
    assert "" == office.kid("entry-1")
    first = office.settings("entry-1", keep_key=True, wired=False)
    kid = office.kid("entry-1")
    assert (kid, "entry-1", "127.0.0.1:5555") == tuple(json.loads(first)[key] for key in ("kid", "reader", "hall"))
    assert first == office.settings("entry-1", keep_key=True, wired=False)
    assert first != office.settings("entry-1", keep_key=False, wired=False)
    assert kid != office.kid("entry-1")
    assert "host" in json.loads(first)
    assert "host" not in json.loads(office.settings("entry-1", keep_key=True, wired=True))


def test_what_an_office_refuses(tmp_path: Path) -> None:
    """A reader that it does not have, and a folder that is no office: the words of the command, and its hint."""
    office = OfficeFolder(office_folder(tmp_path / "office"))
    with pytest.raises(UsageProblem) as raised:
        office.kid("entry-9")
    assert "Readers there: entry-1, info-1, at-1." in raised.value.hint
    with pytest.raises(UsageProblem) as raised:
        office.settings("entry-9", keep_key=False, wired=False)
    assert ("entry-9 is not a reader of the site file", True) == (raised.value.subject, bool(raised.value.hint))
    with pytest.raises(UsageProblem) as raised:
        OfficeFolder(tmp_path / "nothing").kid("entry-1")
    assert "holds no office" in raised.value.subject


def test_a_settings_file(tmp_path: Path) -> None:
    """It is for one reader and holds one key; its bytes go to the board as they are."""
    path = tmp_path / "settings.json"
    path.write_text('{"reader": "entry-1", "kid": "0a01"}')
    file = SettingsFile(path)
    assert ("entry-1", "0a01") == (file.reader, file.kid("entry-1"))
    assert path.read_bytes() == file.settings("entry-1", keep_key=False, wired=False)
    with pytest.raises(UsageProblem):
        file.kid("info-1")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"reader": "entry-1"}', "\xff"])
def test_what_is_no_settings_file(tmp_path: Path, text: str) -> None:
    """Refused before any board is touched."""
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UsageProblem) as raised:
        SettingsFile(path)
    assert "luot device provision" in raised.value.hint
