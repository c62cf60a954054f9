"""The reader at work: scans, keeps each tap, and lets the link send it. Never talks to chips or sockets itself."""

import asyncio

from luot_firmware.outbox import OutboxFull
from luot_firmware.tasks import run_together
from luot_protocol import faults
from luot_protocol.card import card_hash

_CHIP_PAUSE_S = 2
_WATCH_S = 1
_MEND_EVERY = 10


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
        await run_together(self._scan(), self._watch(), self._link.run(), *others)

    async def _scan(self):
        reader = self._card_reader
        while True:
            try:
                in_field = await reader.poll()
            except OSError as error:
                self._faces.begins(faults.number(getattr(error, "code", "chip.failed")))
                await asyncio.sleep(_CHIP_PAUSE_S)
                continue
            self._faces.ends("chip")
            uid = self._scanner.see(in_field, reader.cards, reader.refusal and faults.number(reader.refusal))
            self._show("card", self._scanner.fault)
            if uid is not None:
                self._tap(uid)

    async def _watch(self):
        """Look after the flash: what holds is shown, and a failing one is tried again now and then."""
        passed = 0
        while True:
            await asyncio.sleep(_WATCH_S)
            passed += 1
            if self._outbox.fault() == faults.FLASH_FAILING and passed % _MEND_EVERY == 0:
                self._outbox.mend()
            self._show("flash", self._outbox.fault())

    def _show(self, part, fault):
        if fault is None:
            self._faces.ends(part)
        else:
            self._faces.begins(fault)

    def _tap(self, uid):
        at_ms = self._clock.now_ms()
        try:
            record = self._outbox.append(card_hash(self._settings.card_key, uid), at_ms, self._buttons.take())
        except OutboxFull as full:
            self._faces.not_kept(full.fault)
            return
        self._faces.ends("flash")
        self._faces.heard(record)
        self._link.tapped(record)
