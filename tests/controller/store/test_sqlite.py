"""The ledger on SQLite: what a commit writes, what a start reads, and that nothing in it is ever changed."""

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_day import MINUTE, POLICY, folded, picture
from recorded_day import RecordedDay

from luot_controller.engine.commands import CallNext, Finish, NoShow
from luot_controller.engine.events import Fact, TapAnswered, TapIgnored
from luot_controller.engine.model import Desk, State, VisitState
from luot_controller.errors import StoreFailed
from luot_controller.store.port import Batch
from luot_controller.store.sqlite import SqliteStore

WALL_MS = 1_700_000_000_000


def rows(store: SqliteStore) -> list[str]:
    """Everything in the file."""
    return list(store._db.iterdump())


def ignored(seq: int, kid: str = "k1", boot: int = 1) -> Fact:
    return TapIgnored(seq, "entry-1", kid, boot, seq, 64, None)


def many(first: int, count: int) -> Batch:
    """`count` facts that change no visit."""
    return Batch(facts=[(n, ignored(n)) for n in range(first, first + count)])


def test_a_new_ledger_is_an_empty_site(store: SqliteStore) -> None:
    """Epoch 1, nothing published, nobody in line, every desk of the site free."""
    recovered = store.recover(POLICY)
    assert (1, 0) == (recovered.epoch, recovered.published)
    assert picture(State.empty(POLICY), POLICY) == picture(recovered.state, POLICY)


def test_what_was_committed_comes_back(
    store: SqliteStore, open_store: Callable[[], SqliteStore], day: RecordedDay
) -> None:
    """After a morning with every kind of fact: the state, the facts in order, the replies, the last one published."""
    for number in range(1, 8):
        day.later(1).tap(
            number, class_id="first" if number == 5 else "plain", service="land" if number == 6 else "papers"
        )
        store.commit(day.batch(), WALL_MS)
    for n, command in enumerate((CallNext("1"), CallNext("2"), NoShow("2"), CallNext("2"), Finish("1"), CallNext("1"))):
        day.later(2).do(command)
        store.commit(day.batch(published=n, **{f"c{n}": b"reply"}), WALL_MS)
    store.close()
    again = open_store()
    recovered = again.recover(POLICY)
    assert picture(day.state, POLICY) == picture(recovered.state, POLICY)
    assert day.ledger == [fact for _, fact in again.facts(0, 1_000)]
    assert picture(folded(POLICY, day.ledger), POLICY) == picture(recovered.state, POLICY)
    assert (5, b"reply", None) == (recovered.published, again.reply("c5"), again.reply("c9"))


def test_a_visit_that_was_replaced_is_gone(store: SqliteStore, day: RecordedDay) -> None:
    """The state holds each card's latest visit; the one before stays in the ledger alone."""
    day.with_visit(VisitState.FINISHED).later(5).tap(17)
    store.commit(day.batch(), WALL_MS)
    assert [2] == list(store.recover(POLICY).state.visits)


def test_visit_numbers_go_on(store: SqliteStore, day: RecordedDay) -> None:
    """A visit's number is never used again, though its row is gone and others were opened before it."""
    day.tap(1)
    day.tap(2)
    store.commit(day.batch(), WALL_MS)
    day.do(CallNext("1"))
    store.commit(day.batch(), WALL_MS)
    assert 2 == store.recover(POLICY).state.visit_id


def test_a_desk_of_the_ledger_that_the_site_dropped(store: SqliteStore, day: RecordedDay) -> None:
    """It is still there at a start, so that a visit at it is not lost from sight."""
    day.with_visit(VisitState.CALLED)
    store.commit(day.batch(), WALL_MS)
    smaller = type(POLICY)(POLICY.head_start_ms, POLICY.typical_ms, {"2": POLICY.desk_services["2"]})
    assert {"1", "2"} == set(store.recover(smaller).state.desks)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET at_ms = 0",
        "UPDATE event SET body = '{}' WHERE id = 1",
        "UPDATE event SET id = 99 WHERE id = 1",
        "DELETE FROM event",
        "DELETE FROM event WHERE id = 1",
        "REPLACE INTO event VALUES (1, 0, 0, 'TapIgnored', '{}', NULL, NULL, NULL, x'00')",
        "REPLACE INTO event VALUES (9, 0, 0, 'TapIgnored', '{}', 'k1', 1, 1, x'00')",
        "INSERT INTO event VALUES (0, 0, 0, 'TapIgnored', '{}', 'k1', 9, 9, x'00')",
    ],
)
def test_the_ledger_only_grows(store: SqliteStore, day: RecordedDay, statement: str) -> None:
    """No statement on this file changes or removes an event."""
    day.tap(1)
    store.commit(day.batch(), WALL_MS)
    was = rows(store)
    with pytest.raises(sqlite3.IntegrityError):
        store._db.execute(statement)
    assert was == rows(store)


def test_a_tap_is_settled_once(store: SqliteStore) -> None:
    """The ledger itself refuses a second settlement of a tap, whatever the program believes."""
    store.commit(Batch(facts=[(1, ignored(5))]), WALL_MS)
    was = rows(store)
    with pytest.raises(StoreFailed, match="the ledger only grows"):
        store.commit(Batch(facts=[(2, ignored(6)), (3, ignored(5))]), WALL_MS)
    assert was == rows(store)


def test_a_reader_with_a_new_key_counts_anew(store: SqliteStore) -> None:
    """Provisioned again, a reader starts at boot 1 again: these are other taps, under another key."""
    store.commit(Batch(facts=[(1, ignored(1, "old")), (2, ignored(1, "new")), (3, ignored(1, "new", boot=2))]), WALL_MS)
    assert 3 == len(store.facts(0, 10))
    assert None not in (store.settled("old", 1, 1), store.settled("new", 1, 1), store.settled("new", 2, 1))
    assert store.settled("old", 2, 1) is None


def test_settled_finds_the_very_fact(store: SqliteStore, day: RecordedDay) -> None:
    """Of all facts of a tap the one that made its receipt, field by field."""
    day.tap(17)
    day.tap(None)
    store.commit(day.batch(), WALL_MS)
    opened, unknown = store.settled("k1", 1, 1), store.settled("k1", 1, 2)
    assert isinstance(opened, TapAnswered)
    assert isinstance(unknown, TapIgnored)
    assert [opened, unknown] == day.ledger[1:]
    assert store.settled("k1", 1, 3) is None


def test_a_tap_that_is_newer_than_all_is_not_looked_for(store: SqliteStore) -> None:
    """The common case costs nothing; what came before, a later one settled or not, is looked up as ever."""
    store.commit(Batch(facts=[(1, ignored(7)), (2, ignored(3, boot=2))]), WALL_MS)
    assert [0, 0] == [steps(store, lambda at=at: store.settled("k1", *at)) for at in ((2, 4), (3, 1))]
    assert [None, None] == [store.settled("k1", 2, 4), store.settled("k1", 3, 1)]
    assert None not in (store.settled("k1", 1, 7), store.settled("k1", 2, 3))
    assert [None, None] == [store.settled("k1", 1, 8), store.settled("k1", 2, 2)]


def test_a_late_tap_hides_none_that_was_settled_before_a_restart(
    store: SqliteStore, open_store: Callable[[], SqliteStore]
) -> None:
    """Which tap is the newest is the whole ledger's word, not that of what was committed since the start."""
    store.commit(Batch(facts=[(1, ignored(9))]), WALL_MS)
    store.close()
    again = open_store()
    again.commit(Batch(facts=[(2, ignored(4))]), WALL_MS)
    assert ignored(9) == again.settled("k1", 1, 9)


def spoil_event(batch: Batch) -> None:
    batch.facts.append(batch.facts[0])


def spoil_visit(batch: Batch) -> None:
    batch.visits[2] = object()  # type: ignore[assignment]


def spoil_desk(batch: Batch) -> None:
    batch.desks["1"] = Desk("1", visit=object())  # type: ignore[arg-type]


def spoil_pace(batch: Batch) -> None:
    batch.paces["papers"] = object()  # type: ignore[assignment]


def spoil_reply(batch: Batch) -> None:
    batch.replies["known"] = b"again"


def spoil_published(batch: Batch) -> None:
    batch.published = object()  # type: ignore[assignment]


@pytest.mark.parametrize("spoil", [spoil_event, spoil_visit, spoil_desk, spoil_pace, spoil_reply, spoil_published])
def test_a_commit_is_all_or_nothing(store: SqliteStore, day: RecordedDay, spoil: Callable[[Batch], None]) -> None:
    """Whichever row fails, none of the batch is there; and the store goes on as if it had not been tried."""
    day.with_visit(VisitState.FINISHED)
    store.commit(day.batch(known=b"first"), WALL_MS)
    was = rows(store)
    day.later(5).tap(17)
    day.do(CallNext("1"))
    batch = day.batch(fresh=b"reply")
    spoiled = Batch(list(batch.facts), dict(batch.visits), dict(batch.desks), dict(batch.paces), dict(batch.replies), 3)
    spoil(spoiled)
    with pytest.raises((StoreFailed, TypeError)):
        store.commit(spoiled, WALL_MS)
    assert was == rows(store)
    store.commit(batch, WALL_MS)
    assert picture(day.state, POLICY) == picture(store.recover(POLICY).state, POLICY)


def test_published_never_goes_back(store: SqliteStore) -> None:
    """A commit that knows less of what was published does not undo what is known."""
    store.commit(Batch(facts=[(1, ignored(1))], published=7), WALL_MS)
    store.commit(Batch(facts=[(2, ignored(2))], published=3), WALL_MS)
    assert 7 == store.recover(POLICY).published


@pytest.mark.parametrize(
    ("after", "limit", "expected"),
    [(0, 3, [1, 2, 3]), (2, 2, [3, 4]), (8, 5, [9, 10]), (10, 5, []), (99, 5, []), (0, 0, []), ((1 << 53) - 1, 5, [])],
)
def test_facts_in_pages(store: SqliteStore, after: int, limit: int, expected: list[int]) -> None:
    """Those after a given event, in order, no more than asked for."""
    store.commit(many(1, 10), WALL_MS)
    assert expected == [event_id for event_id, _ in store.facts(after, limit)]
    assert [ignored(event_id) for event_id in expected] == [fact for _, fact in store.facts(after, limit)]


def test_the_newest_replies_are_kept(store: SqliteStore) -> None:
    """A thousand commands can be repeated; the reply before those is gone, and no row is left of it."""
    for first in range(0, 1_100, 100):
        store.commit(Batch(replies={f"c{n}": b"%d" % n for n in range(first, first + 100)}), WALL_MS)
    kept = [n for n in range(1_100) if store.reply(f"c{n}") == b"%d" % n]
    assert list(range(100, 1_100)) == kept
    assert [(1_000,)] == store._db.execute("SELECT count(*) FROM reply").fetchall()


def test_wal_and_full_sync(store: SqliteStore) -> None:
    """The promise that a receipt survives a power cut stands on these two settings."""
    assert ("wal",) == store._db.execute("PRAGMA journal_mode").fetchone()
    assert (2,) == store._db.execute("PRAGMA synchronous").fetchone()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_reads_the_files(tmp_path: Path, umask: int) -> None:
    """Keys of readers and cards are in there: mode 0600, whatever the shell's umask, the two beside it included."""
    before = os.umask(umask)
    try:
        store = SqliteStore(tmp_path)
        store.commit(many(1, 3), WALL_MS)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert dict.fromkeys(["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"], 0o600) == modes


def steps(store: SqliteStore, deed: Callable[[], object]) -> int:
    """How many instructions SQLite's machine takes for something: a count, not a time."""
    count = 0

    def one_more() -> int:
        nonlocal count
        count += 1
        return 0

    store._db.set_progress_handler(one_more, 1)
    deed()
    store._db.set_progress_handler(None, 0)
    return count


def test_a_start_does_not_read_the_ledger(store: SqliteStore, day: RecordedDay) -> None:
    """Recovery, the test for a duplicate and a page of events cost the same after 5,000 events as after 50."""
    day.with_visit(VisitState.CALLED)
    day.tap(4)
    store.commit(day.batch(), WALL_MS)

    def costs() -> list[int]:
        return [
            steps(store, lambda: store.recover(POLICY)),
            steps(store, lambda: store.settled("k1", 1, 2)),
            steps(store, lambda: store.settled("nobody", 1, 1)),
            steps(store, lambda: store.facts(3, 8)),
        ]

    first = store.recover(POLICY).state.event_id + 1
    store.commit(Batch(facts=[(n, ignored(n + 1_000)) for n in range(first, first + 45)]), WALL_MS)
    short = costs()
    assert min(short) > 0
    store.commit(Batch(facts=[(n, ignored(n + 1_000)) for n in range(first + 45, first + 5_000)]), WALL_MS)
    assert short == costs()


def test_times_of_day_are_labels(store: SqliteStore) -> None:
    """The wall clock's word is kept beside each event and plays no part in its order."""
    store.commit(many(1, 1), 900 * MINUTE)
    store.commit(many(2, 1), 5)
    assert [(1, 900 * MINUTE), (2, 5)] == store._db.execute("SELECT id, wall_ms FROM event ORDER BY id").fetchall()
