"""The composition root of a reader: builds the parts for its board and settings, and runs them. Holds no logic.

On a PC: micropython -X heapsize=256k firmware/main.py FLASH_FOLDER, with MICROPYPATH naming firmware and protocol.
"""

import gc
import sys

if ".frozen" not in sys.path:
    sys.path.append(".frozen")  # MICROPYPATH replaces the default path, and with it the place of asyncio

import asyncio

import luot_firmware
from boards.here import Board
from luot_firmware.app import App
from luot_firmware.clock import Clock
from luot_firmware.feedback import Feedback
from luot_firmware.health import Health
from luot_firmware.outbox import Outbox
from luot_firmware.scanner import Scanner


def main(argv):
    """Run the reader until it is interrupted; returns 0, or 2 when its settings cannot be used."""
    board = Board(argv)
    from luot_firmware import settings

    try:
        ours = settings.load(board.flash)
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    flash = board.mount()
    if board.holds_button():
        return _test(board, flash, ours)
    outbox = Outbox(flash)
    card_reader, buttons, sink, others = board.attach(ours)
    clock = Clock(outbox.boot, board.ticks_ms)
    luot_firmware.at_work = flash, clock
    faces = Feedback(sink, ours.language)
    scanner = Scanner(clock)
    health = Health(clock, outbox, scanner, card_reader, faces, board.signal_dbm, board.battery_mv)
    if ours.host is None:
        from luot_firmware.wired import WiredLink as Link
    else:
        from luot_firmware.link import Link
    link = Link(ours, outbox, clock, faces, health)
    app = App(ours, card_reader, buttons, scanner, clock, outbox, link, faces)
    del settings
    _forget(luot_firmware, "settings")
    gc.collect()
    try:
        asyncio.run(app.run(*others))
    except KeyboardInterrupt:
        pass
    return 0


def _test(board, taps, ours):
    """Test the reader until power is cut, in place of running it."""
    from luot_firmware import selftest

    card_reader, _, sink, others = board.attach(ours)
    try:
        asyncio.run(selftest.show(board, Clock(0, board.ticks_ms), taps, ours, card_reader, sink, others))
    except KeyboardInterrupt:
        pass
    return 0


def _forget(package, name):
    """Give back the memory of a module that only a start needs."""
    del sys.modules[package.__name__ + "." + name]
    delattr(package, name)


if __name__ == "__main__":
    code = main(sys.argv)
    # A board takes SystemExit for a restart, and would start this again whenever a technician interrupts it.
    if sys.platform == "linux":
        sys.exit(code)
