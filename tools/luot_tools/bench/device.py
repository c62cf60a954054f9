"""What a board carries and what a poll of the card chip costs, by MicroPython's own tools. Needs no office."""

import os
from collections.abc import Callable
from pathlib import Path

from luot_tools import firmware
from luot_tools.bench.extent import Extent
from luot_tools.bench.figures import Reading, Readings
from luot_tools.bench.ground import Ground
from luot_tools.bench.processes import run
from luot_tools.sim.readers import FIRMWARE, PROTOCOL, find_micropython

_BOARD = "rp2"

# Prints what a poll takes: without a card and with one, of a chip that is set up and of one that is not.
_ACCESSES = """
from luot_firmware.drivers.mfrc522 import Mfrc522
from models.clock import SimulatedClock
from models.iso14443a_model import Card, Field
from models.mfrc522_model import Mfrc522Model

def accesses(polls, *uids):
    clock = SimulatedClock()
    field = Field(clock.now)
    chip = Mfrc522Model(field, clock.now)
    chip.on_access = lambda _number: clock.pass_us(60)
    reader = Mfrc522(chip, chip.chip_select, None, sleep_ms=clock.sleep_ms, wait_us=clock.wait_us)
    for poll in range(polls):
        before = chip.ledger.accesses
        if poll == polls - 1:
            for uid in uids:
                field.put(Card(uid))
        try:
            reader.poll().send(None)
        except StopIteration as end:
            if end.value != (uids[0] if poll == polls - 1 and uids else None):
                raise ValueError(end.value)
    return chip.ledger.accesses - before

UID = bytes.fromhex("04a1b2c3d4e5f6")
print(accesses(2), accesses(1), accesses(2, UID), accesses(1, UID))
"""


def accesses(_ground: Ground, _extent: Extent, tell: Callable[[str], None]) -> Readings:
    """Cycles of chip select of the MFRC522 driver at the chip's model, as the driver is and set up anew each time."""
    env = {"MICROPYPATH": os.pathsep.join((str(FIRMWARE), str(PROTOCOL), ".frozen"))}
    printed = run("the card chip's model", find_micropython(), "-c", _ACCESSES, env=env)
    poll, first_poll, read, first_read = map(int, printed.split())
    tell(f"bus accesses: {poll} a poll, {read} to read a card")
    return {"poll_accesses": Reading(poll, first_poll), "read_accesses": Reading(read, first_read)}


def flash_bytes(_ground: Ground, _extent: Extent, tell: Callable[[str], None]) -> Readings:
    """All files of a board, compiled as `make firmware` does, beside their source."""
    compiled_bytes = sum(map(len, firmware.compiled(_BOARD).values()))
    source_bytes = sum(file.stat().st_size for _, file in firmware.sources(_BOARD))
    tell(f"firmware: {compiled_bytes:,} bytes")
    return {"firmware_mpy_bytes": Reading(compiled_bytes, source_bytes)}


def compiled(folder: Path) -> Path:
    """All that a reader on a PC carries, compiled into `folder`; returns it."""
    firmware.write(firmware.compiled(firmware.PC), folder)
    return folder
