"""The store on SQLite: one writer, one durable commit for all that arrived together. Opens and upgrades no file itself.

Full sync costs little once taps are committed in groups, and a number that was shown survives a power cut.
"""

import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from luot_controller.engine.events import Fact, ServiceRated, TapIgnored, TapSettled
from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Desk, Hall, Policy, State, Visit, VisitState
from luot_controller.engine.pace import Pace
from luot_controller.errors import UsageProblem
from luot_controller.store import chain
from luot_controller.store.bodies import decode_fact, encode
from luot_controller.store.chain import Head
from luot_controller.store.port import Batch, Checkpoint, ReaderKey, Recovered
from luot_controller.store.sqlite_file import FILE, guarded, open_to_write
from luot_protocol import codes

REPLIES_KEPT = 1000
KID_BYTES = 4
KEY_BYTES = 32


class SqliteStore:
    """Ledger, state and registry in one file; used by one thread."""

    def __init__(self, folder: Path) -> None:
        """Open or create the ledger in `folder`; brings an older schema up to date first."""
        self.path = folder / FILE
        # By kid, (boot, seq) of the newest tap in the ledger, for keys of which one was committed here: most taps are
        # newer still, and so need not be looked for.
        self._newest_tap: dict[str, tuple[int, int]] = {}
        self._floors: dict[str, tuple[int, int]] = {}
        self._open()

    @guarded
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
                state.lines.add(visit.line, visit.entry)
            if not visit.card:
                state.last_reserved = visit.number
        for (body,) in self._db.execute("SELECT body FROM desk"):
            desk = msgspec.json.decode(body, type=Desk)
            state.desks[desk.id] = desk
        for (body,) in self._db.execute("SELECT body FROM hall"):
            state.hall = msgspec.json.decode(body, type=Hall)
        for service, body in self._db.execute("SELECT service, body FROM pace"):
            state.paces[service] = msgspec.json.decode(body, type=Pace)
        return Recovered(state, epoch, published, wall_ms)

    @guarded
    def commit(self, batch: Batch, wall_ms: int) -> None:
        """See Store.commit."""
        self._commit(batch, wall_ms)
        for kid in {fact.kid for _, fact in batch.facts if isinstance(fact, TapSettled)}:
            self._newest_tap[kid] = self._db.execute(
                "SELECT boot, seq FROM event WHERE kid = ? ORDER BY boot DESC, seq DESC LIMIT 1", (kid,)
            ).fetchone()

    @guarded
    def settled(self, kid: str, boot: int, seq: int) -> TapSettled | None:
        """See Store.settled."""
        newest = self._newest_tap.get(kid)
        if newest is not None and (boot, seq) > newest:
            return None
        row = self._db.execute(
            "SELECT kind, body FROM event WHERE kid = ? AND boot = ? AND seq = ?", (kid, boot, seq)
        ).fetchone()
        if row is None:
            floor = self._floors.get(kid)
            return None if floor is None or (boot, seq) > floor else _archived(kid, boot, seq)
        fact = decode_fact(*row)
        assert isinstance(fact, TapSettled)
        return fact

    @guarded
    def reply(self, command_id: str) -> bytes | None:
        """See Store.reply."""
        row = self._db.execute("SELECT body FROM reply WHERE id = ?", (command_id,)).fetchone()
        return None if row is None else bytes(row[0])

    @guarded
    def facts(self, after: int, limit: int) -> list[tuple[int, Fact]]:
        """See Store.facts."""
        rows = self._db.execute("SELECT id, kind, body FROM event WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [(event_id, decode_fact(kind, body)) for event_id, kind, body in rows]

    @guarded
    def ratings(self) -> list[tuple[ServiceRated, int]]:
        """See Store.ratings."""
        rows = self._db.execute("SELECT service, hour_ms, face, count FROM rating ORDER BY hour_ms, service, face")
        return [(ServiceRated(service, hour_ms, face), count) for service, hour_ms, face, count in rows]

    @guarded
    def registry_version(self) -> int:
        """See Store.registry_version: SQLite's own count of commits by other connections."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    @guarded
    def reader_keys(self) -> list[ReaderKey]:
        """See Store.reader_keys."""
        rows = self._db.execute("SELECT kid, reader, key FROM reader_key")
        return [ReaderKey(bytes(kid), reader, bytes(key)) for kid, reader, key in rows]

    @guarded
    def cards(self) -> dict[bytes, int]:
        """See Store.cards."""
        return {bytes(card): number for card, number in self._db.execute("SELECT hash, number FROM card")}

    @guarded
    def card_key(self) -> bytes:
        """See Registry.card_key."""
        self._db.execute("UPDATE office SET card_key = ? WHERE card_key IS NULL", (secrets.token_bytes(KEY_BYTES),))
        return bytes(self._db.execute("SELECT card_key FROM office").fetchone()[0])

    @guarded
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

    @guarded
    def renew_reader_key(self, reader: str) -> ReaderKey:
        """See Registry.renew_reader_key."""
        taken = {known.kid for known in self.reader_keys()}
        while (kid := secrets.token_bytes(KID_BYTES)) in taken:
            pass
        fresh = ReaderKey(kid, reader, secrets.token_bytes(KEY_BYTES))
        self._db.execute("INSERT OR REPLACE INTO reader_key VALUES (?, ?, ?)", (reader, fresh.kid, fresh.key))
        return fresh

    @guarded
    def head(self) -> Head:
        """See Store.head."""
        row = self._db.execute("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").fetchone()
        return Head(0, chain.GENESIS) if row is None else Head(row[0], bytes(row[1]))

    @guarded
    def adopted(self) -> SiteAdopted | None:
        """See Store.adopted."""
        row = self._db.execute(
            "SELECT kind, body FROM event WHERE kind = 'SiteAdopted' ORDER BY id DESC LIMIT 1"
        ).fetchone()
        fact = None if row is None else decode_fact(*row)
        return fact if isinstance(fact, SiteAdopted) else None

    @guarded
    def archive(self, checkpoint: Checkpoint, batch: Batch, wall_ms: int) -> None:
        """See Store.archive."""
        self._commit(batch, wall_ms, checkpoint)
        self._read_floors()

    def close(self) -> None:
        """See Store.close."""
        self._db.close()

    @guarded
    def _open(self) -> None:
        self._db = open_to_write(self.path)
        self._read_floors()

    def _read_floors(self) -> None:
        row = self._db.execute("SELECT floors FROM checkpoint ORDER BY event_id DESC LIMIT 1").fetchone()
        self._floors = {} if row is None else msgspec.json.decode(row[0], type=dict[str, tuple[int, int]])

    def _commit(self, batch: Batch, wall_ms: int, checkpoint: Checkpoint | None = None) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._write(batch, wall_ms)
            if checkpoint is not None:
                self._db.execute(
                    "INSERT INTO checkpoint VALUES (?, ?, ?, ?)",
                    (checkpoint.event_id, checkpoint.hash, checkpoint.state, encode(checkpoint.floors)),
                )
                self._db.execute("DELETE FROM event WHERE id <= ?", (checkpoint.event_id,))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _event_rows(self, batch: Batch, wall_ms: int) -> list[chain.Row]:
        rows: list[chain.Row] = []
        before = self.head().hash
        for event_id, fact in batch.facts:
            kind, body = type(fact).__name__, encode(fact)
            before = chain.next_hash(before, chain.line(event_id, wall_ms, kind, body))
            rows.append(chain.Row(event_id, fact.at_ms, wall_ms, kind, body, *_tap_of(fact), before))
        return rows

    def _write(self, batch: Batch, wall_ms: int) -> None:
        db = self._db
        if batch.facts:
            db.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._event_rows(batch, wall_ms))
        db.executemany(
            "INSERT OR REPLACE INTO visit VALUES (?, ?)",
            [(key, encode(visit)) for key, visit in batch.visits.items() if visit is not None],
        )
        gone = [(key,) for key, visit in batch.visits.items() if visit is None]
        db.executemany("DELETE FROM visit WHERE id = ?", gone)
        db.executemany("INSERT OR REPLACE INTO desk VALUES (?, ?)", [(d.id, encode(d)) for d in batch.desks.values()])
        db.executemany(
            "INSERT OR REPLACE INTO pace VALUES (?, ?)",
            [(service, encode(pace)) for service, pace in batch.paces.items()],
        )
        if batch.hall is not None:
            db.execute("INSERT OR REPLACE INTO hall VALUES (1, ?)", (encode(batch.hall),))
        db.executemany(
            "INSERT INTO rating VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
            [(rated.service, rated.hour_ms, rated.face, count) for rated, count in batch.ratings.items()],
        )
        db.executemany("DELETE FROM card WHERE number = ?", [(number,) for number in batch.cards])
        enrolled = [(number, card) for number, card in batch.cards.items() if card is not None]
        db.executemany("INSERT INTO card VALUES (?, ?)", enrolled)
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


def _archived(kid: str, boot: int, seq: int) -> TapIgnored:
    """How a tap from before the checkpoint is settled: what it led to is in the archive, and it counts no more."""
    return TapIgnored(0, "", kid, boot, seq, codes.TOO_OLD, None)


def _tap_of(fact: Fact) -> tuple[str | None, int | None, int | None]:
    return (fact.kid, fact.boot, fact.seq) if isinstance(fact, TapSettled) else (None, None, None)
