"""luot_tools.bench.disk: a commit is measured where it costs what it costs."""

from pathlib import Path

import pytest

from luot_controller.errors import UsageProblem
from luot_tools.bench import disk

MOUNTS = """\
/dev/vda / ext4 rw 0 0
tmpfs {folder}/memory tmpfs rw 0 0
/dev/vdb {folder}/memory/disk\\040two xfs rw 0 0
/dev/vdc {folder}/covered ext4 rw 0 0
tmpfs {folder}/covered ramfs rw 0 0
"""


@pytest.fixture(autouse=True)
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with some file systems in memory."""
    table = tmp_path / "mounts"
    table.write_text(MOUNTS.format(folder=tmp_path.resolve()), encoding="utf-8")
    monkeypatch.setattr(disk, "MOUNTS", table)


@pytest.mark.parametrize("folder", ["", "memory/disk two/a", "memories"])
def test_a_disk_is_taken(tmp_path: Path, folder: str) -> None:
    """What counts is the file system that is mounted nearest above the folder."""
    disk.check(tmp_path / folder)


@pytest.mark.parametrize("folder", ["memory", "memory/a", "covered/a"])
def test_memory_is_refused(tmp_path: Path, folder: str) -> None:
    """Both prototype and office would be measured without what a real one waits for; the error says what to do."""
    with pytest.raises(UsageProblem, match="in memory") as error:
        disk.check(tmp_path / folder)
    assert "--folder" in error.value.hint


def test_where_nobody_knows_it_is_taken_for_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every system has such a list."""
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "none")
    disk.check(tmp_path / "memory")


def test_a_sync_takes_time_and_leaves_nothing(tmp_path: Path) -> None:
    """The file that is written is gone afterwards."""
    before = set(tmp_path.iterdir())
    assert disk.sync_ms(tmp_path) > 0
    assert before == set(tmp_path.iterdir())
