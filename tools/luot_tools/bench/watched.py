"""A reader whose heap is watched, as programs for MicroPython: all that a board carries, no model of hardware."""

BOARD = """\
import asyncio, binascii, gc, json, time
from luot_firmware import tcp
from luot_firmware.flash import Flash
from luot_firmware.tasks import run_together

class Board:
    cards, refusal, starts = 1, None, 1

    def __init__(self, argv):
        self.flash = Flash(argv[1])
        self.changes, self.lines, self.uid = [], [], None

    def mount(self):
        return self.flash

    def ticks_ms(self):
        return time.ticks_ms()

    def signal_dbm(self):
        return None

    def battery_mv(self):
        return None

    def holds_button(self):
        return False

    def attach(self, settings):
        return self, self, self, (self.run(settings),)

    async def poll(self):
        await asyncio.sleep_ms(1)
        if self.changes:
            self.uid = self.changes.pop(0)
        return self.uid

    def take(self):
        return 0

    def show(self, line):
        self.lines.append(json.dumps(line))

    async def run(self, settings):
        hall = await tcp.dial(*settings.hall)
        await hall.write(json.dumps({"reader": settings.reader}).encode() + b"\\n")
        await run_together(self.hear(hall), self.say(hall))

    async def hear(self, hall):
        rest = b""
        while True:
            lines = (rest + await hall.read_some(256)).split(b"\\n")
            rest = lines.pop()
            for line in lines:
                uid = json.loads(line)["uid"]
                self.changes.append(uid and binascii.unhexlify(uid))

    async def say(self, hall):
        while True:
            while self.lines:
                await hall.write(self.lines.pop(0).encode() + b"\\n")
            await asyncio.sleep_ms(1)

async def watch(not_ours):
    most = 0
    while True:
        gc.collect()
        if gc.mem_alloc() > most:
            most = gc.mem_alloc()
            print(most - not_ours)
        await asyncio.sleep_ms(5)
"""
"""A board file: cards come from the hall without a chip, taps go into a folder of this machine, the heap is watched."""

WATCHER = """\
import gc, sys
sys.path.append(".frozen")
import asyncio, binascii, json
from luot_firmware import flash, tasks, tcp
from luot_firmware.drivers import mfrc522

gc.collect()
before = gc.mem_alloc()
import watched_board
gc.collect()
not_ours = gc.mem_alloc() - before
sys.modules["boards.unix"] = watched_board

import main

run = main.App.run
main.App.run = lambda app, *others: run(app, watched_board.watch(not_ours), *others)
main.main(sys.argv)
"""
"""main.py on that board, beside the driver's code; prints how much of the heap is alive whenever that has grown.

What the board file takes is left out. Its one argument is the flash folder.
"""

BARE = "import asyncio, gc; gc.collect(); print(gc.mem_alloc())"
"""What a heap begins with: a board's own interpreter and asyncio."""
