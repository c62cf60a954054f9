"""The card chip NXP MFRC522 and its clones as a CardReader on SPI. Makes no bus and no pin; waits for nothing for ever.

Numbers of sections are those of NXP's data sheet, revision 3.9. One cycle of chip select writes one register (8.1.2.2)
or reads any number (8.1.2.1), so what is read together is read in one burst. Between polls the chip is powered down,
or else waits with its field on.
"""

import asyncio
import errno
import time

from luot_firmware.drivers.iso14443a import (
    ANSWER,
    COLLISION,
    GARBLED,
    HALT,
    REQUEST,
    SHORT_FRAME_BITS,
    SILENCE,
    WAKE_UP,
    read_uid,
)

ABSENT = "chip.absent"
UNKNOWN = "chip.unknown"
ASLEEP = "chip.asleep"
UNSTABLE = "chip.unstable"

RANDOM_UID = "card.random_uid"
"""Why a card is refused: its UID is new each time it enters a field, as with phones, so it identifies nothing."""

UNREADABLE = "card.unreadable"
"""It answered, and then could not be read: it left, or lies badly."""

VERSIONS = (0x90, 0x91, 0x92, 0x88, 0x89, 0xB2, 0x12)
"""VersionReg (9.3.4.8) of the MFRC522, of the FM17522 and its variants, and of unnamed clones."""

_ADVICE = {
    ABSENT: "no card chip answers: check its power and the four wires of SPI",
    UNKNOWN: "not a known MFRC522: check the SPI wires, or exchange the module",
    ASLEEP: "the card chip does not wake: check its crystal and power, or exchange the module",
    UNSTABLE: "the card chip loses its settings: check its 3.3 V under load, or exchange the module",
}

# Registers (9.2)
_COMMAND, _COM_IRQ, _ERROR, _FIFO_DATA, _FIFO_LEVEL, _CONTROL, _BIT_FRAMING, _COLL = 1, 4, 6, 9, 10, 12, 13, 14
_TX_CONTROL, _TX_ASK, _T_MODE, _T_PRESCALER, _T_RELOAD_HI, _T_RELOAD_LO, _VERSION = 20, 21, 42, 43, 44, 45, 55

_IDLE, _TRANSCEIVE, _SOFT_RESET, _POWER_DOWN = 0x00, 0x0C, 0x0F, 0x10  # CommandReg (9.3.1.2, 10.3)
_RX_IRQ, _ERR_IRQ, _TIMER_IRQ, _CLEAR_ALL = 0x20, 0x02, 0x01, 0x7F  # ComIrqReg (9.3.1.5)
_TEMP_ERR, _COLL_ERR = 0x40, 0x08  # ErrorReg (9.3.1.7)
_FLUSH = 0x80  # FIFOLevelReg (9.3.1.11)
_START_SEND = 0x80  # BitFramingReg (9.3.1.14)
_COLL_POS = 0x1F  # CollReg (9.3.1.15); without a valid position the collision is beyond all of them
# TxControlReg (9.3.2.5). Power-down alone would leave the drivers TX1 and TX2 driven (Table 66, DriverSel).
_FIELD_OFF, _FIELD_ON, _DRIVERS = 0x80, 0x83, 0x03
_FORCE_100_ASK = 0x40  # TxASKReg (9.3.2.6)
_VALUES_CLEARED = 0x00  # CollReg, for anticollision (9.3.1.15)

# The timer starts by itself when a frame is out, stops at the fifth bit of an answer, and else ends after 20 x 25 us:
# a card's answer to each frame that is sent here begins after 91 us (8.5, 9.3.3.10; ISO/IEC 14443-3, 6.2.1.1).
_TIMER_AUTO, _TIMER_25_US, _TIMER_20_TIMES = 0x80, 169, 19

_SETTINGS = (
    (_TX_ASK, _FORCE_100_ASK),
    (_T_MODE, _TIMER_AUTO),
    (_T_PRESCALER, _TIMER_25_US),
    (_T_RELOAD_LO, _TIMER_20_TIMES),
    (_COLL, _VALUES_CLEARED),
)
"""All else stays as a reset leaves it: 106 kBd, and no CRC by the chip, whose switching would take more accesses."""


def _burst(*registers):
    """What to send to read these registers at once: the first value comes with the second byte (8.1.2.1)."""
    return bytes([0x80 | register << 1 for register in registers] + [0])


_STATE = _burst(_COMMAND, _VERSION, _FIFO_LEVEL, _TX_ASK, _T_MODE, _T_PRESCALER, _T_RELOAD_HI, _T_RELOAD_LO)
_AS_SET_UP = bytes((0, _FORCE_100_ASK, _TIMER_AUTO, _TIMER_25_US, 0, _TIMER_20_TIMES))
"""The state from FIFOLevelReg on, when the chip is as it was left."""

_OUTCOME = _burst(_COM_IRQ, _ERROR, _FIFO_LEVEL, _CONTROL, _COLL, _TX_CONTROL)

_MOST_BYTES = 5
_FROM_FIFO = _burst(*[_FIFO_DATA] * _MOST_BYTES)
_INTO_FIFO = bytes((_FIFO_DATA << 1,))

# Sleeps of n ms may end up to 1 ms early, as the tick they begin in counts.
_WAKE_TRIES = 5  # each 1 ms; waking takes 38 us and the crystal's start, under 1 ms (8.6.2, 8.8.2)
_RESET_MS = 2  # the same after a reset; the reset pulse itself needs 100 ns (8.8.1)
_CARD_START_MS = 6  # a card is ready 5 ms after the field came (ISO/IEC 14443-3, 5.2.1)
_LATE_TRIES = 3  # each 1 ms, beyond the time that a frame and the timer can take
_FIELD_US = 56_000  # all frames of a poll: enough for three cards with 7-byte UIDs

# A bit takes 9.44 us, a byte of a frame nine of them; after it the longest answer, 40 bits, is there within 535 us, and
# the timer ends sooner. asyncio would sleep for twice as long, or until other tasks are through.
_BYTE_US, _ANSWER_US = 90, 560
_MOST_LOSSES = 3  # polls in a row

_RANDOM = 0x08  # first byte of a 4-byte UID that is drawn anew each time (ISO/IEC 14443-3, 6.5.4)


class ChipError(OSError):
    """The chip cannot be used for now; the next poll tries again from its reset.

    code: ABSENT, UNKNOWN (another chip or a disturbed bus), ASLEEP or UNSTABLE; str() says what to do.
    """

    def __init__(self, code):
        super().__init__(errno.EIO, code + ": " + _ADVICE[code])
        self.code = code


class Mfrc522:
    """A CardReader, and the transceiver that `iso14443a` works with.

    spi: has write(out) and write_readinto(out, into); mode 0, most significant bit first, up to 10 MHz (8.1.2).
    chip_select, reset: called with 0 or 1; reset is the pin NRSTPD, or None when it is tied high.
    pause_ms: how long the chip sleeps before each poll of the field, at most 15 to stay within a CardReader's time.
    sleep_ms: an async function, asyncio's own by default. wait_us: a function that blocks, time.sleep_us by default: at
    most 1.4 ms, which a frame and its answer take.
    stays_on: for readers on mains, whose chip does not sleep: an empty field stays on, so that a card which comes into
    it is read 7 ms sooner; that is 74 mA for ever.

    starts: how often the chip was reset and set up; more than once means that it was disturbed.
    version: VersionReg, once it was read.
    cards, refusal: see `drivers`.
    """

    def __init__(self, spi, chip_select, reset=None, pause_ms=15, sleep_ms=None, stays_on=False, wait_us=None):
        self.starts = 0
        self.version = None
        self.cards = 0
        self.refusal = None
        self.answer_bits = 0
        self.collision = 0
        self._spi = spi
        self._chip_select = chip_select
        self._reset = reset
        self._pause_ms = pause_ms
        self._sleep_ms = sleep_ms or asyncio.sleep_ms
        self._wait_us = wait_us or time.sleep_us
        self._stays_on = stays_on
        self._is_on = False
        self._found = []
        self._is_lost = False
        self._losses = 0
        self._left_us = 0
        self._pair = bytearray(2)
        self._state = bytearray(len(_STATE))
        self._left_as = memoryview(self._state)[3:]
        self._outcome = bytearray(len(_OUTCOME))
        self._fifo = memoryview(bytearray(len(_FROM_FIFO)))
        self.answer = self._fifo[1:]

    async def poll(self):
        """See `drivers`. Several cards are read while the field is on once, and given one with each poll."""
        if self._found:
            await self._sleep_ms(0)
            return self._found.pop(0)
        await self._sleep_ms(self._pause_ms)
        self.cards = 0
        self.refusal = None
        was_on, self._is_on = self._is_on, False
        try:
            if not was_on or self._fault():
                fault = await self._resume()
                if fault or self._is_lost:
                    await self._restart()
                self._write(_TX_CONTROL, _FIELD_ON)
                await self._sleep_ms(_CARD_START_MS)
            self._left_us = _FIELD_US
            outcome = await self.exchange(WAKE_UP, SHORT_FRAME_BITS)
            if outcome != SILENCE:
                await self._read_cards()
                self._note(outcome)
            # A card that answered forgets what it was told only in the dark.
            self._is_on = self._stays_on and outcome == SILENCE and not self._is_lost
        finally:
            if self._is_on:
                self._write(_COMMAND, _IDLE)  # else noise would be taken for an answer during the pause
            else:
                self._write(_TX_CONTROL, _FIELD_OFF)
                self._write(_COMMAND, _POWER_DOWN)
        self._losses = self._losses + 1 if self._is_lost else 0
        if self._found:
            return self._found.pop(0)
        if self._losses >= _MOST_LOSSES:
            raise ChipError(UNSTABLE)
        return None

    async def exchange(self, frame, last_bits=0, align=0):
        """See `iso14443a`; SILENCE as well when the time of this poll is spent or the chip lost its settings."""
        if self._left_us <= 0:
            return SILENCE
        self._write(_COMMAND, _TRANSCEIVE)
        self._write(_COM_IRQ, _CLEAR_ALL)
        self._chip_select(0)
        self._spi.write(_INTO_FIFO)
        self._spi.write(frame)
        self._chip_select(1)
        self._write(_BIT_FRAMING, _START_SEND | align << 4 | last_bits)
        await self._sleep_ms(0)
        wait_us = len(frame) * _BYTE_US + _ANSWER_US
        self._wait_us(wait_us)
        outcome = self._outcome
        for _ in range(1 + _LATE_TRIES):
            self._left_us -= wait_us
            self._read(_OUTCOME, outcome)
            if outcome[6] & _DRIVERS != _DRIVERS or outcome[2] & _TEMP_ERR:
                break
            if outcome[1] & _RX_IRQ:
                return self._receive()
            if outcome[1] & _TIMER_IRQ:
                self._drop()
                return SILENCE
            wait_us = 1000
            await self._sleep_ms(1)
        else:
            if outcome[1] & _ERR_IRQ:
                self._drop()
                return GARBLED
        self._is_lost = True
        self._left_us = 0
        return SILENCE

    def _receive(self):
        """Take the answer out of the FIFO."""
        errors, level, last_bits, coll = self._outcome[2], self._outcome[3], self._outcome[4] & 7, self._outcome[5]
        if not 0 < level <= _MOST_BYTES:
            self._drop()
            return GARBLED
        self._read(_FROM_FIFO[-1 - level :], self._fifo[: 1 + level])
        self.answer_bits = 8 * level - (8 - last_bits if last_bits else 0)
        if errors & _COLL_ERR:
            self.collision = coll & _COLL_POS or 32
            return COLLISION
        return GARBLED if errors else ANSWER

    def _drop(self):
        """Empty the FIFO, of which the next frame needs the whole."""
        if self._outcome[3]:
            self._write(_FIFO_LEVEL, _FLUSH)

    async def _read_cards(self):
        """Read all cards in turn, each halted when it was read; the answers to a request have just come."""
        while True:
            uid = await read_uid(self)
            if uid is None or uid in self._found:
                return
            if len(uid) == 4 and uid[0] == _RANDOM:
                self.refusal = RANDOM_UID
            else:
                self._found.append(uid)
            await self.exchange(HALT)
            if await self.exchange(REQUEST, SHORT_FRAME_BITS) == SILENCE:
                return

    def _note(self, outcome):
        """What the look gave; a request that ended in noise says of no card that it is there."""
        self.cards = len(self._found)
        if not self._found and self.refusal is None and outcome != GARBLED and not self._is_lost:
            self.refusal = UNREADABLE

    async def _resume(self):
        """Leave power-down; as _fault()."""
        self._write(_COMMAND, _IDLE)
        fault = ASLEEP
        for _ in range(_WAKE_TRIES):
            await self._sleep_ms(1)
            fault = self._fault()
            if fault != ASLEEP:
                break
        return fault

    def _fault(self):
        """None when the chip is awake and as it was left, else what is wrong, UNSTABLE after any reset."""
        state = self._state
        self._read(_STATE, state)
        self.version = state[2]
        if self.version in (0x00, 0xFF):
            return ABSENT
        if self.version not in VERSIONS:
            return UNKNOWN
        if state[1] & _POWER_DOWN:
            return ASLEEP
        return None if self._left_as == _AS_SET_UP else UNSTABLE

    async def _restart(self):
        """Reset the chip and set it up; a ChipError when it is not there then."""
        if self._reset is None:
            self._write(_COMMAND, _SOFT_RESET)
        else:
            self._reset(0)
            await self._sleep_ms(_RESET_MS)
            self._reset(1)
        await self._sleep_ms(_RESET_MS)
        fault = await self._resume()
        if fault in (None, UNSTABLE):
            for register, value in _SETTINGS:
                self._write(register, value)
            self.starts += 1
            fault = await self._resume()
        if fault:
            raise ChipError(fault)
        self._is_lost = False

    def _write(self, register, value):
        self._pair[0] = register << 1
        self._pair[1] = value
        self._chip_select(0)
        self._spi.write(self._pair)
        self._chip_select(1)

    def _read(self, burst, into):
        self._chip_select(0)
        self._spi.write_readinto(burst, into)
        self._chip_select(1)
