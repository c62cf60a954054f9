"""Old events as the text of an archive, and back: a first line that says what it is, then one line an event.

    luot-archive 1 <first event id> <hash before it>
    <hash> <the event's line as it was hashed>

so that an archive is verified with what every computer has. Opens no file.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from luot_controller.engine.events import TapAnswered, TapIgnored
from luot_controller.engine.ledger_facts import LedgerArchived
from luot_controller.errors import StoreFailed
from luot_controller.history.digest import digest_of, snapshot
from luot_controller.history.verify import Verification
from luot_controller.store import chain
from luot_controller.store.bodies import decode_fact
from luot_controller.store.chain import Head, Row
from luot_controller.store.port import Checkpoint

_FIRST = re.compile(rb"luot-archive 1 (\d{1,18}) ([0-9a-f]{64})\n")
_LINE = re.compile(rb"([0-9a-f]{64}) ((\d{1,18}) (-?\d{1,18}) ([A-Za-z]{1,40}) (.+))\n")

_HINT = "Take another copy of the archive: luot verify cannot vouch for this one."


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is being read: it goes on after `before`."""

    before: Head
    rows: Iterator[Row]


def write(before: Head, rows: Iterable[Row]) -> Iterator[bytes]:
    """The lines of an archive of `rows`, which follow `before`."""
    yield b"luot-archive 1 %d %s\n" % (before.event_id + 1, before.hash.hex().encode())
    for row in rows:
        yield row.hash.hex().encode() + b" " + chain.line(row.id, row.wall_ms, row.kind, row.body) + b"\n"


def read(name: str, lines: Iterator[bytes]) -> Archive:
    """The archive with this file `name`; raises StoreFailed, at once or while rows are taken."""
    first = _FIRST.fullmatch(next(lines, b""))
    if first is None:
        raise StoreFailed(f"{name} is no archive of a ledger", "Name the files that luot ledger archive wrote.")
    return Archive(Head(int(first[1]) - 1, bytes.fromhex(first[2].decode())), _rows(name, lines))


def checkpoint_after(verification: Verification) -> Checkpoint:
    """What stands for the events that were verified once they are in an archive."""
    head = verification.report.head
    return Checkpoint(head.event_id, head.hash, snapshot(verification.state, verification.rules), verification.floors)


def told(verification: Verification, at_ms: int) -> LedgerArchived:
    """The fact that tells of that checkpoint."""
    head, state = verification.report.head, digest_of(snapshot(verification.state, verification.rules))
    return LedgerArchived(at_ms, head.event_id, head.hash.hex(), state, verification.floors)


def _rows(name: str, lines: Iterator[bytes]) -> Iterator[Row]:
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise StoreFailed(f"{name}: this line is no event: {line[:60]!r}", _HINT)
        kind, body = match[5].decode(), match[6]
        try:
            fact = decode_fact(kind, body)
        except msgspec.DecodeError as error:
            raise StoreFailed(f"{name}: event {int(match[3])}: {error}", _HINT) from None
        row = Row(
            int(match[3]), fact.at_ms, int(match[4]), kind, body, None, None, None, bytes.fromhex(match[1].decode())
        )
        if isinstance(fact, TapAnswered | TapIgnored):
            row = row._replace(kid=fact.kid, boot=fact.boot, seq=fact.seq)
        yield row
