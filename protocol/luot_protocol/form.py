"""How the map inside a frame is signed, opened and read, key by key. Knows no kind of frame."""

from luot_protocol import cbor, cose
from luot_protocol.errors import ProtocolError

MAX_BYTES = 200
"""Of a whole frame: ESP-NOW carries 250 bytes, and the rest is for a gateway's own header."""

MAX_U32 = (1 << 32) - 1


def seal(fields, kid, key, direction):
    """The frame's bytes; ProtocolError `frame.size` when they are too many."""
    frame = cose.seal(cbor.dumps(fields), kid, key, direction)
    if len(frame) > MAX_BYTES:
        raise ProtocolError("frame.size", str(len(frame)) + " bytes")
    return frame


def opened(envelope, key, direction):
    """The map in an envelope; a wrong MAC is ProtocolError `frame.mac`."""
    if not cose.verify(envelope, key, direction):
        raise ProtocolError("frame.mac", "wrong key or changed on the way")
    fields = cbor.loads(envelope.payload)
    if not isinstance(fields, dict):
        raise ProtocolError("frame.shape", "not a map")
    return fields


def expect(fields, kind):
    """ProtocolError `frame.kind` when the map is of another kind."""
    if fields.get(0) != kind or fields[0] is True:  # which equals 1
        raise ProtocolError("frame.kind", str(fields.get(0)))


def uint(fields, key, most):
    """The number from 0 to `most` at `key`; ProtocolError `frame.field` where there is none."""
    return integer(fields, key, 0, most)


def integer(fields, key, least, most):
    """The same, from `least` on."""
    value = fields.get(key)
    if type(value) is not int or not least <= value <= most:  # True is an int, too
        raise ProtocolError("frame.field", str(key))
    return value


def optional_uint(fields, key):
    """The number at `key`, or None."""
    return None if fields.get(key) is None else uint(fields, key, MAX_U32)
