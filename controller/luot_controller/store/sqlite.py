"""The store on SQLite: WAL, `synchronous=FULL`, one writer. The only file that knows SQL or sqlite3.

Full sync costs little once taps are committed in groups, and a number that was shown survives a power cut.
"""

import os
import secrets
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from luot_controller.engine.events import FACTS, Fact, TapAnswered, TapIgnored, TapSettled
from luot_controller.engine.model import SAMPLES, Desk, Policy, State, Visit, VisitState
from luot_controller.errors import StoreFailed, UsageProblem
from luot_controller.store.port import Batch, ReaderKey, Recovered

REPLIES_KEPT = 1000
BUSY_S = 10.0
KID_BYTES = 4
KEY_BYTES = 32
FILE = "ledger.sqlite"

_KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in FACTS}
_encode = msgspec.json.Encoder().encode

_FULL = "See that the disk is not full or read-only. What was committed is safe; the rest will be sent again."
_DAMAGED = "The file is damaged or no ledger. Keep a copy of it, then put the latest backup in its place."

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _guarded(method: _Method) -> _Method:
    @wraps(method)
    def guarded(self: "SqliteStore", *args: Any) -> Any:
        try:
            return method(self, *args)
        except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
            raise StoreFailed(f"{self.path}: {error}", _DAMAGED if _is_damage(error) else _FULL) from error

    return cast(_Method, guarded)


class SqliteStore:
    """Ledger, state and registry in one file; used by one thread."""

    def __init__(self, folder: Path) -> None:
        """Open or create the ledger in `folder`; brings an older schema up to date first."""
        self.path = folder / FILE
        # By kid, (boot, seq) of the newest tap in the ledger, for keys of which one was committed here: most taps are
        # newer still, and so need not be looked for.
        self._newest_tap: dict[str, tuple[int, int]] = {}
        self._open()

    @_guarded
    def recover(self, policy: Policy) -> Recovered:
        """See Store.recover."""
        row = self._db.execute("SELECT epoch, event_id, visit_id, at_ms, wall_ms, published FROM office").fetchone()
        epoch, event_id, visit_id, at_ms, wall_ms, published = row
        self._newest_tap.clear()
        state = State.empty(policy)
        state.event_id, state.visit_id, state.at_ms = event_id, visit_id, at_ms
        decode = msgspec.json.Decoder(Visit).decode
        for (body,) in self._db.execute("SELECT body FROM visit ORDER BY id"):
            visit = decode(body)
            state.visits[visit.id] = visit
            state.by_number[visit.number] = visit.id
            if visit.state is VisitState.WAITING:
                state.lines.add(visit.service, visit.entry)
        for (body,) in self._db.execute("SELECT body FROM desk"):
            desk = msgspec.json.decode(body, type=Desk)
            state.desks[desk.id] = desk
        for service, body in self._db.execute("SELECT service, body FROM samples"):
            state.samples[service] = deque(msgspec.json.decode(body, type=list[int]), maxlen=SAMPLES)
        return Recovered(state, epoch, published, wall_ms)

    @_guarded
    def commit(self, batch: Batch, wall_ms: int) -> None:
        """See Store.commit."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._write(batch, wall_ms)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        for kid in {kid for _, fact in batch.facts if (kid := _tap_of(fact)[0]) is not None}:
            self._newest_tap[kid] = self._db.execute(
                "SELECT boot, seq FROM event WHERE kid = ? ORDER BY boot DESC, seq DESC LIMIT 1", (kid,)
            ).fetchone()

    @_guarded
    def settled(self, kid: str, boot: int, seq: int) -> TapSettled | None:
        """See Store.settled."""
        newest = self._newest_tap.get(kid)
        if newest is not None and (boot, seq) > newest:
            return None
        row = self._db.execute(
            "SELECT kind, body FROM event WHERE kid = ? AND boot = ? AND seq = ?", (kid, boot, seq)
        ).fetchone()
        if row is None:
            return None
        fact = _decode(*row)
        assert isinstance(fact, TapAnswered | TapIgnored)
        return fact

    @_guarded
    def reply(self, command_id: str) -> bytes | None:
        """See Store.reply."""
        row = self._db.execute("SELECT body FROM reply WHERE id = ?", (command_id,)).fetchone()
        return None if row is None else bytes(row[0])

    @_guarded
    def facts(self, after: int, limit: int) -> list[tuple[int, Fact]]:
        """See Store.facts."""
        rows = self._db.execute("SELECT id, kind, body FROM event WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [(event_id, _decode(kind, body)) for event_id, kind, body in rows]

    @_guarded
    def registry_version(self) -> int:
        """See Store.registry_version: SQLite's own count of commits by other connections."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    @_guarded
    def reader_keys(self) -> list[ReaderKey]:
        """See Store.reader_keys."""
        rows = self._db.execute("SELECT kid, reader, key FROM reader_key")
        return [ReaderKey(bytes(kid), reader, bytes(key)) for kid, reader, key in rows]

    @_guarded
    def cards(self) -> dict[bytes, int]:
        """See Store.cards."""
        return {bytes(card): number for card, number in self._db.execute("SELECT hash, number FROM card")}

    @_guarded
    def card_key(self) -> bytes:
        """See Registry.card_key."""
        self._db.execute("UPDATE office SET card_key = ? WHERE card_key IS NULL", (secrets.token_bytes(KEY_BYTES),))
        return bytes(self._db.execute("SELECT card_key FROM office").fetchone()[0])

    @_guarded
    def add_cards(self, cards: Iterable[tuple[int, bytes]]) -> None:
        """See Registry.add_cards."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for number, card in cards:
                same = "SELECT number FROM card WHERE number = ? OR hash = ?"
                taken = self._db.execute(same, (number, card)).fetchone()
                if taken is not None:
                    what = "number is taken" if taken[0] == number else f"card is enrolled already, as {taken[0]}"
                    raise UsageProblem(
                        f"card {number}: this {what}", "Nothing was changed. Mend the list and try again."
                    )
                self._db.execute("INSERT INTO card VALUES (?, ?)", (number, card))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @_guarded
    def renew_reader_key(self, reader: str) -> ReaderKey:
        """See Registry.renew_reader_key."""
        taken = {known.kid for known in self.reader_keys()}
        while (kid := secrets.token_bytes(KID_BYTES)) in taken:
            pass
        fresh = ReaderKey(kid, reader, secrets.token_bytes(KEY_BYTES))
        self._db.execute("INSERT OR REPLACE INTO reader_key VALUES (?, ?, ?)", (reader, fresh.kid, fresh.key))
        return fresh

    def close(self) -> None:
        """See Store.close."""
        self._db.close()

    @_guarded
    def _open(self) -> None:
        # Only a new file is opened by hand: closing a descriptor of one in use drops SQLite's own locks on it.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, 0o600))
        self._db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
        self._enter_wal()
        self._db.execute("PRAGMA synchronous = FULL")
        self._migrate()

    def _enter_wal(self) -> None:
        until = time.monotonic() + BUSY_S
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # Two programs make the ledger at once: here SQLite does not wait by itself.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def _migrate(self) -> None:
        have = self._schema()
        scripts = sorted(
            (file for file in (resources.files(__package__) / "sql").iterdir() if file.name.endswith(".sql")),
            key=lambda file: file.name,
        )
        if have > len(scripts):
            raise StoreFailed(
                f"{self.path} was written by a newer version (schema {have}, this one knows {len(scripts)})",
                "Install the newer version, or restore a backup made before the upgrade.",
            )
        for number, script in enumerate(scripts[have:], have + 1):
            try:
                # The schema and its number change in one transaction.
                self._db.executescript(f"BEGIN IMMEDIATE; {script.read_text()} PRAGMA user_version = {number}; COMMIT;")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if self._schema() < number:  # else another program has opened it just before and done the same
                    raise

    def _schema(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _write(self, batch: Batch, wall_ms: int) -> None:
        db = self._db
        db.executemany(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (event_id, fact.at_ms, wall_ms, type(fact).__name__, _encode(fact), *_tap_of(fact))
                for event_id, fact in batch.facts
            ],
        )
        db.executemany(
            "INSERT OR REPLACE INTO visit VALUES (?, ?)",
            [(key, _encode(visit)) for key, visit in batch.visits.items() if visit is not None],
        )
        gone = [(key,) for key, visit in batch.visits.items() if visit is None]
        db.executemany("DELETE FROM visit WHERE id = ?", gone)
        db.executemany("INSERT OR REPLACE INTO desk VALUES (?, ?)", [(d.id, _encode(d)) for d in batch.desks.values()])
        db.executemany(
            "INSERT OR REPLACE INTO samples VALUES (?, ?)",
            [(service, _encode(list(times))) for service, times in batch.samples.items()],
        )
        for command_id, body in batch.replies.items():
            at = db.execute("INSERT INTO reply (id, body) VALUES (?, ?)", (command_id, body)).lastrowid
            db.execute("DELETE FROM reply WHERE at <= ?", ((at or 0) - REPLIES_KEPT,))
        if batch.facts:
            event_id, last = batch.facts[-1]
            db.execute(
                "UPDATE office SET event_id = ?, at_ms = ?, wall_ms = ?, visit_id = max(visit_id, ?)",
                (event_id, last.at_ms, wall_ms, max(batch.visits, default=0)),
            )
        db.execute("UPDATE office SET published = max(published, ?)", (batch.published,))


def _tap_of(fact: Fact) -> tuple[str | None, int | None, int | None]:
    if isinstance(fact, TapAnswered | TapIgnored):
        return fact.kid, fact.boot, fact.seq
    return None, None, None


def _decode(kind: str, body: bytes) -> Fact:
    return msgspec.json.decode(body, type=_KINDS[kind])


def _is_damage(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte of SQLite's extended codes
    return isinstance(error, msgspec.DecodeError) or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
