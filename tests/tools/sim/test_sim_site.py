"""luot_tools.sim.site: the hall reads of the site file what the office reads of it."""

from pathlib import Path

import pytest

from luot_controller.errors import DataFolderMissing, UsageProblem
from luot_controller.settings import sample_site
from luot_tools.sim.site import Door, load_site


def test_the_sample_site_is_understood(tmp_path: Path) -> None:
    """Services with their minutes, desks with their services, and a way in for each service and class."""
    (tmp_path / "site.toml").write_text(sample_site(), encoding="utf-8")
    site = load_site(tmp_path)
    assert {"ho-tich": 8, "chung-thuc": 5, "dat-dai": 12} == site.typical_min
    assert {"1", "2", "3", "4"} == set(site.desks)
    assert ["entry-1", "entry-2", "entry-3"] == site.readers
    assert [Door("entry-3", 0, "dat-dai", False)] == site.doors_for("dat-dai", priority=False)
    assert [Door("entry-3", 1, "dat-dai", True)] == site.doors_for("dat-dai", priority=True)
    assert 2 == site.drop_window_min


SMALL = """
[site]
id = "s"
name = "S"
drop_window_min = 5
[[services]]
id = "papers"
name = "Papers"
[[services]]
id = "land"
name = "Land"
[[classes]]
id = "plain"
name = "Plain"
[[desks]]
id = "1"
services = ["papers", "land"]
"""


def test_without_a_priority_button_all_tap_alike(tmp_path: Path) -> None:
    """Nobody stays outside because a reader has no button; a service without a reader is asked for by nobody."""
    entry = '[[readers]]\nid = "entry-1"\nrole = "entry"\nservice = "papers"\nclass = "plain"\n'
    (tmp_path / "site.toml").write_text(SMALL + entry, encoding="utf-8")
    site = load_site(tmp_path)
    assert [Door("entry-1", 0, "papers", False)] == site.doors_for("papers", priority=True)
    assert {"papers": 10} == site.typical_min
    assert 5 == site.drop_window_min


def test_a_hall_needs_an_entry_reader(tmp_path: Path) -> None:
    """The error says what to add."""
    (tmp_path / "site.toml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"no entry reader\n.*\[\[readers\]\]"):
        load_site(tmp_path)


def test_a_folder_without_an_office_is_named(tmp_path: Path) -> None:
    """The error says how to start one there."""
    with pytest.raises(DataFolderMissing, match="luot office --data"):
        load_site(tmp_path)


@pytest.mark.parametrize("text", ["[site", 'desks = 5\n[site]\nid = "s"\n'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    """Neither TOML nor a site: an error that names the file, not a traceback."""
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"site\.toml"):
        load_site(tmp_path)
