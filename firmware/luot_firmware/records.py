"""How a tap, the cursor and the boot counter look in flash: fixed forms, each with its CRC-32. Never touches files."""

import binascii
import struct

_TAP_MAGIC, _CURSOR_MAGIC, _BOOT_MAGIC = 0xD1, 0xD2, 0xD3
_TAP = ">BIIQB16s"
_CURSOR = ">BIIB"
_ID = ">II"
_BOOT = ">BI"
_CRC = ">I"
_CRC_BYTES = 4
_TAP_BODY = struct.calcsize(_TAP)

TAP_BYTES = _TAP_BODY + _CRC_BYTES
MAX_CURSOR_BYTES = 512
"""More than a cursor of any window that fits in RAM."""


class Record:
    """A tap as it was stored.

    boot, seq: its identity; the boot is also the epoch of the clock that `at_ms` was read from. card: keyed hash, 16
    bytes. button: 0, or which was pressed. segment: number of the log segment it lies in, None before it was written.
    """

    __slots__ = ("at_ms", "boot", "button", "card", "segment", "seq")

    def __init__(self, boot, seq, card, at_ms, button=0, segment=None):
        self.boot = boot
        self.seq = seq
        self.card = card
        self.at_ms = at_ms
        self.button = button
        self.segment = segment

    def id(self):
        """(boot, seq), which rises through the log."""
        return self.boot, self.seq


def write_tap(record):
    """The TAP_BYTES bytes of a Record."""
    return _sealed(struct.pack(_TAP, _TAP_MAGIC, record.boot, record.seq, record.at_ms, record.button, record.card))


def read_tap(data, at, segment):
    """The Record at offset `at` of `data`, or None where none can be read."""
    if data[at] != _TAP_MAGIC or not _is_whole(data, at, TAP_BYTES):
        return None
    _, boot, seq, at_ms, button, card = struct.unpack_from(_TAP, data, at)
    return Record(boot, seq, card, at_ms, button, segment)


def write_cursor(frontier, open_ids):
    """A cursor: all taps up to `frontier`, a (boot, seq), are settled except `open_ids`."""
    body = bytearray(struct.pack(_CURSOR, _CURSOR_MAGIC, frontier[0], frontier[1], len(open_ids)))
    for boot, seq in open_ids:
        body.extend(struct.pack(_ID, boot, seq))
    return _sealed(bytes(body))


def read_cursor(data):
    """(frontier, open_ids) of a cursor's bytes, or None when they are not one."""
    if not data or data[0] != _CURSOR_MAGIC or not _is_whole(data, 0, len(data)):
        return None
    _, boot, seq, count = struct.unpack_from(_CURSOR, data, 0)
    start, step = struct.calcsize(_CURSOR), struct.calcsize(_ID)
    return (boot, seq), [struct.unpack_from(_ID, data, start + step * i) for i in range(count)]


def write_boot(boot):
    """The bytes of the boot counter."""
    return _sealed(struct.pack(_BOOT, _BOOT_MAGIC, boot))


def read_boot(data):
    """The counter in these bytes, or None when they are not one."""
    if len(data) != struct.calcsize(_BOOT) + _CRC_BYTES or data[0] != _BOOT_MAGIC or not _is_whole(data, 0, len(data)):
        return None
    return struct.unpack_from(_BOOT, data, 0)[1]


def _sealed(body):
    return body + struct.pack(_CRC, binascii.crc32(body))


def _is_whole(data, at, size):
    body = size - _CRC_BYTES
    if body <= 0 or at + size > len(data):
        return False
    return binascii.crc32(memoryview(data)[at : at + body]) == struct.unpack_from(_CRC, data, at + body)[0]
