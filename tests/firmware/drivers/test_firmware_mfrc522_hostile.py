"""Whatever a chip answers: the driver raises its own error or none, ends each poll in time, and keeps its memory."""

import asyncio
import gc
import sys

from bench import UID_10, Bench, run

from luot_firmware.drivers.mfrc522 import ChipError, Mfrc522
from models.clock import SimulatedClock
from models.iso14443a_model import crc

ALSO_ON_MICROPYTHON = True

VALUES = 100_000
"""Register values that each kind of hostile chip gives; there are four kinds, and two interpreters."""

GARBAGE_BYTES = 512
"""What one poll of an empty field may leave to the collector, on the 64-bit port: half of it on a board."""


class Dice:
    """The same numbers on both interpreters."""

    def __init__(self, seed):
        self._state = seed

    def roll(self, sides):
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._state >> 8) % sides


class Hostile:
    """A random byte once in `share` reads, and else what a good chip might say next, with a card or without."""

    def __init__(self, share, seed):
        self.values = 0
        self.clock = SimulatedClock()
        self._dice = Dice(seed)
        self._share = share
        self._written = bytearray(64)
        self._frame = b""
        self._answer = b""
        self._is_addressed = False

    def chip_select(self, _level):
        self._is_addressed = False

    def write(self, out):
        if self._is_addressed:
            self._frame = bytes(out)
        elif len(out) == 2:
            self._written[out[0] >> 1] = out[1]
        self._is_addressed = True

    def write_readinto(self, out, into):
        for number in range(1, len(out)):
            self.values += 1
            if self._dice.roll(self._share):
                into[number] = self._plausible(out[number - 1] >> 1 & 0x3F)
            else:
                into[number] = self._dice.roll(256)

    def _plausible(self, register):
        if register == 0x37:
            return 0x92
        if register == 0x04:
            return (0x01, 0x24, 0x26, 0x00, 0x20)[min(4, self._dice.roll(20))]
        if register == 0x06:
            return (8, 2, 1, 16, 0)[min(4, self._dice.roll(40))]
        if register == 0x0A:
            return self._begin_answer() if self._written[1] == 0x0C else 0
        if register == 0x09:
            byte, self._answer = self._answer[:1], self._answer[1:]
            return byte[0] if byte else 0
        if register == 0x0E:
            return self._dice.roll(33)
        return 0 if register == 0x0C else self._written[register]

    def _begin_answer(self):
        uid = bytes((0x88, self._dice.roll(256), 0x04, self._dice.roll(256)))
        sak = bytes((4 * self._dice.roll(2),))
        check = bytes((uid[0] ^ uid[1] ^ uid[2] ^ uid[3],))
        fitting = 1 if len(self._frame) == 9 else 0 if len(self._frame) == 2 else 2
        self._answer = (uid + check, sak + crc(sak), uid[:2])[fitting if self._dice.roll(8) else self._dice.roll(3)]
        return len(self._answer)


def hostile_polls(share, seed):
    """Poll until enough values were read; (UIDs, Nones, errors)."""
    chip = Hostile(share, seed)
    reader = Mfrc522(chip, chip.chip_select, sleep_ms=chip.clock.sleep_ms, wait_us=chip.clock.wait_us)
    uids = empty = errors = 0
    while chip.values < VALUES:
        slept_us = chip.clock.slept_us
        try:
            uid = run(reader.poll())
        except ChipError:
            errors += 1
        else:
            assert uid is None or (len(uid) in (4, 7, 10) and isinstance(uid, bytes))
            uids += uid is not None
            empty += uid is None
        assert chip.clock.slept_us - slept_us <= 100_000
    return uids, empty, errors


def test_every_value_is_random():
    """Nothing is read, and almost every poll says that there is no such chip."""
    uids, _empty, errors = hostile_polls(1, 1)
    assert uids == 0
    assert errors > 1000


def test_every_fourth_value_is_random():
    """Errors and empty fields."""
    _uids, empty, errors = hostile_polls(4, 2)
    assert min(empty, errors) > 100


def test_every_thirtieth_value_is_random():
    """All paths are taken: UIDs that are consistent are given too."""
    assert min(hostile_polls(30, 3)) > 20


def test_a_chip_that_makes_up_cards():
    """Values that are each plausible, and do not fit together."""
    uids, empty, _errors = hostile_polls(1000, 4)
    assert min(uids, empty) > 100


def test_memory_does_not_grow():
    """Hundreds of polls, good and hostile, leave nothing behind."""
    for poll in (Bench().poll, Bench(UID_10).poll, hostile_poll(4), hostile_poll(1000)):
        for _ in range(20):
            poll()
        gc.collect()
        before = allocated()
        for _ in range(300):
            poll()
        gc.collect()
        assert allocated() - before < 300


def hostile_poll(share):
    """A poll of such a chip."""
    chip = Hostile(share, 5)
    reader = Mfrc522(chip, chip.chip_select, sleep_ms=chip.clock.sleep_ms, wait_us=chip.clock.wait_us)

    def poll():
        try:  # noqa: SIM105 - MicroPython has no contextlib
            run(reader.poll())
        except ChipError:
            pass

    return poll


def allocated():
    """Bytes in use on MicroPython, blocks on CPython."""
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else sys.getallocatedblocks()


def test_an_empty_field_makes_little_garbage():
    """A chip that makes none itself, asyncio's own sleep, and the collector off."""
    quiet = Quiet()
    own_sleep = getattr(asyncio, "sleep_ms", None) or (lambda _ms: asyncio.sleep(0))
    reader = Mfrc522(quiet, quiet.chip_select, sleep_ms=own_sleep, wait_us=lambda _us: None)

    async def four_more():
        await reader.poll()
        gc.collect()
        gc.disable()
        before = allocated()
        for _ in range(4):
            await reader.poll()
        grown = allocated() - before
        gc.enable()
        return grown

    assert asyncio.run(four_more()) <= 4 * GARBAGE_BYTES


class Quiet:
    """A chip that is set up, over an empty field."""

    STATE = bytes((0, 0, 0x92, 0, 0x40, 0x80, 169, 0, 19))
    OUTCOME = bytes((0, 1, 0, 0, 0x10, 0x20, 0x83))

    def chip_select(self, _level):
        pass

    def write(self, _out):
        pass

    def write_readinto(self, out, into):
        answer = self.STATE if out[1] == 0xEE else self.OUTCOME
        for number in range(len(answer)):
            into[number] = answer[number]
