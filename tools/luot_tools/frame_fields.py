"""What is inside a frame, field by field, for documents that people and programs read; seals and reads none.

`luot_protocol.frames` is the truth, and small enough for a board because its descriptions stand here.
"""

from typing import NamedTuple

from luot_protocol import codes, faults, frames, orders
from luot_protocol.card import HASH_BYTES
from luot_protocol.ids import MAX_ID_CHARS

U32 = (1 << 32) - 1


class FrameField(NamedTuple):
    """One entry of a frame's CBOR map.

    key: the integer on the wire. kind: uint, int, flag, bytes, text or list (of uints). least, most: of a number or
    flag its value, of the others the length; both are allowed. names: what single values are called.
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
        FrameField(
            9,
            "closes_first",
            "flag",
            0,
            1,
            "true where the office may close before this visit is served",
            optional=True,
        ),
    ),
)


_HEALTH_DOCS = {
    "boot": "the reader's cold starts, counted in its flash",
    "count": "number of the report since then; an older one is ignored",
    "uptime_s": "since the start, in seconds",
    "version": "of the firmware",
    "faults": "those of now, the most important first",
    "depth": "taps without a receipt",
    "damaged": "records of its flash that could not be read",
    "write_errors": "writes to its flash that failed; each is tried again",
    "chip_starts": "how often the card chip was set up; more than once, it was disturbed",
    "taps": "kept since the start",
    "refused": "cards and taps that were not taken since the start, each time with a word to the person",
    "missing": "taps that were sent, and whose receipt is overdue",
    "sessions": "with the broker since the start",
    "bad_frames": "that came down and were no receipt for this reader",
    "clock": "what the ages of its oldest open taps are worth",
    "clock_jumps": "how often the clock went back, or leapt",
    "free_bytes": "of memory",
    "signal_dbm": "of the radio, as received",
    "battery_mv": "of the battery, in millivolts",
    "obeyed": "the count of the report that the last order named",
}


def _health_field(key: int, name: str) -> FrameField:
    optional = name not in ("boot", "count")
    doc = _HEALTH_DOCS[name]
    if name == "version":
        return FrameField(key, name, "text", 1, frames.MAX_VERSION_CHARS, doc, optional)
    if name == "faults":
        return FrameField(key, name, "list", 0, frames.MAX_FAULTS, doc, optional, faults.NAMES)
    if name == "signal_dbm":
        return FrameField(key, name, "int", -127, 127, doc, optional)
    return FrameField(key, name, "uint", 0, U32, doc, optional, _CLOCKS if name == "clock" else None)


HEALTH = Frame(
    "health",
    "How a reader is; sent at intervals and when its faults change. It has no receipt, and a lost one is not missed.",
    frames.UP,
    (
        FrameField(0, "kind", "uint", frames.KIND_HEALTH, frames.KIND_HEALTH, "of frame"),
        *(_health_field(1 + at, name) for at, name in enumerate(frames.HEALTH)),
    ),
)
IDENTIFY = Frame(
    "identify",
    "The office's order to blink; a reader obeys one that names one of its last two reports, and none a second time.",
    frames.DOWN,
    (
        FrameField(0, "kind", "uint", orders.KIND_IDENTIFY, orders.KIND_IDENTIFY, "of frame"),
        FrameField(1, "boot", "uint", 0, U32, "of the reader's report that is named"),
        FrameField(2, "count", "uint", 0, U32, "of that report; the reader's next one tells it as obeyed"),
    ),
)
FRAMES = {"link_up": (TAP, HEALTH), "link_down": (RECEIPT, IDENTIFY)}
"""Topic name to what is carried there; the first is what an answer answers."""
