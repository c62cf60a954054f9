"""The reader on a PC: a folder for its flash and a TCP peer, the hall, for chip and light. Never used on a board.

The hall's address stands in the settings. It sends lines of JSON, {"uid": "04a1b2c3"} when that card lies in the
field, with "button": 1 when that button was pressed before, and {"uid": null} when the field is empty; it gets a line
for each thing that is shown.
"""

import asyncio
import binascii
import json
import sys

from luot_firmware import tcp
from luot_firmware.flash import Flash
from luot_firmware.tasks import run_together
from luot_protocol.card import UID_BYTES

_STEP_S = 0.01
_RETRY_S = 1
_MAX_LINE_BYTES = 256
_MAX_LINES = 64


class Board:
    """See `boards`; argv is the program and the flash folder."""

    def __init__(self, argv):
        if len(argv) != 2:
            print("usage: micropython main.py FLASH_FOLDER", file=sys.stderr)
            raise SystemExit(2)
        self.flash = Flash(argv[1])

    def attach(self, settings):
        """The hall when the settings name one; else no cards, and what is shown goes to standard output."""
        if settings.hall is None:
            terminal = Terminal()
            return terminal, terminal, terminal, ()
        hall = Hall(settings.hall, settings.reader)
        return hall, hall, hall, (hall.run(),)


class Terminal:
    """An empty field; shows lines of JSON on standard output."""

    async def poll(self):
        """None."""
        await asyncio.sleep(_STEP_S)

    def take(self):
        """No button."""
        return 0

    def show(self, line):
        """Print it."""
        print(json.dumps(line))


class Hall:
    """CardReader, Buttons and Sink over one connection, which is made again whenever it is lost.

    While it is lost the field is empty, and the newest lines to show wait for it.
    """

    def __init__(self, address, reader):
        self._address = address
        self._hello = json.dumps({"reader": reader})
        self._in_field = None
        self._button = 0
        self._changes = []
        self._lines = []
        self._has_lines = asyncio.Event()

    async def poll(self):
        """Each change of the field in its turn, then what lies in it."""
        await asyncio.sleep(0 if self._changes else _STEP_S)
        if self._changes:
            self._in_field, self._button = self._changes.pop(0)
        return self._in_field

    def take(self):
        """The button that came with the card."""
        button, self._button = self._button, 0
        return button

    def show(self, line):
        """Send it as soon as the hall is there."""
        if len(self._lines) == _MAX_LINES:
            self._lines.pop(0)
        self._lines.append(json.dumps(line))
        self._has_lines.set()

    async def run(self):
        """Keep the connection, for ever."""
        while True:
            try:
                await self._session()
            except OSError as error:
                print("hall:", error, file=sys.stderr)
            self._changes.append((None, 0))
            await asyncio.sleep(_RETRY_S)

    async def _session(self):
        connection = await tcp.dial(*self._address)
        try:
            await connection.write(self._hello.encode() + b"\n")
            await run_together(self._read(connection), self._write(connection))
        finally:
            connection.close()

    async def _read(self, connection):
        rest = b""
        while True:
            while len(self._changes) >= _MAX_LINES:
                await asyncio.sleep(_STEP_S)
            lines = (rest + await connection.read_some(_MAX_LINE_BYTES)).split(b"\n")
            rest = lines.pop()
            if len(rest) > _MAX_LINE_BYTES:
                raise OSError("line without an end")
            for line in lines:
                self._take(line)

    def _take(self, line):
        try:
            fields = json.loads(line)
            uid, button = fields["uid"], fields.get("button", 0)
            in_field = None if uid is None else binascii.unhexlify(uid)
            if in_field is not None and len(in_field) not in UID_BYTES:
                raise ValueError("length")
            if not isinstance(button, int) or not 0 <= button <= 255:
                raise ValueError("button")
        except (ValueError, KeyError, TypeError, AttributeError):
            print("hall: not understood:", line, file=sys.stderr)
            return
        self._changes.append((in_field, button))

    async def _write(self, connection):
        while True:
            self._has_lines.clear()
            while self._lines:
                line = self._lines[0]
                await connection.write(line.encode() + b"\n")
                if self._lines[0] is line:
                    self._lines.pop(0)
            await self._has_lines.wait()
