"""Ledgers that older versions wrote: nothing that they hold is lost when they are brought up to date."""

import sqlite3
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from engine_day import POLICY

from luot_controller.engine.pace import Pace
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE


def test_service_times_become_the_pace(tmp_path: Path, open_store: Callable[[], SqliteStore]) -> None:
    """Schema 1 kept the last forty service times of each service; they are what the pace begins with."""
    script = resources.files("luot_controller.store") / "sql" / "0001_ledger.sql"
    db = sqlite3.connect(tmp_path / FILE)
    db.executescript(f"BEGIN; {script.read_text()} PRAGMA user_version = 1; COMMIT;")
    db.execute("INSERT INTO samples VALUES ('papers', ?), ('land', ?)", (b"[480000,360000]", b"[]"))
    db.commit()
    db.close()
    recovered = open_store().recover(POLICY)
    assert {"papers": Pace([480_000, 360_000]), "land": Pace()} == recovered.state.paces
