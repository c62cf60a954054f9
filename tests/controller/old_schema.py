"""Ledgers as older versions left them: schema 1 without hashes, schema 3 without day, cards and ratings."""

import sqlite3
from importlib import resources
from pathlib import Path

from luot_controller.store.port import Batch
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE

LATER = {
    "visit": (
        *("opened_ms", "called_again_ms", "appointed_ms", "then", "bound"),
        *("card", "opened_by", "dropped_ms", "was", "rated"),
    ),
    "desk": ("duty", "why"),
}
"""Fields that schema 3 did not know yet."""

TABLES = ("visit", "desk", "office", "reply", "card", "reader_key")


def make_old(folder: Path, batch: Batch, wall_ms: int) -> None:
    """Write `batch` into a ledger of schema 1 in `folder`."""
    fresh = folder / "fresh"
    fresh.mkdir()
    store = SqliteStore(fresh)
    store.commit(batch, wall_ms)
    store.close()
    old = sqlite3.connect(folder / FILE, isolation_level=None)
    old.executescript((resources.files("luot_controller.store") / "sql" / "0001_ledger.sql").read_text())
    old.execute("PRAGMA user_version = 1")
    old.execute("ATTACH ? AS fresh", (str(fresh / FILE),))
    old.execute("INSERT INTO event SELECT id, at_ms, wall_ms, kind, body, kid, boot, seq FROM fresh.event")
    for table in TABLES:
        old.execute(f"DELETE FROM {table}")
        old.execute(f"INSERT INTO {table} SELECT * FROM fresh.{table}")
    old.close()
    for file in fresh.iterdir():
        file.unlink()
    fresh.rmdir()


def make_schema_3(folder: Path, batch: Batch, wall_ms: int) -> None:
    """Write `batch` into a ledger of schema 3 in `folder`; its facts are of kinds that were known then."""
    store = SqliteStore(folder)
    store.commit(batch, wall_ms)
    store.close()
    old = sqlite3.connect(folder / FILE, isolation_level=None)
    old.executescript("DROP TABLE hall; DROP TABLE rating; PRAGMA user_version = 3;")
    for table, fields in LATER.items():
        paths = ", ".join(f"'$.{field}'" for field in fields)
        old.execute(f"UPDATE {table} SET body = CAST(json_remove(CAST(body AS TEXT), {paths}) AS BLOB)")
    old.close()
