"""What is inside a frame, field by field, for documents that people and programs read; seals and reads none.

`luot_protocol.frames` is the truth, and small enough for a board because its descriptions stand here.
"""

from typing import NamedTuple

from luot_protocol import codes, frames
from luot_protocol.card import HASH_BYTES
from luot_protocol.topics import MAX_ID_CHARS

U32 = (1 << 32) - 1


class FrameField(NamedTuple):
    """One entry of a frame's CBOR map.

    key: the integer on the wire. kind: uint, bytes or text. least, most: of a uint its value, of bytes and text the
    length; both are allowed. names: what single values are called.
    """

    key: int
    name: str
    kind: str
    least: int
    most: int
    doc: str
    optional: bool = False
    names: dict[int, str] | None = None


class Frame(NamedTuple):
    """One kind of frame. direction: the external data of its MAC (RFC 9052, section 6.3)."""

    name: str
    doc: str
    direction: bytes
    fields: tuple[FrameField, ...]


_BOOT = FrameField(1, "boot", "uint", 0, U32, "the reader's cold starts, counted in its flash")
_SEQ = FrameField(2, "seq", "uint", 0, U32, "number of the tap; the pair of boot and seq is never used twice")
_CLOCKS = {
    frames.CLOCK_UNKNOWN: "unknown: power was lost since the tap, so it ranks by arrival",
    frames.CLOCK_HELD: "held: the reader slept, and its slow clock ran on",
    frames.CLOCK_GOOD: "good: the reader has been awake since the tap",
}

TAP = Frame(
    "tap",
    "A card was held to a reader; sent, and signed afresh, until its receipt comes.",
    frames.UP,
    (
        FrameField(0, "kind", "uint", frames.KIND_TAP, frames.KIND_TAP, "of frame"),
        _BOOT,
        _SEQ,
        FrameField(3, "card", "bytes", HASH_BYTES, HASH_BYTES, "the keyed hash of the card's UID"),
        FrameField(
            4,
            "age_ms",
            "uint",
            0,
            1 << 53,
            "from the tap to this sending; null or left out only when clock is 0",
            optional=True,
        ),
        FrameField(5, "clock", "uint", 0, 2, "what age_ms is worth", names=_CLOCKS),
        FrameField(6, "button", "uint", 0, 255, "0, or which service button was pressed"),
        FrameField(7, "depth", "uint", 0, U32, "taps still unsent behind this one"),
    ),
)
RECEIPT = Frame(
    "receipt",
    "The controller's answer to one tap, sent once the tap is in the ledger; only it frees the reader's memory.",
    frames.DOWN,
    (
        FrameField(0, "kind", "uint", frames.KIND_RECEIPT, frames.KIND_RECEIPT, "of frame"),
        _BOOT,
        _SEQ,
        FrameField(
            3, "code", "uint", 0, 255, "what the tap did; from 64 on a refusal, which settles it too", names=codes.NAMES
        ),
        FrameField(4, "number", "uint", 0, U32, "on the card", optional=True),
        FrameField(5, "ahead", "uint", 0, U32, "people before this one", optional=True),
        FrameField(6, "lo_min", "uint", 0, U32, "minutes to wait, at least", optional=True),
        FrameField(7, "hi_min", "uint", 0, U32, "and at most; left out when it is longer than is shown", optional=True),
        FrameField(8, "desk", "text", 1, MAX_ID_CHARS, "its id, where one is meant", optional=True),
    ),
)
FRAMES = {"link_up": TAP, "link_down": RECEIPT}
"""Topic name to what is carried there."""
