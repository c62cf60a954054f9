"""Opens the ledger's file, with WAL and full sync, and brings an older schema up to date by numbered scripts.

Knows no row. Opened for reading only, nothing of the file is changed, and one with an older schema is refused.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from luot_controller.errors import LedgerNewer, LedgerOlder, StoreFailed
from luot_controller.store import chain
from luot_controller.store.pacing import Pacing

FILE = "ledger.sqlite"
BUSY_S = 10.0

_FULL = "See that the disk is not full or read-only. What was committed is safe; the rest will be sent again."
_DAMAGED = "The file is damaged or no ledger. Keep a copy of it, then put the latest backup in its place."

_Method = TypeVar("_Method", bound=Callable[..., Any])


def guarded(method: _Method) -> _Method:
    """A method of something with a `path` to a ledger: whatever goes wrong with the file becomes a StoreFailed."""

    @wraps(method)
    def guarded_method(self: Any, *args: Any) -> Any:
        try:
            return method(self, *args)
        except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
            raise StoreFailed(f"{self.path}: {error}", _DAMAGED if _is_damage(error) else _FULL) from error

    return cast(_Method, guarded_method)


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open or create the ledger; brings an older schema up to date first."""
    # Only a new file is opened by hand: closing a descriptor of one in use drops SQLite's own locks on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        _enter_wal(db)
        db.execute("PRAGMA synchronous = FULL")
        _migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


def open_to_read(path: Path, untouched: bool = False) -> sqlite3.Connection:
    """Open a ledger as it is, also while an office writes it, and a copy on a disk that cannot be written.

    `untouched`: one that nobody has open stays without the files that SQLite makes beside it; only for a short look,
    since an office that starts meanwhile would not be seen.
    """
    log = path.with_name(f"{path.name}-wal")
    try:
        db = _connect(path, "immutable=1" if untouched and not log.exists() else "mode=ro")
    except sqlite3.OperationalError:
        # The files beside it cannot be made here. Without a log there is nothing in them.
        if not path.is_file() or (log.exists() and log.stat().st_size):
            raise
        db = _connect(path, "immutable=1")
    have, known = _schema(db), len(_scripts())
    if have < known:
        db.close()
        raise LedgerOlder(
            f"{path} was written by an older version (schema {have}, this one knows {known})",
            "Start the office on it once, which brings it up to date.",
        )
    _refuse_newer(db, path, have, known)
    return db


class Chaining:
    """SQLite's window function luot_chain(id, wall_ms, kind, body): the hash of each event after those before it."""

    def __init__(self) -> None:
        self._hash = chain.GENESIS

    def step(self, *event: Any) -> None:
        """One event more."""
        event_id, wall_ms, kind, body = event
        text = body.encode() if isinstance(body, str) else body
        self._hash = chain.next_hash(self._hash, chain.line(event_id, wall_ms, kind, text))

    def value(self) -> bytes:
        """The hash of the last one."""
        return self._hash

    def finalize(self) -> bytes:
        """See value; there is nothing to let go of."""
        return self._hash

    def inverse(self, *_: Any) -> None:
        """A window that begins at the first event loses none."""
        raise NotImplementedError


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _enter_wal(db: sqlite3.Connection) -> None:
    until = time.monotonic() + BUSY_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # Two programs make the ledger at once: here SQLite does not wait by itself.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    have, scripts = _schema(db), _scripts()
    _refuse_newer(db, path, have, len(scripts))
    db.create_window_function("luot_chain", -1, Chaining)
    db.create_aggregate("luot_paces", 2, Pacing)  # type: ignore[arg-type] # typeshed knows aggregates of numbers only
    for number, script in enumerate(scripts[have:], have + 1):
        try:
            # The schema and its number change in one transaction.
            db.executescript(f"BEGIN IMMEDIATE; {script.read_text()} PRAGMA user_version = {number}; COMMIT;")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            if _schema(db) < number:  # else another program has opened it just before and done the same
                raise


def _scripts() -> list[Traversable]:
    found = (file for file in (resources.files(__package__) / "sql").iterdir() if file.name.endswith(".sql"))
    return sorted(found, key=lambda file: file.name)


def _schema(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(db: sqlite3.Connection, path: Path, have: int, known: int) -> None:
    if have > known:
        db.close()
        raise LedgerNewer(
            f"{path} was written by a newer version (schema {have}, this one knows {known})",
            "Install the newer version, or restore a backup made before the upgrade.",
        )


def _is_damage(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte of SQLite's extended codes
    return isinstance(error, msgspec.DecodeError) or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
