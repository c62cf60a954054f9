"""The reader at work: scans, keeps each tap, and lets the link send it. Never talks to chips or sockets itself."""

import asyncio

from luot_firmware.outbox import OutboxFull
from luot_firmware.tasks import run_together
from luot_protocol.card import card_hash

_CHIP_PAUSE_S = 2


class App:
    """Joins the parts, which are given to it; run() ends only by cancellation or a bug."""

    def __init__(self, settings, card_reader, buttons, scanner, clock, outbox, link, faces):
        self._settings = settings
        self._card_reader = card_reader
        self._buttons = buttons
        self._scanner = scanner
        self._clock = clock
        self._outbox = outbox
        self._link = link
        self._faces = faces

    async def run(self, *others):
        """Work for ever, together with `others`, coroutines of the board."""
        await run_together(self._scan(), self._link.run(), *others)

    async def _scan(self):
        while True:
            try:
                in_field = await self._card_reader.poll()
            except OSError:
                self._faces.breaks()
                await asyncio.sleep(_CHIP_PAUSE_S)
                continue
            self._faces.works()
            uid = self._scanner.see(in_field)
            if uid is not None:
                self._tap(uid)

    def _tap(self, uid):
        at_ms = self._clock.now_ms()
        try:
            record = self._outbox.append(card_hash(self._settings.card_key, uid), at_ms, self._buttons.take())
        except OutboxFull:
            self._faces.not_kept()
            return
        self._faces.heard(record)
        self._link.tapped(record)
