"""Runs a reader that waits less for its bridge, and prints now and then which links it has loaded; argv as main.py."""

import sys

sys.path.append(".frozen")

import asyncio

import main
from boards.unix import Board
from luot_protocol import wired

wired.REPEAT_MS, wired.SILENCE_MS = 200, 2000


class TellingBoard(Board):
    """Runs what prints it beside the app."""

    def attach(self, settings):
        card_reader, buttons, sink, others = super().attach(settings)
        return card_reader, buttons, sink, tuple(others) + (_tell(),)  # noqa: RUF005 - MicroPython has no star here


async def _tell():
    while True:
        await asyncio.sleep(0.2)
        print("links", [name for name in ("mqtt", "wired") if "luot_firmware." + name in sys.modules])


main.Board = TellingBoard
main.main(sys.argv)
