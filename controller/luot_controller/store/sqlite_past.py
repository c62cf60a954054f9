"""A ledger on SQLite as it is at one moment, read by who looks back. Changes nothing, not even an old schema."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from luot_controller.engine.model import Desk, Hall, Visit
from luot_controller.engine.pace import Pace
from luot_controller.errors import StoreFailed
from luot_controller.store import chain
from luot_controller.store.chain import Head, Row
from luot_controller.store.port import Checkpoint, KeptState
from luot_controller.store.sqlite_file import guarded, open_to_read

_PAGE = 1000

_Body = TypeVar("_Body")


class SqlitePast:
    """One snapshot, from the first question to `close`."""

    def __init__(self, path: Path, untouched: bool = False) -> None:
        """Open the ledger in the file `path`, `untouched` as in open_to_read; raises StoreFailed."""
        self.path = path
        self._open(untouched)

    @guarded
    def head(self) -> Head:
        """See Past.head."""
        row = self._db.execute("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").fetchone()
        return Head(0, chain.GENESIS) if row is None else Head(row[0], bytes(row[1]))

    def rows(self, after: int) -> Iterator[Row]:
        """See Past.rows."""
        while page := self._page(after):
            yield from page
            after = page[-1].id

    @guarded
    def checkpoint(self) -> Checkpoint | None:
        """See Past.checkpoint."""
        row = self._db.execute("SELECT * FROM checkpoint ORDER BY event_id DESC LIMIT 1").fetchone()
        if row is None:
            return None
        event_id, digest, state, floors = row
        return Checkpoint(
            event_id, bytes(digest), _bytes(state), msgspec.json.decode(floors, type=dict[str, tuple[int, int]])
        )

    @guarded
    def kept_state(self) -> KeptState:
        """See Past.kept_state."""
        event_id, visit_id, at_ms = self._db.execute("SELECT event_id, visit_id, at_ms FROM office").fetchone()
        return KeptState(
            event_id,
            visit_id,
            at_ms,
            self._decoded("SELECT id, body FROM visit ORDER BY id", Visit),
            self._decoded("SELECT id, body FROM desk ORDER BY id", Desk),
            self._decoded("SELECT service, body FROM pace ORDER BY service", Pace),
            self._decoded("SELECT one, body FROM hall", Hall).get(1, Hall()),
        )

    @guarded
    def wall_ms(self) -> int:
        """See Past.wall_ms."""
        return int(self._db.execute("SELECT wall_ms FROM office").fetchone()[0])

    @guarded
    def registered(self) -> tuple[int, frozenset[str]]:
        """See Past.registered."""
        (cards,) = self._db.execute("SELECT count(*) FROM card").fetchone()
        return int(cards), frozenset(reader for (reader,) in self._db.execute("SELECT reader FROM reader_key"))

    @guarded
    def damage(self) -> str | None:
        """See Past.damage."""
        (said,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        return None if said == "ok" else str(said)

    def close(self) -> None:
        """Let go of the snapshot."""
        self._db.close()

    @guarded
    def _open(self, untouched: bool) -> None:
        if not self.path.is_file():
            raise StoreFailed(f"{self.path} does not exist", "Name the data folder of an office with --data.")
        self._db = open_to_read(self.path, untouched)
        self._db.execute("BEGIN")

    def _decoded(self, query: str, kind: type[_Body]) -> dict[Any, _Body]:
        decode = msgspec.json.Decoder(kind).decode
        return {key: decode(body) for key, body in self._db.execute(query)}

    @guarded
    def _page(self, after: int) -> list[Row]:
        rows = self._db.execute("SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?", (after, _PAGE))
        return [Row(*row)._replace(body=_bytes(row[4]), hash=_bytes(row[8])) for row in rows]


def _bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
