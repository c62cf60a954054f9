"""The hall around a reader on a PC, at the other end of a TCP connection. Knows no chip.

It sends lines of JSON, {"uid": "04a1b2c3"} when that card lies in the field, with "button": 1 when that button was
pressed before, and {"uid": null} when the field is empty; {"uids": ["04a1b2c3", "04d5e6f7"]} when several cards lie in
it at once; {"uid": "04a1b2c3", "leaves_after_bits": 10} when the card is gone in the middle of its answer; and what
`unix_faults` understands. It gets a line for each thing that is shown.
"""

import asyncio
import binascii
import json
import sys

from luot_firmware import tcp
from luot_firmware.tasks import run_together
from luot_protocol.card import UID_BYTES
from models.iso14443a_model import Card

_STEP_S = 0.01
_RETRY_S = 1
_MAX_LINE_BYTES = 256
_MAX_LINES = 64
_POLLS = 3


class Hall:
    """Buttons, Sink, and whoever lays cards into `field`, over one connection, made again whenever it is lost.

    While it is lost the field is empty, and the newest lines to show wait for it. faults: see `unix_faults`.
    """

    def __init__(self, address, reader, field, faults):
        self._address = address
        self._hello = json.dumps({"reader": reader})
        self._field = field
        self._faults = faults
        self._button = 0
        self._changes = []
        self._unseen_by = 0
        self._lines = []
        self._has_lines = asyncio.Event()

    def change(self):
        """A poll begins: make the next change, if one has come and the last one was seen.

        Two polls after a change may look before a card has had its 5 ms of power, so the third is what counts.
        """
        self._unseen_by = max(0, self._unseen_by - 1)
        if self._changes and not self._unseen_by:
            self._unseen_by = _POLLS
            self._changes.pop(0)()

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
            self._changes.append(self._field.clear)
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
            change = self._cards(fields) if "uid" in fields or "uids" in fields else self._faults.act(fields)
        except (ValueError, KeyError, TypeError, AttributeError):
            print("hall: not understood:", line, file=sys.stderr)
            return
        # No hand exchanges cards within a poll, which would read both and take them for two that lie there together.
        if self._changes or self._unseen_by or not self._field.is_empty():
            self._changes.append(change)
        else:
            self._unseen_by = _POLLS + 1  # in the middle of a poll, which counts for nothing
            change()

    def _cards(self, fields):
        """What lays exactly these cards into the field."""
        uids, button, cut = fields.get("uids"), fields.get("button", 0), fields.get("leaves_after_bits")
        if uids is None:
            uids = [] if fields["uid"] is None else [fields["uid"]]
        uids = [binascii.unhexlify(uid) for uid in uids]
        if any(len(uid) not in UID_BYTES for uid in uids):
            raise ValueError("length")
        if not isinstance(button, int) or not 0 <= button <= 255:
            raise ValueError("button")
        if cut is not None and not isinstance(cut, int):
            raise ValueError("bits")

        def lay():
            self._button = button
            self._field.clear()
            for uid in uids:
                self._field.put(Card(uid, cut=cut))

        return lay

    async def _write(self, connection):
        while True:
            self._has_lines.clear()
            while self._lines:
                line = self._lines[0]
                await connection.write(line.encode() + b"\n")
                if self._lines[0] is line:
                    self._lines.pop(0)
            await self._has_lines.wait()
