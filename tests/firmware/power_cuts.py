"""Cuts the power of an outbox on a littlefs at every operation of its flash, inside MicroPython for tests on the host.

A scenario is run once to count the operations N of its flash, then again for each n up to N and for each state in which
a cut can leave the operation that it hits. Power returns, and what the flash holds is compared with what was heard.
"""

from io import BytesIO

import vfs

from luot_firmware import outbox as outbox_module
from luot_firmware.flash import LittleFlash, mount
from luot_firmware.outbox import Outbox, OutboxFull
from models.flash_model import BEFORE, HALF, MIXED, FlashModel

FOLDER = "/cut"
_HOWS = (BEFORE, HALF, MIXED)


class Cut(Exception):
    """The power has gone."""


class Wrong(Exception):
    """The flash does not hold what it must; says what."""


class Reader:
    """An outbox on a flash of so many blocks, switched off at first, and what it must hold.

    open: (id, card) of the taps that were heard and not settled, oldest first. newest: the highest id that was seen.
    asked, settling: what a cut interrupted, a card whose tap may or may not be kept, and an id that may be settled.
    is_full: taps may be refused.
    """

    def __init__(self, blocks, image=b"", kind=LittleFlash):
        self.blocks = blocks
        self.kind = kind
        self.memory = BytesIO(image)
        self.chip = FlashModel(self.memory, blocks)
        self.outbox = None
        self.open = []
        self.newest = (0, 0)
        self.boot = 0
        self.cards = 0
        self.is_full = False
        self.asked = None
        self.settling = None

    def copy(self):
        """Another one with the same content and the same past, switched off."""
        other = Reader(self.blocks, self.memory.getvalue(), self.kind)
        other.open = list(self.open)
        for name in ("newest", "boot", "cards", "is_full", "asked", "settling"):
            setattr(other, name, getattr(self, name))
        return other

    def start(self, window_size=outbox_module.WINDOW):
        """Cold start: mount, open, count."""
        self.stop()
        try:
            mount(self.chip, FOLDER)
            self.outbox = Outbox(self.kind(FOLDER), window_size=window_size)
        except OSError:
            self._check_power()
            raise
        self._check_power()
        if self.outbox.boot <= self.boot:
            raise Wrong(f"boot {self.outbox.boot} after {self.boot}")
        self.boot = self.outbox.boot

    def stop(self):
        """Switch off, whichever reader is on: there is one place for a flash."""
        try:  # noqa: SIM105 - there is no contextlib
            vfs.umount(FOLDER)
        except OSError:
            pass

    def tap(self):
        """A card comes; returns whether it is heard."""
        self.cards += 1
        self.asked = b"%016d" % self.cards
        try:
            record = self.outbox.append(self.asked, self.cards)
            self._see(record.id(), self.asked)
        except OutboxFull:
            record = None
        self._check_power()
        self.asked = None
        if record is None and not self.is_full:
            raise Wrong("a tap was refused")
        return record is not None

    def settle(self, at=0):
        """The receipt comes for this tap of the window, if there is one."""
        if at < len(self.outbox.window):
            self.settling = self.outbox.window[at].id()
            self.outbox.settle(*self.settling)
            self.outbox.save()
            self._check_power()
            self._forget()

    def compare(self):
        """Everything heard is there once and in order; what was interrupted was done or not done."""
        self.start(window_size=len(self.open) + 2)
        found = [(record.id(), record.card) for record in self.outbox.window]
        if self.outbox.damaged:
            raise Wrong(f"{self.outbox.damaged} unreadable")
        if found and found[-1][1] == self.asked:
            self._see(*found[-1])
        if found != self.open:
            self._forget()
        if found != self.open:
            raise Wrong(f"{[tap[0] for tap in found]} instead of {[tap[0] for tap in self.open]}")
        self.asked = self.settling = None

    def go_on(self):
        """It works as before: hears, settles, starts."""
        self.start()
        self.tap()
        self.settle()
        self.start()
        window = [(record.id(), record.card) for record in self.outbox.window]
        if (len(self.open), self.open[: len(window)]) != (self.outbox.depth(), window):
            raise Wrong(f"{self.outbox.depth()} with {[tap[0] for tap in window]} after going on")

    def _see(self, tap_id, card):
        if tap_id <= self.newest:
            raise Wrong(f"{tap_id} after {self.newest}")
        self.newest = tap_id
        self.open.append((tap_id, card))
        self.asked = None

    def _forget(self):
        self.open = [tap for tap in self.open if tap[0] != self.settling]
        self.settling = None

    def _check_power(self):
        if self.chip.is_cut:
            raise Cut


def every_cut(past, act):
    """Yield a copy of `past` for each cut of `act`, and one for a cut after it; its power is back."""
    whole = past.copy()
    act(whole)
    operations = whole.chip.operations
    for n in range(operations + 1):
        for how in _HOWS if n < operations else (BEFORE,):
            reader = past.copy()
            reader.chip.cut_after(n, how)
            try:
                act(reader)
            except Cut:
                reader.stop()
            reader.chip.power_on()
            yield reader
