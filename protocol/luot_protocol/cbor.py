"""CBOR (RFC 8949) as far as frames need it: integers, bytes, text, arrays, maps, true, false, null and tags.

Writes the core deterministic encoding (section 4.2.1) and reads only that: one value has one spelling, so a
signed frame cannot be re-encoded into a different one. Never reads floats, indefinite lengths or deep nesting.
"""

from luot_protocol.errors import ProtocolError

MAX_DEPTH = 4
"""Nesting that is read; a frame needs three levels (tag, array, map)."""

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL = 20, 21, 22


class Tag:
    """A tagged value (major type 6)."""

    __slots__ = ("number", "value")

    def __init__(self, number, value):
        self.number = number
        self.value = value


def dumps(value):
    """Encode `value` to bytes; maps are written in the order of their encoded keys."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def byte_string(data):
    """What `dumps` makes of bytes, sooner: envelopes consist of little else."""
    length = len(data)
    if length < 24:
        return bytes((_BYTES << 5 | length,)) + data
    if length < 256:
        return bytes((_BYTES << 5 | 24, length)) + data
    return dumps(data)


def loads(data):
    """Decode exactly one value from `data`; anything left over or not deterministic is a ProtocolError."""
    (value,) = loads_all(data, 0, 1)
    return value


def loads_all(data, at, count):
    """Decode exactly `count` values, which stand one after the other from `at` to the end of `data`."""
    values = []
    for _ in range(count):
        value, at = _read(data, at, MAX_DEPTH)
        values.append(value)
    if at != len(data):
        raise ProtocolError("cbor.trailing", str(len(data) - at))
    return values


def _head(out, major, n):
    if n < 24:
        out.append(major << 5 | n)
    elif n < 1 << 8:
        out.append(major << 5 | 24)
        out.append(n)
    elif n < 1 << 16:
        out.append(major << 5 | 25)
        out.extend(n.to_bytes(2, "big"))
    elif n < 1 << 32:
        out.append(major << 5 | 26)
        out.extend(n.to_bytes(4, "big"))
    elif n < 1 << 64:
        out.append(major << 5 | 27)
        out.extend(n.to_bytes(8, "big"))
    else:
        raise ProtocolError("cbor.range", "integer beyond 64 bits")


def _write(out, value):
    if type(value) is int and 0 <= value < 24:
        out.append(value)  # most of what frames hold
    elif value is None:
        out.append(_SIMPLE << 5 | _NULL)
    elif value is True:
        out.append(_SIMPLE << 5 | _TRUE)
    elif value is False:
        out.append(_SIMPLE << 5 | _FALSE)
    elif isinstance(value, int):
        if value >= 0:
            _head(out, _UINT, value)
        else:
            _head(out, _NINT, -1 - value)
    elif isinstance(value, (bytes, bytearray)):
        _head(out, _BYTES, len(value))
        out.extend(value)
    elif isinstance(value, str):
        text = value.encode()
        _head(out, _TEXT, len(text))
        out.extend(text)
    elif isinstance(value, (list, tuple)):
        _head(out, _ARRAY, len(value))
        for item in value:
            _write(out, item)
    elif isinstance(value, dict):
        _head(out, _MAP, len(value))
        for key in value:
            if type(key) is not int or key < 0:
                for encoded, item in sorted((dumps(key), item) for key, item in value.items()):
                    out.extend(encoded)
                    _write(out, item)
                return
        for key in sorted(value):  # which is the order of their bytes, too
            if key < 24:
                out.append(key)
            else:
                _head(out, _UINT, key)
            _write(out, value[key])
    elif isinstance(value, Tag):
        _head(out, _TAG, value.number)
        _write(out, value.value)
    else:
        raise ProtocolError("cbor.type", str(type(value)))


def _take(data, at, length):
    end = at + length
    if end > len(data):
        _cut(data)
    return bytes(data[at:end]), end


def _cut(data):
    raise ProtocolError("cbor.cut", "ends at byte " + str(len(data)))


def _read(data, at, depth):
    if depth < 0:
        raise ProtocolError("cbor.depth", "deeper than " + str(MAX_DEPTH))
    if at >= len(data):
        _cut(data)
    n = data[at]
    at += 1
    if n < 24:
        return n, at
    major, n = n >> 5, n & 31
    if n == 24 and major != _SIMPLE and at < len(data) and data[at] > 23:  # as most that are not small
        n = data[at]
        at += 1
    elif n > 23:
        if major == _SIMPLE:
            # 24 would be a second spelling of false, true and null; 25 to 27 are floats.
            raise ProtocolError("cbor.type", "float or unknown simple value")
        n, at = _read_long(data, at, n)
    if major == _UINT:
        return n, at
    if major == _NINT:
        return -1 - n, at
    if major == _BYTES:
        return _take(data, at, n)
    if major == _TEXT:
        raw, at = _take(data, at, n)
        return _text(raw), at
    if major == _ARRAY:
        return _read_array(data, at, n, depth)
    if major == _MAP:
        return _read_map(data, at, n, depth)
    if major == _TAG:
        value, at = _read(data, at, depth - 1)
        return Tag(n, value), at
    if n == _FALSE:
        return False, at
    if n == _TRUE:
        return True, at
    if n == _NULL:
        return None, at
    raise ProtocolError("cbor.type", "float or unknown simple value")


def _read_long(data, at, info):
    if info > 27:
        raise ProtocolError("cbor.form", "indefinite or reserved length")
    size = 1 << (info - 24)
    end = at + size
    if end > len(data):
        _cut(data)
    n = int.from_bytes(data[at:end], "big")
    if n < (24 if size == 1 else 1 << (size * 4)):
        raise ProtocolError("cbor.form", "not the shortest form")
    return n, end


def _text(raw):
    try:
        text = raw.decode()
        if len(text) == len(raw):
            return text
        # MicroPython's decode() lets overlong forms, surrogates and numbers beyond U+10FFFF pass: here the first two
        # come back as other bytes, and chr() refuses the third.
        if "".join([chr(n) for n in map(ord, text) if not 0xD800 <= n <= 0xDFFF]).encode() == raw:
            return text
    except ValueError:
        pass
    raise ProtocolError("cbor.text", "not UTF-8")


def _read_array(data, at, n, depth):
    if n > len(data) - at:
        raise ProtocolError("cbor.cut", "array of " + str(n))
    items = []
    for _ in range(n):
        item, at = _read(data, at, depth - 1)
        items.append(item)
    return items, at


def _read_map(data, at, n, depth):
    if n * 2 > len(data) - at:
        raise ProtocolError("cbor.cut", "map of " + str(n))
    items = {}
    last = b""
    small = -1
    for _ in range(n):
        start = at
        key = data[at] if at < len(data) else 24
        if key < 24 and not last:  # as nearly all are
            at += 1
            if key <= small:
                raise ProtocolError("cbor.form", "map keys out of order")
            small = key
        else:
            key, at = _read(data, at, depth - 1)
            if type(key) is not int and not isinstance(key, (str, bytes)):
                raise ProtocolError("cbor.key", "not an integer, text or bytes")
            encoded = bytes(data[start:at])
            if encoded <= last:
                raise ProtocolError("cbor.form", "map keys out of order")
            last = encoded
        if depth and at < len(data) and data[at] < 24:
            items[key] = data[at]
            at += 1
        else:
            items[key], at = _read(data, at, depth - 1)
    return items, at
