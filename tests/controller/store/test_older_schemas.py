"""Ledgers that older versions wrote: what was not kept then is worked out when they are brought up to date."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from engine_day import POLICY
from old_schema import make_old
from recorded_day import RecordedDay

from luot_controller.engine.commands import CallNext, Finish
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
