"""The reader at work: scans, keeps each tap, and lets the link send it. Never talks to chips or sockets itself."""

import asyncio

from luot_firmware.outbox import OutboxFull
from luot_firmware.tasks import run_together
from luot_protocol import faults
from luot_protocol.card import card_hash

FACE_MS = 10_000
"""A face pressed within this of the drop is sent with the card that was dropped; later there is nobody to rate."""

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
        self._dropped = None

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
                self._tap(uid, self._buttons.take())
            elif self._settings.role == "dropoff":
                self._rate()

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

    def _rate(self):
        """A face for the card that was just dropped: one, and soon; any other press is nobody's."""
        button = self._buttons.take()
        if button and self._dropped is not None:
            uid, at_ms = self._dropped
            if self._clock.now_ms() - at_ms <= FACE_MS:
                self._tap(uid, button)
            self._dropped = None

    def _tap(self, uid, button):
        at_ms = self._clock.now_ms()
        if self._settings.role == "dropoff":
            self._dropped = uid, at_ms
        try:
            record = self._outbox.append(card_hash(self._settings.card_key, uid), at_ms, button)
        except OutboxFull as full:
            self._faces.not_kept(full.fault)
            return
        self._faces.ends("flash")
        self._faces.heard(record)
        self._link.tapped(record)
