"""Ledgers that older versions wrote: what was not kept then is worked out when they are brought up to date."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from engine_day import POLICY
from old_schema import make_old, make_schema_3
from recorded_day import RecordedDay

from luot_controller.engine.commands import BlockCard, CallNext, CloseDay, Finish, Hold
from luot_controller.engine.events import ServiceRated
from luot_controller.engine.model import Hall
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE


def served_day(day: RecordedDay) -> RecordedDay:
    """Three come, one with priority, and two are served."""
    for number, class_id in enumerate(("plain", "first", "plain"), 1):
        day.later(2).tap(number, class_id=class_id)
    for _ in range(2):
        day.do(CallNext("1"))
        day.later(9).do(Finish("1"))
    return day


def test_the_pace_of_an_old_ledger(tmp_path: Path, open_store: Callable[[], SqliteStore], day: RecordedDay) -> None:
    """Schema 1 had no pace: it is what the whole ledger adds up to."""
    make_old(tmp_path, served_day(day).batch(), 1)
    paces = open_store().recover(POLICY).state.paces
    assert 2 == len(paces["papers"].recent_ms)
    assert day.state.paces == paces


def test_an_old_ledger_that_does_not_add_up_is_opened_all_the_same(
    tmp_path: Path, open_store: Callable[[], SqliteStore], day: RecordedDay
) -> None:
    """Its measurements begin anew; that something is wrong with it is for `luot verify` to say."""
    make_old(tmp_path, served_day(day).batch(), 1)
    db = sqlite3.connect(tmp_path / FILE)
    db.execute("DROP TRIGGER event_is_final")
    db.execute("UPDATE event SET body = json_set(body, '$.visit', 77) WHERE kind = 'VisitCalled'")
    db.execute("CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'final'); END")
    db.commit()
    db.close()
    recovered = open_store().recover(POLICY)
    assert {} == recovered.state.paces
    assert day.state.visits == recovered.state.visits


def test_a_ledger_without_day_and_ratings(
    tmp_path: Path, open_store: Callable[[], SqliteStore], day: RecordedDay
) -> None:
    """Schema 3 had none: the day is open, no card is blocked, and all that was in line, called and held is there."""
    served_day(day).do(CallNext("1"))
    day.do(Hold("1"))
    day.later(1).tap(4)
    day.tap(5)
    day.do(CallNext("1"))
    make_schema_3(tmp_path, day.batch(), 1)
    store = open_store()
    recovered = store.recover(POLICY)
    assert Hall() == recovered.state.hall
    assert [] == store.ratings()
    for kept in ("event_id", "visit_id", "at_ms", "by_number", "paces"):
        assert getattr(day.state, kept) == getattr(recovered.state, kept), kept
    for number in range(1, 6):
        before, after = day.state.of_number(number), recovered.state.of_number(number)
        assert before is not None
        assert after is not None
        assert (before.state, before.desk, before.entry) == (after.state, after.desk, after.entry)
        assert before.tapped_ms == after.tapped_ms
    assert day.state.lines.page("papers", 0, 9) == recovered.state.lines.page("papers", 0, 9)


def test_an_old_ledger_is_as_a_new_one_once_it_is_opened(
    tmp_path: Path, open_store: Callable[[], SqliteStore], day: RecordedDay
) -> None:
    """It has every table of a new ledger, and keeps the day, the blocked cards and the ratings from then on."""
    make_schema_3(tmp_path, served_day(day).batch(), 1)
    store = open_store()
    day.do(BlockCard("desk-1", number=9))
    day.later(1).do(CloseDay("desk-1"))
    last, rated = day.batch(), ServiceRated("papers", 16 * 3_600_000, 1)
    last.ratings[rated] = 2
    store.commit(last, 2)
    (tmp_path / "new").mkdir()
    SqliteStore(tmp_path / "new").close()
    assert made_of(tmp_path / "new" / FILE) == made_of(tmp_path / FILE)
    again = open_store()
    assert Hall(open=False, closed_ms=day.now_ms, blocked={9}) == again.recover(POLICY).state.hall
    assert [(rated, 2)] == again.ratings()


def made_of(path: Path) -> tuple[int, set[tuple[str, str]]]:
    """Number of the schema, and every table, index and trigger with its text."""
    db = sqlite3.connect(path)
    (number,) = db.execute("PRAGMA user_version").fetchone()
    parts = set(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    db.close()
    return number, parts
