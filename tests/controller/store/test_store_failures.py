"""Disks that are full, files that are damaged, schemas from the future: each is a StoreFailed that says what to do."""

import shutil
import sqlite3
import threading
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from engine_day import POLICY, picture
from recorded_day import RecordedDay

from luot_controller.engine.commands import CallNext
from luot_controller.engine.events import TapIgnored
from luot_controller.errors import ExitCode, StoreFailed
from luot_controller.store.port import Batch
from luot_controller.store.sqlite import FILE, SqliteStore

FULL = "See that the disk is not full or read-only."
DAMAGED = "The file is damaged or no ledger."


def many(first: int, count: int) -> Batch:
    """`count` large facts."""
    facts = [(n, TapIgnored(n, "r" * 200, "k1", 1, n, 64, None)) for n in range(first, first + count)]
    return Batch(facts=facts)  # type: ignore[arg-type]


def failure(deed: object, *args: object) -> StoreFailed:
    """What a store says when it cannot."""
    with pytest.raises(StoreFailed) as caught:
        deed(*args)  # type: ignore[operator]
    assert ExitCode.FAILED == caught.value.exit_code
    return caught.value


def test_disk_full(store: SqliteStore, day: RecordedDay) -> None:
    """A commit that finds no room has not happened at all; once there is room it is simply done again."""
    day.tap(1)
    store.commit(day.batch(), 0)
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    failed = failure(store.commit, many(3, 500), 0)
    assert FULL in failed.hint
    assert str(store.path) in failed.subject
    assert 2 == len(store.facts(0, 1_000))
    assert picture(day.state, POLICY) == picture(store.recover(POLICY).state, POLICY)
    store._db.execute("PRAGMA max_page_count = 1000000")
    store.commit(many(3, 500), 0)
    assert 502 == len(store.facts(0, 1_000))


def test_disk_full_while_enrolling(store: SqliteStore) -> None:
    """No card of the list is enrolled, and the reason is the disk."""
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages + 1}")
    failed = failure(store.add_cards, [(n, n.to_bytes(16, "big")) for n in range(1, 5_000)])
    assert FULL in failed.hint
    assert "full" in failed.subject
    assert {} == store.cards()


def test_read_only(store: SqliteStore) -> None:
    """A disk that went read-only, as flash does at its end: reading goes on, writing fails with a hint."""
    store.commit(many(1, 3), 0)
    store._db.execute("PRAGMA query_only = ON")
    for deed in (
        lambda: store.commit(many(4, 1), 0),
        lambda: store.add_cards([(1, bytes(16))]),
        lambda: store.renew_reader_key("entry-1"),
    ):
        assert FULL in failure(deed).hint
    assert 3 == len(store.facts(0, 10))


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there, and one that is a file."""
    (tmp_path / "file").touch()
    for folder in (tmp_path / "nowhere", tmp_path / "file"):
        assert FILE in failure(SqliteStore, folder).subject


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    """Something else under the ledger's name is not touched."""
    (tmp_path / FILE).mkdir()
    assert FILE in failure(SqliteStore, tmp_path).subject
    assert (tmp_path / FILE).is_dir()


def test_not_a_database(tmp_path: Path) -> None:
    """A file that is no ledger is left as it is; the hint is a backup, not the disk."""
    (tmp_path / FILE).write_bytes(b"Dear diary, " * 500)
    failed = failure(SqliteStore, tmp_path)
    assert DAMAGED in failed.hint
    assert b"Dear diary, " * 500 == (tmp_path / FILE).read_bytes()


def test_damaged_pages(open_store: Callable[[], SqliteStore], tmp_path: Path) -> None:
    """Pages that a dying disk overwrote: the start says that the file is damaged, and writes nothing into it."""
    store = open_store()
    store.commit(many(1, 300), 0)
    store.close()
    whole = (tmp_path / FILE).read_bytes()
    damaged = whole[:4096] + b"\xa5" * (len(whole) - 4096)
    (tmp_path / FILE).write_bytes(damaged)

    def start() -> None:
        again = open_store()
        again.recover(POLICY)

    assert DAMAGED in failure(start).hint
    assert damaged == (tmp_path / FILE).read_bytes()


def test_cut_off(open_store: Callable[[], SqliteStore], tmp_path: Path) -> None:
    """A file that was copied only in part is recognised."""
    store = open_store()
    store.commit(many(1, 300), 0)
    store.close()
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:6000])

    def start() -> None:
        again = open_store()
        again.recover(POLICY)
        again.facts(0, 1_000)

    assert DAMAGED in failure(start).hint


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE visit SET body = '{'",
        "UPDATE visit SET body = '{\"id\": 1}'",
        "UPDATE desk SET body = '[]'",
        "INSERT OR REPLACE INTO pace VALUES ('papers', 'x')",
    ],
)
def test_a_damaged_row(store: SqliteStore, day: RecordedDay, statement: str) -> None:
    """A row that cannot be read is a damaged ledger, not a crash of another kind."""
    day.tap(1)
    day.do(CallNext("1"))
    store.commit(day.batch(), 0)
    store._db.execute(statement)
    assert DAMAGED in failure(store.recover, POLICY).hint


def test_another_program_writes_for_too_long(store: SqliteStore, open_store: Callable[[], SqliteStore]) -> None:
    """A commit waits for another writer; not for ever; and afterwards it is simply done again."""
    other = open_store()
    store._db.execute("PRAGMA busy_timeout = 20")
    other._db.execute("BEGIN IMMEDIATE")
    assert "locked" in failure(store.commit, many(1, 1), 0).subject
    other._db.execute("ROLLBACK")
    store.commit(many(1, 1), 0)
    assert 1 == len(other.facts(0, 9))


def test_a_newer_schema_is_refused(store: SqliteStore, open_store: Callable[[], SqliteStore], tmp_path: Path) -> None:
    """A ledger that a newer version has upgraded is not opened, and not changed, by this one."""
    store._db.execute("PRAGMA user_version = 99")
    store.close()
    before = (tmp_path / FILE).read_bytes()
    failed = failure(open_store)
    assert "newer version (schema 99, this one knows" in failed.subject
    assert "Install the newer version" in failed.hint
    assert before == (tmp_path / FILE).read_bytes()


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of schema scripts that a test may add to."""
    package = tmp_path / "package"
    shutil.copytree(str(resources.files("luot_controller.store") / "sql"), package / "sql")
    monkeypatch.setattr(resources, "files", lambda _package: package)
    return package / "sql"


def test_an_older_schema_is_brought_up_to_date(
    store: SqliteStore, open_store: Callable[[], SqliteStore], scripts: Path
) -> None:
    """Each script runs once, in order, on a ledger that has data; a file left empty by a kill becomes a ledger too."""
    store.commit(many(1, 3), 0)
    known = len(list(scripts.iterdir()))
    store.close()
    (scripts / f"{known + 1:04}_more.sql").write_text("CREATE TABLE more (x INTEGER);\nINSERT INTO more VALUES (7);\n")
    for _ in range(2):
        again = open_store()
        assert [(7,)] == again._db.execute("SELECT x FROM more").fetchall()
        assert (known + 1,) == again._db.execute("PRAGMA user_version").fetchone()
        assert 3 == len(again.facts(0, 9))
        again.close()


def test_a_schema_script_that_fails_leaves_nothing(
    store: SqliteStore, open_store: Callable[[], SqliteStore], scripts: Path
) -> None:
    """An upgrade that breaks off leaves the ledger as it was, for the version that wrote it."""
    store.commit(many(1, 3), 0)
    before = list(store._db.iterdump())
    store.close()
    (scripts / "0999_bad.sql").write_text("CREATE TABLE more (x INTEGER);\nINSERT INTO nowhere VALUES (1);\n")
    assert "nowhere" in failure(open_store).subject
    (scripts / "0999_bad.sql").unlink()
    assert before == list(open_store()._db.iterdump())


def test_two_programs_make_the_ledger_at_once(tmp_path: Path) -> None:
    """The office and a technician's command may both find no ledger; both go on with the same one."""
    problems: list[BaseException] = []
    keys: set[bytes] = set()
    start = threading.Barrier(4)

    def one() -> None:
        start.wait()
        try:
            store = SqliteStore(folder)
            keys.add(store.card_key())
            store.close()
        except (StoreFailed, sqlite3.Error) as problem:
            problems.append(problem)

    for round_ in range(8):
        folder = tmp_path / str(round_)
        folder.mkdir()
        keys.clear()
        threads = [threading.Thread(target=one) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [] == problems
        assert 1 == len(keys)
