"""Breaks the models of chip, flash and clock on a PC, as the hall says, and mends them. Never used on a board.

{"chip": ...}     absent, unknown, asleep, unstable, reset (once, in the next field), well
{"flash": ...}    failing (no write succeeds), full, well
{"clock_jump_ms": 90000}    the counter of milliseconds leaps; below 0 it goes back
"""

import os
import time

from luot_firmware.flash import NO_ROOM
from models.mfrc522_model import FIELD

_NEVER = 1 << 60
_ALIEN_VERSION = 0x37
_BALLAST = "/ballast-"
_BALLAST_BYTES = (64 * 4096, 4096, 400, 40)


class Faults:
    """Of this chip, and of the flash at `folder`. ticks_ms() is the counter that jumps."""

    def __init__(self, chip, flash, folder):
        self._chip = chip
        self._flash = flash
        self._folder = folder
        self._version = chip.version
        self._crystal_cycles = chip.crystal_cycles
        self._ahead_ms = 0
        self._acts = {
            "chip": {
                "absent": self._remove_chip,
                "unknown": self._exchange_chip,
                "asleep": self._stop_crystal,
                "unstable": self._weaken_supply,
                "reset": self._dip_supply,
                "well": self._mend_chip,
            },
            "flash": {"failing": self._fail_flash, "full": self._fill_flash, "well": self._mend_flash},
        }

    def ticks_ms(self):
        """See `boards`."""
        return time.ticks_add(time.ticks_ms(), self._ahead_ms)

    def act(self, fields):
        """What a line of the hall asks for, as a function to call; ValueError when it is none of these."""
        ((what, how),) = fields.items()
        if what == "clock_jump_ms" and isinstance(how, int):
            return lambda: self._jump(how)
        return self._acts[what][how]

    def _jump(self, ms):
        self._ahead_ms += ms

    def _mend_chip(self):
        self._chip.bus_reads = None
        self._chip.on_access = None
        self._chip.version = self._version
        self._chip.crystal_cycles = self._crystal_cycles
        self._chip.reset()

    def _remove_chip(self):
        self._chip.bus_reads = 0x00

    def _exchange_chip(self):
        self._chip.version = _ALIEN_VERSION

    def _stop_crystal(self):
        self._chip.crystal_cycles = _NEVER
        self._chip.reset()

    def _weaken_supply(self):
        self._chip.on_access = self._dip_in_field

    def _dip_supply(self):
        self._chip.on_access = self._dip_once

    def _dip_in_field(self, _number):
        """The field is what takes the current."""
        if self._chip.ledger.state == FIELD:
            self._chip.reset()

    def _dip_once(self, _number):
        if self._chip.ledger.state == FIELD:
            self._chip.on_access = None
            self._chip.reset()

    def _fail_flash(self):
        self._flash.fails_writes = True

    def _fill_flash(self):
        """Leave no room for data, then none for names."""
        number = 0
        for size in _BALLAST_BYTES:
            try:
                while True:
                    number += 1
                    with open(self._folder + _BALLAST + str(number), "wb") as file:
                        for _ in range(0, size, 4096):
                            file.write(bytes(min(size, 4096)))
            except OSError as error:
                if error.args[0] not in NO_ROOM:
                    raise

    def _mend_flash(self):
        self._flash.fails_writes = False
        for name in os.listdir(self._folder):
            if ("/" + name).startswith(_BALLAST):
                os.remove(self._folder + "/" + name)
