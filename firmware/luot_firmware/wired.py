"""The link of a reader without a network: its frames are lines among what it prints on its serial line. Keeps no tap.

`luot device bridge` is at the other end. Ctrl-C goes on interrupting the program, since no line holds one.
"""

import asyncio
import select
import sys
import time

from luot_firmware.link import Link
from luot_protocol import faults, wired

TIMEOUT_MS = 2000
"""Limit of the wait for a bridge's answer, and of a write."""

_LOOK_MS = 10
_MOST_BYTES = 64


class WiredLink(Link):
    """See Link. Nobody else is on the cable, so the pauses stay short."""

    longest_pause_ms = 1000

    def client(self, ours):  # pyright: ignore[reportIncompatibleMethodOverride]
        """See Link."""
        return Cable(ours.site, ours.link, self.take)

    async def enter(self, client):
        """See Link; the bridge tells the office."""
        await client.connect()


class CableError(OSError):
    """Raised when no bridge answers, or it carries nothing; fault: one of faults.BROKER_*."""

    def __init__(self, complaint, fault=faults.BROKER_UNREACHABLE):
        super().__init__(complaint)
        self.fault = fault


class Cable:
    """One session with a bridge: the methods of mqtt.Client; `on_message(None, frame)` gets what comes down."""

    def __init__(self, site, link, on_message):
        self._hello = wired.hello(site, link)
        self._on_message = on_message
        self._in, self._out = sys.stdin.buffer, sys.stdout.buffer
        self._comes, self._goes = select.poll(), select.poll()
        self._comes.register(self._in, select.POLLIN)
        self._goes.register(self._out, select.POLLOUT)
        self._lines = wired.Lines(wired.ALL_DOWN)
        self._heard_ms = time.ticks_ms()
        self._is_welcome = False

    async def connect(self):
        """Be welcomed by a bridge that reaches the broker."""
        while self._waiting():
            pass  # what was said before does not count
        await self._write(self._hello)
        try:
            await asyncio.wait_for(self._welcome(), TIMEOUT_MS / 1000)
        except asyncio.TimeoutError:
            raise CableError("no bridge answers")

    async def publish(self, _topic, payload):
        """Send a frame."""
        await self._write(wired.line(wired.UP, payload))

    async def receive(self):
        """Take lines as they come, for ever; run this together with keep()."""
        while True:
            await self._take_some()

    async def keep(self):
        """Say now and then that we are here, and watch that there is an answer, for ever."""
        while True:
            await asyncio.sleep(wired.REPEAT_MS / 1000)
            await self._write(self._hello)
            if time.ticks_diff(time.ticks_ms(), self._heard_ms) > wired.SILENCE_MS:
                raise CableError("the bridge is silent", faults.BROKER_SILENT)

    def close(self):
        """Nothing is to be closed: the line is the board's."""

    async def _welcome(self):
        while not self._is_welcome:
            await self._take_some()

    async def _take_some(self):
        for kind, body in self._lines.feed(await self._read_some()):
            if kind == wired.CLOSED:
                raise CableError("the bridge carries nothing", _fault(body))
            self._heard_ms = time.ticks_ms()
            self._is_welcome = True
            if kind == wired.DOWN:
                self._on_message(None, body)

    async def _read_some(self):
        while True:
            data = self._waiting()
            if data:
                return data
            await asyncio.sleep(_LOOK_MS / 1000)

    def _waiting(self):
        """What has come, at most _MOST_BYTES. A board reads until it has all that it was asked for, so one by one."""
        data = bytearray()
        while len(data) < _MOST_BYTES and self._comes.poll(0):
            byte = self._in.read(1)
            if not byte:
                raise CableError("the serial line is closed")
            data += byte
        return bytes(data)

    async def _write(self, line):
        until_ms = time.ticks_add(time.ticks_ms(), TIMEOUT_MS)
        while not self._goes.poll(0):
            if time.ticks_diff(until_ms, time.ticks_ms()) < 0:
                raise CableError("the serial line takes nothing", faults.BROKER_SILENT)
            await asyncio.sleep(_LOOK_MS / 1000)
        self._out.write(line)


def _fault(body):
    fault = body[0] if body else 0
    is_known = faults.BROKER_UNREACHABLE <= fault <= faults.BROKER_MALFORMED
    return fault if is_known else faults.BROKER_UNREACHABLE
