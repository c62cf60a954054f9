"""The chain in the database: every commit goes on with it, an old ledger gets it, and a reader sees one moment."""

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from engine_day import MINUTE, POLICY, picture
from old_schema import make_old
from recorded_day import RecordedDay

from luot_controller.engine.commands import CallNext
from luot_controller.errors import StoreFailed
from luot_controller.store import chain
from luot_controller.store.chain import Head, Row
from luot_controller.store.port import Batch
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE
from luot_controller.store.sqlite_past import SqlitePast

WALL_MS = 1_700_000_000_000


def rows(folder: Path) -> list[Row]:
    """Every event as it is kept."""
    past = SqlitePast(folder / FILE)
    found = list(past.rows(0))
    past.close()
    return found


def is_chained(found: list[Row]) -> bool:
    """Each hash is that of the line after the hash before."""
    before = [chain.GENESIS, *(row.hash for row in found)]
    return all(
        row.hash == chain.next_hash(before[at], chain.line(row.id, row.wall_ms, row.kind, row.body))
        for at, row in enumerate(found)
    )


def test_every_commit_goes_on_with_the_chain(
    store: SqliteStore, open_store: Callable[[], SqliteStore], day: RecordedDay, tmp_path: Path
) -> None:
    """Within a commit, from one to the next, after one that failed, and after a restart."""
    assert Head(0, chain.GENESIS) == store.head()
    for number in range(1, 4):
        day.later(1).tap(number)
    store.commit(day.batch(), WALL_MS)
    with pytest.raises(StoreFailed):
        store.commit(Batch([(1, day.ledger[0])]), WALL_MS)
    day.later(1).do(CallNext("1"))
    store.commit(day.batch(), WALL_MS + 1)
    store.close()
    day.later(1).tap(9)
    again = open_store()
    again.commit(day.batch(), WALL_MS + 2)
    found = rows(tmp_path)
    assert is_chained(found)
    assert (len(day.ledger), Head(found[-1].id, found[-1].hash)) == (len(found), again.head())


def test_an_old_ledger_is_chained(tmp_path: Path, open_store: Callable[[], SqliteStore], day: RecordedDay) -> None:
    """Opened by this version, a database of schema 1 has all its events, its state, and a chain that goes on."""
    for number in range(1, 30):
        day.later(1).tap(number)
    day.do(CallNext("1"))
    make_old(tmp_path, day.batch(), WALL_MS)
    with pytest.raises(StoreFailed, match="older version") as caught:
        SqlitePast(tmp_path / FILE)
    assert "Start the office on it once" in caught.value.hint
    store = open_store()
    assert picture(day.state, POLICY) == picture(store.recover(POLICY).state, POLICY)
    assert day.ledger == [fact for _, fact in store.facts(0, 1_000)]
    day.later(1).tap(77)
    store.commit(day.batch(), WALL_MS)
    assert is_chained(rows(tmp_path))
    assert len(day.ledger) == len(rows(tmp_path))


def test_a_reader_sees_one_moment(store: SqliteStore, day: RecordedDay, tmp_path: Path) -> None:
    """What an office commits after the first look is not there until the next: rows and events always agree."""
    day.tap(1)
    store.commit(day.batch(), WALL_MS)
    past = SqlitePast(tmp_path / FILE)
    assert 2 == past.head().event_id
    day.later(1).tap(2)
    store.commit(day.batch(), WALL_MS)
    assert (2, 2, 2) == (past.head().event_id, past.kept_state().event_id, len(list(past.rows(0))))
    past.close()
    assert 4 == len(rows(tmp_path))


def test_a_copy_on_a_disk_that_cannot_be_written(store: SqliteStore, day: RecordedDay, tmp_path: Path) -> None:
    """A copy of a closed ledger is read where no file can be made beside it, and is not changed."""
    day.tap(1)
    store.commit(day.batch(), WALL_MS)
    store.close()
    folder = tmp_path / "copy"
    folder.mkdir()
    content = (tmp_path / FILE).read_bytes()
    (folder / FILE).write_bytes(content)
    (folder / FILE).chmod(0o400)
    folder.chmod(0o500)
    try:
        assert 2 == len(rows(folder))
    finally:
        folder.chmod(0o700)
    assert content == (folder / FILE).read_bytes()
    if os.geteuid():  # who may write everywhere leaves SQLite's own files there
        assert [FILE] == os.listdir(folder)


def test_rows_come_in_order_however_many(store: SqliteStore, day: RecordedDay, tmp_path: Path) -> None:
    """Pages of the reader join without a gap; `after` leaves out what is known."""
    for n in range(1_201):
        day.now_ms += MINUTE
        day.tap(None if n else 1)
    store.commit(day.batch(), WALL_MS)
    found = rows(tmp_path)
    assert len(day.ledger) == len(found)
    assert all(one.id + 1 == other.id for one, other in pairwise(found))
    past = SqlitePast(tmp_path / FILE)
    assert [1_201, 1_202] == [row.id for row in past.rows(1_200)]
    past.close()
