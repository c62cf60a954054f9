"""The signed messages of devices: taps and reports of health going up, receipts and orders coming down.

Each is at most 200 bytes. A payload is a CBOR map with small integer keys; keys that a reader or controller does not
know are ignored. What only the office needs is in `office_frames`, which no reader carries.
"""

from luot_protocol import cose, form
from luot_protocol.errors import ProtocolError

MAX_BYTES = form.MAX_BYTES

UP = b"luot/1/up"
DOWN = b"luot/1/down"

KIND_TAP = 1
KIND_HEALTH = 2
KIND_RECEIPT = 16

CLOCK_UNKNOWN = 0
"""Power was lost since the tap: its age is not known, and it ranks by arrival."""
CLOCK_HELD = 1
"""The reader slept in between: its slow clock kept running, to about 2 %."""
CLOCK_GOOD = 2
"""The reader has been awake since the tap: its age is right to milliseconds."""

HEALTH = (
    "boot",
    "count",
    "uptime_s",
    "version",
    "faults",
    "depth",
    "damaged",
    "write_errors",
    "chip_starts",
    "taps",
    "refused",
    "missing",
    "sessions",
    "bad_frames",
    "clock",
    "clock_jumps",
    "free_bytes",
    "signal_dbm",
    "battery_mv",
    "obeyed",
)
"""The fields of a report of health, in the order of their keys from 1 on.

boot, count: which report of this reader, so that an older one is known as such; all the others may be left out. faults:
list of numbers of `faults`, the most important first. version: of the firmware, text. signal_dbm: an integer, usually
negative. obeyed: the count of the report that the last order named. All the others are counts since the start, or how
much there is now.
"""

MAX_FAULTS = 8
MAX_VERSION_CHARS = 16


class Tap:
    """A card was held to a reader.

    boot, seq: which tap of this reader; the pair is never used twice under one key.
    card: the keyed hash, 16 bytes. age_ms: from the tap to this sending, None when the clock was lost.
    clock: one of CLOCK_*. button: 0, or which service button was pressed. depth: taps still unsent behind this one.
    """

    __slots__ = ("age_ms", "boot", "button", "card", "clock", "depth", "seq")

    def __init__(self, boot, seq, card, age_ms, clock=CLOCK_GOOD, button=0, depth=0):
        self.boot = boot
        self.seq = seq
        self.card = card
        self.age_ms = age_ms
        self.clock = clock
        self.button = button
        self.depth = depth


class Receipt:
    """The controller's answer to one tap, sent after it was committed.

    code: see `codes`. number: on the card. ahead: people before this one. lo_min, hi_min: expected wait in
    minutes, hi_min None beyond the range that is shown. desk: its id, where one is meant. closes_first: the office
    may close before this visit is served.
    """

    __slots__ = ("ahead", "boot", "closes_first", "code", "desk", "hi_min", "lo_min", "number", "seq")

    def __init__(
        self, boot, seq, code, number=None, ahead=None, lo_min=None, hi_min=None, desk=None, closes_first=False
    ):
        self.boot = boot
        self.seq = seq
        self.code = code
        self.number = number
        self.ahead = ahead
        self.lo_min = lo_min
        self.hi_min = hi_min
        self.desk = desk
        self.closes_first = closes_first


def seal_tap(tap, kid, key):
    """Sign `tap` with the reader's key; returns the frame's bytes."""
    fields = {
        0: KIND_TAP,
        1: tap.boot,
        2: tap.seq,
        3: tap.card,
        4: tap.age_ms,
        5: tap.clock,
        6: tap.button,
        7: tap.depth,
    }
    return form.seal(fields, kid, key, UP)


def seal_health(health, kid, key):
    """Sign a report, a map of names of HEALTH to values; what is None is left out. Returns the frame's bytes."""
    fields = {0: KIND_HEALTH}
    for at, name in enumerate(HEALTH):
        if health.get(name) is not None:
            fields[1 + at] = health[name]
    return form.seal(fields, kid, key, UP)


def parse(data):
    """Take a frame apart without trusting it: an Envelope whose kid says which key to verify it with."""
    if len(data) > MAX_BYTES:
        raise ProtocolError("frame.size", str(len(data)) + " bytes")
    return cose.parse(data)


def read_receipt(envelope, key):
    """Verify an envelope that came down and return its Receipt; a wrong MAC is ProtocolError `frame.mac`."""
    fields = form.opened(envelope, key, DOWN)
    form.expect(fields, KIND_RECEIPT)
    desk = fields.get(8)
    if desk is not None and not isinstance(desk, str):
        raise ProtocolError("frame.field", "8")
    closes_first = fields.get(9, False)
    if not isinstance(closes_first, bool):
        raise ProtocolError("frame.field", "9")
    return Receipt(
        form.uint(fields, 1, form.MAX_U32),
        form.uint(fields, 2, form.MAX_U32),
        form.uint(fields, 3, 255),
        form.optional_uint(fields, 4),
        form.optional_uint(fields, 5),
        form.optional_uint(fields, 6),
        form.optional_uint(fields, 7),
        desk,
        closes_first,
    )
