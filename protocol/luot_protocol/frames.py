"""The signed messages of devices: taps and reports of health going up, receipts coming down, each at most 200 bytes.

A payload is a CBOR map with small integer keys; keys that a reader or controller does not know are ignored.
"""

from luot_protocol import cbor, cose
from luot_protocol.card import HASH_BYTES
from luot_protocol.errors import ProtocolError

MAX_BYTES = 200
"""ESP-NOW carries 250 bytes; the rest is for a gateway's own header."""

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
)
"""The fields of a report of health, in the order of their keys from 1 on.

boot, count: which report of this reader, so that an older one is known as such; all the others may be left out. faults:
list of numbers of `faults`, the most important first. version: of the firmware, text. signal_dbm: an integer, usually
negative. All the others are counts since the start, or how much there is now.
"""

MAX_FAULTS = 8
MAX_VERSION_CHARS = 16

_MAX_U32 = (1 << 32) - 1
_MAX_DBM = 127


class MalformedTap(ProtocolError):
    """Raised for an authentic tap with a field that is not as it must be, when (boot, seq) can be read all the same.

    It can be answered with a refusal, so that a faulty reader does not send it for ever.
    """

    def __init__(self, error, boot, seq):
        super().__init__(error.code, error.detail)
        self.boot = boot
        self.seq = seq


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
    minutes, hi_min None beyond the range that is shown. desk: its id, where one is meant.
    """

    __slots__ = ("ahead", "boot", "code", "desk", "hi_min", "lo_min", "number", "seq")

    def __init__(self, boot, seq, code, number=None, ahead=None, lo_min=None, hi_min=None, desk=None):
        self.boot = boot
        self.seq = seq
        self.code = code
        self.number = number
        self.ahead = ahead
        self.lo_min = lo_min
        self.hi_min = hi_min
        self.desk = desk


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
    return _seal(fields, kid, key, UP)


def seal_health(health, kid, key):
    """Sign a report, a map of names of HEALTH to values; what is None is left out. Returns the frame's bytes."""
    fields = {0: KIND_HEALTH}
    for at, name in enumerate(HEALTH):
        if health.get(name) is not None:
            fields[1 + at] = health[name]
    return _seal(fields, kid, key, UP)


def seal_receipt(receipt, kid, key):
    """Sign `receipt` with the key of the reader it is for; returns the frame's bytes."""
    fields = {0: KIND_RECEIPT, 1: receipt.boot, 2: receipt.seq, 3: receipt.code}
    rest = (receipt.number, receipt.ahead, receipt.lo_min, receipt.hi_min, receipt.desk)
    for at, value in enumerate(rest):
        if value is not None:
            fields[4 + at] = value
    return _seal(fields, kid, key, DOWN)


def parse(data):
    """Take a frame apart without trusting it: an Envelope whose kid says which key to verify it with."""
    if len(data) > MAX_BYTES:
        raise ProtocolError("frame.size", str(len(data)) + " bytes")
    return cose.parse(data)


def read_up(envelope, key):
    """Verify an envelope that came up; (KIND_TAP, its Tap) or (KIND_HEALTH, its map).

    A wrong MAC is ProtocolError `frame.mac`, an authentic tap with a wrong field MalformedTap where it has a name.
    """
    fields = _open(envelope, key, UP)
    if fields.get(0) == KIND_HEALTH:
        return KIND_HEALTH, _health(fields)
    _expect(fields, KIND_TAP)
    try:
        return KIND_TAP, _tap(fields)
    except ProtocolError as error:
        raise MalformedTap(error, _uint(fields, 1, _MAX_U32), _uint(fields, 2, _MAX_U32))


def read_tap(envelope, key):
    """Verify an envelope that came up and return its Tap; a wrong MAC is ProtocolError `frame.mac`."""
    fields = _open(envelope, key, UP)
    _expect(fields, KIND_TAP)
    return _tap(fields)


def read_health(envelope, key):
    """Verify an envelope that came up and return its report; a wrong MAC is ProtocolError `frame.mac`."""
    fields = _open(envelope, key, UP)
    _expect(fields, KIND_HEALTH)
    return _health(fields)


def read_receipt(envelope, key):
    """Verify an envelope that came down and return its Receipt; a wrong MAC is ProtocolError `frame.mac`."""
    fields = _open(envelope, key, DOWN)
    _expect(fields, KIND_RECEIPT)
    desk = fields.get(8)
    if desk is not None and not isinstance(desk, str):
        raise ProtocolError("frame.field", "8")
    return Receipt(
        _uint(fields, 1, _MAX_U32),
        _uint(fields, 2, _MAX_U32),
        _uint(fields, 3, 255),
        _optional_uint(fields, 4),
        _optional_uint(fields, 5),
        _optional_uint(fields, 6),
        _optional_uint(fields, 7),
        desk,
    )


def _seal(fields, kid, key, direction):
    frame = cose.seal(cbor.dumps(fields), kid, key, direction)
    if len(frame) > MAX_BYTES:
        raise ProtocolError("frame.size", str(len(frame)) + " bytes")
    return frame


def _open(envelope, key, direction):
    if not cose.verify(envelope, key, direction):
        raise ProtocolError("frame.mac", "wrong key or changed on the way")
    fields = cbor.loads(envelope.payload)
    if not isinstance(fields, dict):
        raise ProtocolError("frame.shape", "not a map")
    return fields


def _expect(fields, kind):
    if fields.get(0) != kind or fields[0] is True:  # which equals 1
        raise ProtocolError("frame.kind", str(fields.get(0)))


def _tap(fields):
    card = fields.get(3)
    if not isinstance(card, bytes) or len(card) != HASH_BYTES:
        raise ProtocolError("tap.card", "not a card hash")
    clock = _uint(fields, 5, 2)
    age_ms = None if clock == CLOCK_UNKNOWN else _uint(fields, 4, 1 << 53)
    return Tap(
        _uint(fields, 1, _MAX_U32),
        _uint(fields, 2, _MAX_U32),
        card,
        age_ms,
        clock,
        _uint(fields, 6, 255),
        _uint(fields, 7, _MAX_U32),
    )


def _health(fields):
    health = {}
    for at, name in enumerate(HEALTH):
        key = 1 + at
        if fields.get(key) is None and name not in ("boot", "count"):
            continue
        if name == "version":
            health[name] = _version(fields[key], key)
        elif name == "faults":
            health[name] = _faults(fields[key], key)
        elif name == "signal_dbm":
            health[name] = _int(fields, key, -_MAX_DBM, _MAX_DBM)
        else:
            health[name] = _uint(fields, key, _MAX_U32)
    return health


def _version(value, key):
    if not isinstance(value, str) or not 0 < len(value) <= MAX_VERSION_CHARS:
        raise ProtocolError("frame.field", str(key))
    return value


def _faults(value, key):
    if not isinstance(value, list) or len(value) > MAX_FAULTS:
        raise ProtocolError("frame.field", str(key))
    return [_uint({key: fault}, key, 255) for fault in value]


def _uint(fields, key, most):
    return _int(fields, key, 0, most)


def _int(fields, key, least, most):
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ProtocolError("frame.field", str(key))
    return value


def _optional_uint(fields, key):
    return None if fields.get(key) is None else _uint(fields, key, _MAX_U32)
