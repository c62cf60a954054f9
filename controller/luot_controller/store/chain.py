"""The hash chain of the ledger: which bytes of an event are hashed, and how. Pure; reads and writes nothing.

An event's hash is SHA-256 of the hash before it (32 bytes, zeros before the first event) and the event's line:

    <id> <wall_ms> <kind> <body>

in ASCII and UTF-8 with single spaces and no newline, `body` being the stored JSON byte for byte. The other columns of
an event repeat what is in the body. docs/ledger.md has an example to check by hand.
"""

import base64
import hashlib
import re
from typing import NamedTuple

GENESIS = bytes(32)
"""Stands before the first event."""

SHORT_BYTES = 10
"""Of a hash in a short head: to forge another ledger with these 80 bits is beyond anybody's means."""

_GROUP = 4


class Row(NamedTuple):
    """An event as it is kept; kid, boot and seq are set on the one event that settles a tap."""

    id: int
    at_ms: int
    wall_ms: int
    kind: str
    body: bytes
    kid: str | None
    boot: int | None
    seq: int | None
    hash: bytes


class Head(NamedTuple):
    """An event and its hash: who keeps it elsewhere can tell later whether anything up to it was changed."""

    event_id: int
    hash: bytes

    @property
    def full(self) -> str:
        """`<event id>:<hash>`, hexadecimal."""
        return f"{self.event_id}:{self.hash.hex()}"

    @property
    def short(self) -> str:
        """`<event id>-XXXX-XXXX-XXXX-XXXX`: the first 80 bits in base32, to be written on a wall or read out."""
        letters = base64.b32encode(self.hash[:SHORT_BYTES]).decode("ascii")
        return "-".join([str(self.event_id), *(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))])


class Anchor(NamedTuple):
    """A head as it was kept elsewhere: the event, and the first bytes of its hash, 10 or all 32."""

    event_id: int
    prefix: bytes

    def fits(self, found: bytes) -> bool:
        """Whether an event with this hash is the one that was kept."""
        return found.startswith(self.prefix)


def line(event_id: int, wall_ms: int, kind: str, body: bytes) -> bytes:
    """The bytes of an event that are hashed, and that an archive holds."""
    return b"%d %d %b %b" % (event_id, wall_ms, kind.encode(), body)


def next_hash(before: bytes, event_line: bytes) -> bytes:
    """The hash of the event with this line, after the event with the hash `before`."""
    return hashlib.sha256(before + event_line).digest()


def read_anchor(text: str) -> Anchor | None:
    """The head in either of its forms, in any case and with spaces for hyphens; None for what is neither."""
    words = re.sub(r"[\s-]+", "-", text.strip()).upper()
    full = re.fullmatch(r"(\d{1,18}):([0-9A-F]{64})", words)
    if full is not None:
        return Anchor(int(full[1]), bytes.fromhex(full[2]))
    short = re.fullmatch(r"(\d{1,18})-((?:[A-Z2-7]{4}-?){4})", words)
    if short is None:
        return None
    return Anchor(int(short[1]), base64.b32decode(short[2].replace("-", "")))
