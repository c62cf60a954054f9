"""Prints how many taps the outbox in a flash image keeps; runs on MicroPython, which alone can mount it."""

import sys

from luot_firmware.flash import mount
from luot_firmware.outbox import Outbox
from models.flash_model import RP2040_BLOCKS, FlashModel

with open(sys.argv[1], "r+b") as image:
    print(Outbox(mount(FlashModel(image, RP2040_BLOCKS), "/flash")).depth())
