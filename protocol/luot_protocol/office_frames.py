"""The office's half of the frames: reads what readers send, seals receipts and orders. No reader carries it."""

from luot_protocol import form, orders
from luot_protocol.card import HASH_BYTES
from luot_protocol.errors import ProtocolError
from luot_protocol.frames import (
    CLOCK_UNKNOWN,
    DOWN,
    HEALTH,
    KIND_HEALTH,
    KIND_RECEIPT,
    KIND_TAP,
    MAX_FAULTS,
    MAX_VERSION_CHARS,
    UP,
    Tap,
)

_MAX_DBM = 127


class MalformedTap(ProtocolError):
    """Raised for an authentic tap with a field that is not as it must be, when (boot, seq) can be read all the same.

    It can be answered with a refusal, so that a faulty reader does not send it for ever.
    """

    def __init__(self, error, boot, seq):
        super().__init__(error.code, error.detail)
        self.boot = boot
        self.seq = seq


def seal_receipt(receipt, kid, key):
    """Sign `receipt` with the key of the reader it is for; returns the frame's bytes."""
    fields = {0: KIND_RECEIPT, 1: receipt.boot, 2: receipt.seq, 3: receipt.code}
    rest = (receipt.number, receipt.ahead, receipt.lo_min, receipt.hi_min, receipt.desk, receipt.closes_first or None)
    for at, value in enumerate(rest):
        if value is not None:
            fields[4 + at] = value
    return form.seal(fields, kid, key, DOWN)


def seal_identify(order, kid, key):
    """Sign the order to blink, a map of the `boot` and `count` of the reader's last report; returns the frame's bytes.

    A reader obeys an order that names one of its last two reports, and none that names the same or an older one again:
    whoever plays it back later is not obeyed.
    """
    return form.seal({0: orders.KIND_IDENTIFY, 1: order["boot"], 2: order["count"]}, kid, key, DOWN)


def read_up(envelope, key):
    """Verify an envelope that came up; (KIND_TAP, its Tap) or (KIND_HEALTH, its map).

    A wrong MAC is ProtocolError `frame.mac`, an authentic tap with a wrong field MalformedTap where it has a name.
    """
    fields = form.opened(envelope, key, UP)
    if fields.get(0) == KIND_HEALTH:
        return KIND_HEALTH, _health(fields)
    form.expect(fields, KIND_TAP)
    try:
        return KIND_TAP, _tap(fields)
    except ProtocolError as error:
        raise MalformedTap(error, form.uint(fields, 1, form.MAX_U32), form.uint(fields, 2, form.MAX_U32))


def read_tap(envelope, key):
    """Verify an envelope that came up and return its Tap; a wrong MAC is ProtocolError `frame.mac`."""
    fields = form.opened(envelope, key, UP)
    form.expect(fields, KIND_TAP)
    return _tap(fields)


def read_health(envelope, key):
    """Verify an envelope that came up and return its report; a wrong MAC is ProtocolError `frame.mac`."""
    fields = form.opened(envelope, key, UP)
    form.expect(fields, KIND_HEALTH)
    return _health(fields)


def _tap(fields):
    card = fields.get(3)
    if not isinstance(card, bytes) or len(card) != HASH_BYTES:
        raise ProtocolError("tap.card", "not a card hash")
    clock = form.uint(fields, 5, 2)
    age_ms = None if clock == CLOCK_UNKNOWN else form.uint(fields, 4, 1 << 53)
    return Tap(
        form.uint(fields, 1, form.MAX_U32),
        form.uint(fields, 2, form.MAX_U32),
        card,
        age_ms,
        clock,
        form.uint(fields, 6, 255),
        form.uint(fields, 7, form.MAX_U32),
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
            health[name] = form.integer(fields, key, -_MAX_DBM, _MAX_DBM)
        else:
            health[name] = form.uint(fields, key, form.MAX_U32)
    return health


def _version(value, key):
    if not isinstance(value, str) or not 0 < len(value) <= MAX_VERSION_CHARS:
        raise ProtocolError("frame.field", str(key))
    return value


def _faults(value, key):
    if not isinstance(value, list) or len(value) > MAX_FAULTS:
        raise ProtocolError("frame.field", str(key))
    return [form.uint({key: fault}, key, 255) for fault in value]
