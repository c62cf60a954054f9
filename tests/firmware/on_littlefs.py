"""Works on a littlefs inside MicroPython for tests on the host; the flash image is a file there."""

import gc
import json
import os
import struct
import sys
import time

from luot_firmware import records
from luot_firmware.flash import mount
from luot_firmware.outbox import SEGMENT_BYTES, Outbox, OutboxFull
from models.flash_model import BLOCK_BYTES, RP2040_BLOCKS, FlashModel

_FOLDER = "/littlefs"
_RECORDS = SEGMENT_BYTES // records.TAP_BYTES


class Unforced:
    """A file that is never forced to the disk, which no end of a process needs."""

    def __init__(self, file):
        self.seek, self.readinto, self.write = file.seek, file.readinto, file.write

    def flush(self):
        pass


def card(number):
    """The n-th card begins with n."""
    return struct.pack(">Q", number) + bytes(8)


def mounted(image, mode="r+b"):
    """(Flash, FlashModel) of an image."""
    chip = FlashModel(Unforced(open(image, mode)), RP2040_BLOCKS)  # noqa: SIM115 - open as long as the flash is
    return mount(chip, _FOLDER), chip


def run(module, function, image):
    """Call a test whose folder is a new littlefs."""
    mounted(image, "w+b")
    getattr(__import__(module), function)(_FOLDER)


def fill(image, boot, count):
    """Make an image with the log of a long outage: `count` taps of one start."""
    flash, _ = mounted(image, "w+b")
    for first in range(0, int(count), _RECORDS):
        log = bytearray()
        for seq in range(first + 1, min(first + _RECORDS, int(count)) + 1):
            log.extend(records.write_tap(records.Record(int(boot), seq, card(seq), seq)))
        flash.append(f"tap-{first // _RECORDS + 1:08d}", log)


def take_all(image):
    """Settle 1,000 taps as they come, then take taps until one is refused; prints the cost, and stays on."""
    flash, chip = mounted(image, "w+b")
    outbox = Outbox(flash)
    for number in range(1000):
        record = outbox.append(card(0), number)
        outbox.settle(*record.id())
        outbox.save()
    live_erases = sum(chip.erases)
    blocks_before = _used_blocks()
    heard = 0
    try:
        while True:
            outbox.append(card(heard + 1), heard)
            heard += 1
    except OutboxFull as error:
        refused = str(error)
    found = {
        "heard": heard,
        "refused": refused,
        "bytes_per_tap": (_used_blocks() - blocks_before) * BLOCK_BYTES / heard,
        "erases_per_1000_settled": live_erases,
        "erases_per_1000_waiting": (sum(chip.erases) - live_erases) * 1000 // heard,
        "most_erases_of_a_block": max(chip.erases),
    }
    print(json.dumps(found))
    sys.stdin.read()


def drain_all(image):
    """Open what take_all() left, settle it all in order, and take one more; prints what it took."""
    flash, _ = mounted(image)
    gc.collect()
    live_bytes = gc.mem_alloc()
    began = time.ticks_ms()
    outbox = Outbox(flash)
    open_ms = time.ticks_diff(time.ticks_ms(), began)
    gc.collect()
    found = {"depth": outbox.depth(), "open_ms": open_ms, "live_bytes": gc.mem_alloc() - live_bytes}
    drained = 0
    while outbox.window and outbox.window[0].card == card(drained + 1):
        drained += 1
        outbox.settle(*outbox.window[0].id())
        outbox.save()
    found["drained"] = drained
    found["damaged"] = outbox.damaged
    found["next"] = outbox.append(card(0), 0).id()
    found["files"] = sorted(flash.names())
    print(json.dumps(found))


def _used_blocks():
    status = os.statvfs(_FOLDER)
    return status[2] - status[3]
