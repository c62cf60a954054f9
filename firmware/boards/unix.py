"""The reader on a PC: models of its flash and its card chip, and the hall for cards and light. Never used on a board.

The folder holds settings.json, and the flash's content, a littlefs with the taps, as flash.img. What lies in the field
of the chip is said by the hall (`boards.unix_hall`), whose address stands in the settings.
"""

import errno
import json
import os
import socket
import struct
import sys
import time

from boards.unix_faults import Faults
from boards.unix_hall import Hall
from luot_firmware.drivers.mfrc522 import Mfrc522
from luot_firmware.flash import Flash, mount
from models.clock import now
from models.flash_model import RP2040_BLOCKS, FlashModel
from models.iso14443a_model import Field
from models.mfrc522_model import Mfrc522Model

_IMAGE = "/flash.img"
_MOUNTED = "/flash"
_AF_UNIX = 1  # on Linux; no board has it
_PAUSE_MS = 3  # of a reader on mains


class Board:
    """See `boards`; argv is the program and the flash folder."""

    def __init__(self, argv):
        if len(argv) != 2:
            print("usage: micropython main.py FLASH_FOLDER", file=sys.stderr)
            raise SystemExit(2)
        self.flash = Flash(argv[1])
        self._image = argv[1].rstrip("/") + _IMAGE
        self._claim = None
        self._device = None
        self._faults = None

    def mount(self):
        """The Flash in the image, which is made if need be; SystemExit when it cannot be used."""
        try:
            memory = _opened(self._image)
            self._claim = _claimed(self._image)
            self._device = FlashModel(memory, RP2040_BLOCKS)
            return mount(self._device, _MOUNTED)
        except OSError as error:
            what = "another reader uses it; end that one first"
            if error.errno != errno.EADDRINUSE:
                what = f"not usable ({error}); move it away, and the reader makes a new one"
            print(f"{self._image}: {what}", file=sys.stderr)
            raise SystemExit(2)

    def ticks_ms(self):
        """That of the computer; the hall can make it jump."""
        return time.ticks_ms() if self._faults is None else self._faults.ticks_ms()

    def signal_dbm(self):
        """No radio."""
        return

    def battery_mv(self):
        """No battery."""
        return

    def holds_button(self):
        """No button."""
        return False

    def attach(self, settings):
        """With the hall when the settings name one; else no cards come, and what is shown goes to standard output."""
        field = Field(now)
        chip = Mfrc522Model(field, now)
        if settings.hall is None:
            terminal = Terminal()
            return Mfrc522(chip, chip.chip_select, chip.reset_pin, _PAUSE_MS, stays_on=True), terminal, terminal, ()
        self._faults = Faults(chip, self._device, _MOUNTED)
        hall = Hall(settings.hall, settings.reader, field, self._faults)
        return ReaderInHall(chip, hall), hall, hall, (hall.run(),)


class ReaderInHall(Mfrc522):
    """A CardReader to whose surroundings the hall makes one change between two polls: none is too short to be seen."""

    def __init__(self, chip, hall):
        super().__init__(chip, chip.chip_select, chip.reset_pin, _PAUSE_MS, stays_on=True)
        self._hall = hall

    async def poll(self):
        """See `drivers`."""
        self._hall.change()
        return await super().poll()


class Terminal:
    """No buttons; shows lines of JSON on standard output."""

    def take(self):
        """No button."""
        return 0

    def show(self, line):
        """Print it."""
        print(json.dumps(line))


def _opened(path):
    try:
        return open(path, "r+b")
    except OSError:
        return open(path, "w+b")


def _claimed(path):
    """A socket whose name only one living process can have: two readers on one flash would destroy it."""
    _, inode, device = os.stat(path)[:3]
    claim = socket.socket(_AF_UNIX, socket.SOCK_DGRAM)
    claim.bind(struct.pack("H", _AF_UNIX) + b"\0luot-flash-%d-%d" % (device, inode))
    return claim
