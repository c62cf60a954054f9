"""A NOR flash chip as a block device, kept in a file or in RAM, whose power can be cut. Knows no filesystem.

Erasing sets every bit of a block; programming, by pages, only clears bits. Both last through the end of the process
that holds the file, so that killing it is a loss of power between two operations.
"""

import errno
from array import array

PAGE_BYTES = 256
BLOCK_BYTES = 4096
RP2040_BLOCKS = 352
"""What an RP2040 with 2 MB of flash has for files, 1.4 MB."""

BEFORE, HALF, MIXED = range(3)
"""What a cut leaves of the operation it hits: nothing, its first half, or some of the bits that it was to change."""

_SYNC, _COUNT_BLOCKS, _SIZE_OF_BLOCK, _ERASE = range(3, 7)

_PIECE_BYTES = PAGE_BYTES // 2
_ERASED = b"\xff" * _PIECE_BYTES
_MIX = b"\x5a\x0f\xc6\x39\x00\xe7\x81\xff" * (_PIECE_BYTES // 8)


class FlashModel:
    """MicroPython's extended block device over `memory`, a file or BytesIO; what that lacks at its end is erased.

    operations: pages programmed and blocks erased; erases: how often each block was erased, both since this object was
    made. is_cut: without power, when every access gives the negative errno of an I/O error. (An exception would jump
    over littlefs, which would then go on with half of what it knows.) fails_writes: worn out, so that programming and
    erasing change nothing and give that error, and reading works.
    """

    def __init__(self, memory, blocks):
        self.operations = 0
        self.erases = array("I", [0] * blocks)
        self.is_cut = False
        self.fails_writes = False
        self._memory = memory
        self._cut_at = None
        self._how = BEFORE
        for _ in range(memory.seek(0, 2), blocks * BLOCK_BYTES, _PIECE_BYTES):
            memory.write(_ERASED)

    def cut_after(self, operations, how=BEFORE):
        """Power fails in the operation that follows so many from now on; `how` is one of the three above."""
        self._cut_at = self.operations + operations
        self._how = how

    def power_on(self):
        """Power is back, and stays."""
        self.is_cut = False
        self._cut_at = None

    def readblocks(self, block, data, offset=0):
        """Fill `data` from a block's offset."""
        if self.is_cut:
            return -errno.EIO
        self._memory.seek(block * BLOCK_BYTES + offset)
        self._memory.readinto(data)
        return None

    def writeblocks(self, block, data, offset=0):
        """Program whole pages."""
        if offset % PAGE_BYTES or len(data) % PAGE_BYTES:
            return -errno.EINVAL
        data = memoryview(data)
        start = block * BLOCK_BYTES + offset
        for at in range(0, len(data), PAGE_BYTES):
            self._operate(start + at, (data[at : at + _PIECE_BYTES], data[at + _PIECE_BYTES : at + PAGE_BYTES]))
        return -errno.EIO if self.is_cut or self.fails_writes else None

    def ioctl(self, operation, block):
        """Size, erasing and the rest of the interface."""
        if operation == _COUNT_BLOCKS:
            return len(self.erases)
        if operation == _SIZE_OF_BLOCK:
            return BLOCK_BYTES
        if operation == _SYNC:
            self._memory.flush()
        if operation == _ERASE:
            if self.fails_writes:
                return -errno.EIO
            self._operate(block * BLOCK_BYTES, (None,) * (BLOCK_BYTES // _PIECE_BYTES))
            self.erases[block] += 1
        return -errno.EIO if self.is_cut else 0

    def _operate(self, at, pieces):
        """One operation from address `at` on: a piece is programmed, and erased where it is None."""
        if self.is_cut or self.fails_writes:
            return
        self.is_cut = self.operations == self._cut_at
        self.operations += 1
        old = bytearray(_PIECE_BYTES)
        for number, piece in enumerate(pieces):
            self._memory.seek(at)
            self._memory.readinto(old)
            new = _ERASED if piece is None else _programmed(old, piece)
            if self.is_cut and not (self._how == HALF and number < len(pieces) // 2):
                new = _mixed(old, new) if self._how == MIXED else old
            self._memory.seek(at)
            self._memory.write(new)
            at += _PIECE_BYTES


def _programmed(old, piece):
    return piece if old == _ERASED else _bytes(_number(old) & _number(piece))


def _mixed(old, new):
    return _bytes(_number(old) ^ (_number(old) ^ _number(new)) & _number(_MIX))


def _number(data):
    return int.from_bytes(data, "little")


def _bytes(number):
    return number.to_bytes(_PIECE_BYTES, "little")
