"""The reader's session with the office: sends open taps until their receipts come, for ever. Never drops a tap.

Only a receipt signed for this reader settles a tap; MQTT's own acknowledgement does not.
"""

import asyncio
import json
import random
import sys

from luot_firmware.pace import Pace
from luot_firmware.tasks import run_together
from luot_protocol import faults, frames, ids
from luot_protocol.errors import ProtocolError

FIRST_PAUSE_MS = 500
LONGEST_PAUSE_MS = 15_000
"""At most, at least half of it, before connecting again; doubled until a session has lasted STEADY_MS."""
STEADY_MS = 10_000

NO_RECEIPT_MS = 3000
"""After which the person who tapped last is told that no answer has come."""
LATE_MS = 10_000
"""A receipt for an older tap is marked late."""

_IDLE_MS = 1000


class Link:
    """Carries the taps of an Outbox to the office and their receipts to the Feedback; between them, reports of Health.

    counters: how many frames that came down were ignored, by the code of what was wrong with them. sessions: so far.
    settings: as given.
    This one goes to a broker over the network; `wired` has the one for a reader without an address.
    """

    longest_pause_ms = LONGEST_PAUSE_MS

    def __init__(self, settings, outbox, clock, faces, health):
        self.counters = {}
        self.sessions = 0
        self._settings = settings
        self._up_topic, self._down_topic, self._state_topic = ids.link_topics(settings.site, settings.link)
        self._outbox = outbox
        self._clock = clock
        self._faces = faces
        self._health = health
        self._is_unverified = False
        self._wake = asyncio.Event()
        self._pace = Pace()
        self._newest = None
        self._up_ms = None

    def tapped(self, record):
        """A Record was added to the outbox: send it at once."""
        self._newest = record
        self._wake.set()

    def take(self, _topic, payload):
        """A frame came down: settle its tap and show the answer, or obey; one that is for no open tap is counted."""
        try:
            envelope = frames.parse(payload)
            if envelope.kid != self._settings.kid:
                raise ProtocolError("frame.kid", "for another reader")
            try:
                receipt = frames.read_receipt(envelope, self._settings.key)
            except ProtocolError as error:
                if error.code != "frame.kind":
                    raise
                self._obey(envelope)
                return
            record = self._outbox.settle(receipt.boot, receipt.seq)
            if record is None:
                raise ProtocolError("receipt.unknown", "no such tap is open")
        except ProtocolError as error:
            self.counters[error.code] = self.counters.get(error.code, 0) + 1
            self._is_unverified = self._is_unverified or error.code == "frame.mac"
            return
        self._is_unverified = False
        self._pace.settled(record)
        if self._newest and record.id() == self._newest.id():
            self._newest = None
            self._faces.ends("office")
        age_ms, _ = self._clock.age(record.at_ms, record.boot)
        self._faces.answer(receipt, age_ms is None or age_ms > LATE_MS)
        self._wake.set()

    def _obey(self, envelope):
        """Blink when the office orders it, and say so in a report."""
        from luot_protocol import orders

        order = orders.read_identify(envelope, self._settings.key)
        if order["boot"] != self._outbox.boot or not self._health.obeys(order["count"]):
            raise ProtocolError("order.old", "obeyed before, or of another time")
        self._faces.identify()
        self._wake.set()

    async def run(self):
        """Hold a session, and another when it breaks, for ever."""
        pause_ms = FIRST_PAUSE_MS
        while True:
            started_ms = self._clock.now_ms()
            try:
                await self._session()
            except OSError as error:
                print("link:", error, file=sys.stderr)
                self._faces.begins(getattr(error, "fault", faults.BROKER_UNREACHABLE))
            self._up_ms = None
            if self._clock.now_ms() - started_ms >= STEADY_MS:
                pause_ms = FIRST_PAUSE_MS
            await asyncio.sleep(random.randrange(pause_ms // 2, pause_ms) / 1000)
            pause_ms = min(pause_ms * 2, self.longest_pause_ms)

    async def send_due(self, client):
        """Publish the taps of the window that were not sent in this session, or whose receipt is overdue."""
        for record in self._pace.due(self._outbox.window, self._clock.now_ms()):
            if record in self._outbox.window:  # a receipt may have come while the one before was written
                self._pace.sent(record, self._clock.now_ms())
                await client.publish(self._up_topic, self._seal(record))

    async def send_report(self, client):
        """Publish a report of health when one is due and no tap is; nobody answers it."""
        if self._wake.is_set() or not self._health.is_due():
            return
        report = self._health.report(
            self.sessions, self._pace.overdue(self._clock.now_ms()), sum(self.counters.values())
        )
        await client.publish(self._up_topic, frames.seal_health(report, self._settings.kid, self._settings.key))

    def client(self, ours):
        """What carries one session by these Settings: not yet connected, with the methods of mqtt.Client used here."""
        from luot_firmware import mqtt  # a reader on a cable has no use for it

        return mqtt.Client(
            ours.host,
            ours.port,
            "luot-" + ours.link,
            ours.user,
            ours.password,
            (self._state_topic, json.dumps({"state": "lost"})),
            self.take,
        )

    async def enter(self, client):
        """Begin the session: from now on frames come down, and the office knows that this link is there."""
        await client.connect()
        await client.subscribe(self._down_topic)
        await client.publish(self._state_topic, json.dumps({"state": "ready"}).encode(), retain=True)

    async def _session(self):
        client = self.client(self._settings)
        try:
            await self.enter(client)
            self._up_ms = self._clock.now_ms()
            self._pace = Pace()
            self.sessions += 1
            self._health.again()
            self._faces.ready()
            await run_together(client.receive(), client.keep(), self._send(client))
        finally:
            client.close()

    async def _send(self, client):
        while True:
            self._wake.clear()
            await self.send_due(client)
            self._outbox.save()  # here, so that neither a tap on its way out nor its answer on the display waits for it
            self._watch_clock()
            await self.send_report(client)
            sending_ms = self._pace.wait_ms(self._outbox.window, self._clock.now_ms(), _IDLE_MS)
            wait_ms = min(sending_ms, self._watch_newest())
            try:
                await asyncio.wait_for(self._wake.wait(), wait_ms / 1000)
            except asyncio.TimeoutError:
                pass

    def _seal(self, record):
        age_ms, quality = self._clock.age(record.at_ms, record.boot)
        behind = self._outbox.depth() - 1 - self._outbox.window.index(record)
        tap = frames.Tap(record.boot, record.seq, record.card, age_ms, quality, record.button, behind)
        return frames.seal_tap(tap, self._settings.kid, self._settings.key)

    def _watch_newest(self):
        """Say so once the newest tap has waited NO_RECEIPT_MS; returns the milliseconds until then."""
        if self._newest is None or self._up_ms is None:
            return _IDLE_MS
        left_ms = max(self._newest.at_ms, self._up_ms) + NO_RECEIPT_MS - self._clock.now_ms()
        if left_ms <= 0:
            self._faces.begins(faults.OFFICE_UNVERIFIED if self._is_unverified else faults.OFFICE_SILENT)
            return _IDLE_MS
        return left_ms

    def _watch_clock(self):
        """Say so while a tap is open whose age a jump of the clock has hidden."""
        ours = [record for record in self._outbox.window if record.boot == self._clock.epoch]
        if any(self._clock.age(record.at_ms, record.boot)[0] is None for record in ours):
            self._faces.begins(faults.CLOCK_JUMPED)
        else:
            self._faces.ends("clock")
