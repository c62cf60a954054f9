"""A reader's driver and the model of its chip on one simulated clock, for tests on both interpreters."""

from luot_firmware.drivers.mfrc522 import Mfrc522
from models.clock import SimulatedClock
from models.iso14443a_model import Card, Field
from models.mfrc522_model import Mfrc522Model
from models.mfrc522_uart import FROM_ANSWER, FROM_BYTE, FROM_UID

ACCESS_US = 60
"""What an access costs in MicroPython on a board, roughly: two calls of a pin, one of SPI, and some bytes at 4 MHz."""

MAINS_PAUSE_MS = 5

CHIPS = [(start, bit) for start in (FROM_ANSWER, FROM_BYTE, FROM_UID) for bit in (0, 1)]
"""Where a chip counts a collision from, and what it reads there: the data sheet leaves both open."""

UID_4 = bytes.fromhex("04a1b2c3")
UID_7 = bytes.fromhex("04a1b2c3d4e5f6")
UID_10 = bytes.fromhex("04a1b2c3d4e5f6071829")


def run(coroutine):
    """What a coroutine returns that waits for nothing but the simulated clock."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something else")


class Bench:
    """reader is the driver, chip the model, field its field; with has_reset_pin the driver has NRSTPD too.

    on_mains: as a reader is that waits with its field on.
    """

    def __init__(self, *uids, has_reset_pin=False, on_mains=False, **chip):
        self.clock = SimulatedClock()
        self.field = Field(self.clock.now)
        self.chip = Mfrc522Model(self.field, self.clock.now, **chip)
        self.chip.on_access = self._access
        self.at_access = {}
        pin = self.chip.reset_pin if has_reset_pin else None
        pause_ms = MAINS_PAUSE_MS if on_mains else 15
        self.reader = Mfrc522(
            self.chip, self.chip.chip_select, pin, pause_ms, self.clock.sleep_ms, on_mains, self.clock.wait_us
        )
        self.cards = [Card(uid) for uid in uids]
        for card in self.cards:
            self.field.put(card)

    def poll(self):
        """One poll."""
        return run(self.reader.poll())

    def polls(self, count):
        """What so many polls give."""
        return [self.poll() for _ in range(count)]

    def accesses(self):
        """How many accesses the next poll takes."""
        before = self.chip.ledger.accesses
        self.poll()
        return self.chip.ledger.accesses - before

    def before_access(self, number, act):
        """Call `act` before the access of this number, counted from the next one."""
        self.at_access[self.chip.ledger.accesses + number] = act

    def _access(self, number):
        self.clock.pass_us(ACCESS_US)
        act = self.at_access.pop(number, None)
        if act is not None:
            act()
