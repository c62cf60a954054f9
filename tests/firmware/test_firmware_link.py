"""Which frames from the office settle a tap, and when a tap is sent again."""

import asyncio
import json
from binascii import hexlify

from luot_firmware.flash import Flash
from luot_firmware.link import NO_RECEIPT_MS, Link
from luot_firmware.outbox import Outbox
from luot_firmware.settings import check
from luot_protocol import codes, faults, frames, office_frames

ALSO_ON_MICROPYTHON = True

KEY, OTHER_KEY = b"\x01" * 32, b"\x02" * 32
KID, OTHER_KID = b"r1", b"r2"

OURS = check(
    json.dumps(
        {
            "reader": "entry-1",
            "site": "demo",
            "role": "entry",
            "kid": hexlify(KID).decode(),
            "key": hexlify(KEY).decode(),
            "card_key": "00" * 32,
            "link": "link-1",
            "host": "127.0.0.1",
            "port": 1,
            "user": "u",
            "password": "p",
            "language": "en",
        }
    )
)


class FakeClock:
    def __init__(self, epoch):
        self.epoch = epoch
        self.ms = 0
        self.leapt_ms = 0

    def now_ms(self):
        return self.ms

    def age(self, at_ms, epoch):
        is_known = epoch == self.epoch and at_ms >= self.leapt_ms
        return (self.ms - at_ms, frames.CLOCK_GOOD) if is_known else (None, frames.CLOCK_UNKNOWN)


class FakeFaces:
    def __init__(self):
        self.told = []
        self.answers = []

    def ready(self):
        self.told.append("ready")

    def begins(self, fault):
        if fault not in self.told[-1:]:
            self.told.append(fault)

    def ends(self, part):
        if part != "clock":
            self.told.append("no " + part)

    def identify(self):
        self.told.append("identify")

    def answer(self, receipt, is_late):
        self.answers.append((receipt.seq, is_late))


class FakeClient:
    """Takes what is published; the test reads `sent`, (topic, Tap) in order, and `reports`."""

    def __init__(self):
        self.sent = []
        self.reports = []

    async def publish(self, topic, payload, retain=False):
        assert not retain
        kind, meaning = office_frames.read_up(frames.parse(payload), KEY)
        if kind == frames.KIND_HEALTH:
            self.reports.append(meaning)
        else:
            self.sent.append((topic, meaning))

    def ids(self):
        ids = [(tap.boot, tap.seq) for _, tap in self.sent]
        self.sent.clear()
        return ids


class FakeHealth:
    """Due when `due` says so."""

    def __init__(self):
        self.due = False
        self.obeyed = []

    def obeys(self, named):
        """One order, and no other."""
        self.obeyed.append(named)
        self.due = named == 5
        return self.due

    def again(self):
        pass

    def is_due(self):
        return self.due

    def report(self, sessions, missing, bad_frames):
        self.due = False
        return {"boot": 1, "count": 1, "sessions": sessions, "missing": missing, "bad_frames": bad_frames}


class Rig:
    """A Link on a real outbox with `count` taps, and what it is shown."""

    def __init__(self, folder, count):
        self.outbox = Outbox(Flash(folder))
        self.clock = FakeClock(self.outbox.boot)
        self.faces = FakeFaces()
        self.health = FakeHealth()
        self.link = Link(OURS, self.outbox, self.clock, self.faces, self.health)
        self.client = FakeClient()
        for _ in range(count):
            self.tap()

    def tap(self):
        record = self.outbox.append(b"0123456789abcdef", self.clock.ms)
        self.link.tapped(record)
        return record

    def send(self):
        """Send what is due now; returns its ids in order."""
        asyncio.run(self.link.send_due(self.client))
        return self.client.ids()

    def receive(self, seq, boot=1, code=codes.OPENED, kid=KID, key=KEY):
        self.link.take("any", office_frames.seal_receipt(frames.Receipt(boot, seq, code, 17, 5), kid, key))


def test_a_receipt_settles_and_is_shown(folder):
    """A receipt of ours frees its tap in flash and is shown; whatever its code, a refusal too."""
    rig = Rig(folder, 3)
    rig.receive(2)
    rig.receive(1, code=codes.UNKNOWN_CARD)
    assert [(1, 3)] == [record.id() for record in rig.outbox.window]
    assert [(2, False), (1, False)] == rig.faces.answers
    assert {} == rig.link.counters


def test_frames_that_are_not_for_us_are_counted_and_ignored(folder):
    """Forged, foreign, cut, too long, played back, unknown: none settles a tap or is shown."""
    rig = Rig(folder, 2)
    good = office_frames.seal_receipt(frames.Receipt(1, 1, codes.OPENED, 17, 5), KID, KEY)
    rig.receive(1, key=OTHER_KEY)
    rig.receive(1, kid=OTHER_KID)
    rig.receive(3)
    rig.receive(1, boot=2)
    rig.link.take("any", good + bytes(200))
    rig.link.take("any", b"")
    rig.link.take("any", frames.seal_tap(frames.Tap(1, 1, bytes(16), 0), KID, KEY))
    assert {
        "frame.mac": 2,
        "frame.kid": 1,
        "receipt.unknown": 2,
        "frame.size": 1,
        "cbor.cut": 1,
    } == rig.link.counters
    for cut in range(len(good)):
        rig.link.take("any", good[:cut])
        rig.link.take("any", good[:cut] + bytes((good[cut] ^ 0x10,)) + good[cut + 1 :])
    assert 2 * len(good) + 7 == sum(rig.link.counters.values())
    assert (2, []) == (rig.outbox.depth(), rig.faces.answers)
    rig.link.take("any", good)
    assert (1, [(1, False)]) == (rig.outbox.depth(), rig.faces.answers)
    rig.link.take("any", good)
    assert 3 == rig.link.counters["receipt.unknown"]


def test_an_order_is_obeyed_and_told(folder):
    """The office's order to blink, signed for this start, is obeyed if the health allows it, and reported at once."""
    rig = Rig(folder, 0)

    def order(boot, count, kid=KID, key=KEY):
        rig.link.take("any", office_frames.seal_identify({"boot": boot, "count": count}, kid, key))

    order(2, 5)
    order(1, 5, key=OTHER_KEY)
    order(1, 5, kid=OTHER_KID)
    order(1, 4)
    assert ([], [4]) == (rig.faces.told, rig.health.obeyed)
    assert {"order.old": 2, "frame.mac": 1, "frame.kid": 1} == rig.link.counters
    order(1, 5)
    assert ["identify"] == rig.faces.told
    assert rig.link._wake.is_set()


def test_at_most_eight_are_in_flight_oldest_first(folder):
    """Of 20 taps the oldest eight are sent; each receipt lets one more go."""
    rig = Rig(folder, 20)
    assert [(1, seq) for seq in range(1, 9)] == rig.send()
    assert [] == rig.send()
    rig.receive(5)
    rig.receive(1)
    assert [(1, 9), (1, 10)] == rig.send()


def test_each_sending_is_signed_afresh(folder):
    """The same tap goes out with its age at that moment, its clock's quality and the taps behind it."""
    Rig(folder, 1)
    rig = Rig(folder, 0)
    rig.clock.ms = 100
    rig.tap()
    for ms in (100, 7100):
        rig.clock.ms = ms
        asyncio.run(rig.link.send_due(rig.client))
    told = [(tap.boot, tap.seq, tap.age_ms, tap.clock, tap.depth) for _, tap in rig.client.sent]
    unknown, good = frames.CLOCK_UNKNOWN, frames.CLOCK_GOOD
    assert [(1, 1, None, unknown, 1), (2, 1, 0, good, 0), (1, 1, None, unknown, 1), (2, 1, 7000, good, 0)] == told
    assert ["luot/1/demo/link/link-1/up"] == list({topic for topic, _ in rig.client.sent})


def test_a_late_answer_is_marked(folder):
    """After ten seconds, and for a tap from before the power was lost, whoever tapped is gone."""
    Rig(folder, 1)
    rig = Rig(folder, 2)
    rig.receive(1, boot=1)
    rig.receive(1, boot=2)
    rig.clock.ms = 10_001
    rig.receive(2, boot=2)
    assert [(1, True), (1, False), (2, True)] == rig.faces.answers


def test_the_answer_to_the_newest_tap_clears_no_receipt(folder):
    """An answer to an older tap does not; the newest one's does."""
    rig = Rig(folder, 2)
    rig.receive(1)
    assert [] == rig.faces.told
    rig.receive(2)
    assert ["no office"] == rig.faces.told


def test_answers_under_a_wrong_key_are_told_from_silence(folder):
    """When the newest tap has waited, frames that were meant for us and did not verify say why; a good one ends it."""
    for key, fault in ((KEY, faults.OFFICE_SILENT), (OTHER_KEY, faults.OFFICE_UNVERIFIED)):
        rig = Rig(folder, 1)
        boot = rig.outbox.boot
        rig.link._up_ms = 0
        rig.receive(9, key=key)
        rig.clock.ms = NO_RECEIPT_MS
        rig.link._watch_newest()
        assert [fault] == rig.faces.told
        rig.receive(1, boot=boot)
        assert [fault, "no office"] == rig.faces.told
        rig.tap()
        rig.link._up_ms = rig.clock.ms
        rig.clock.ms += NO_RECEIPT_MS
        rig.link._watch_newest()
        assert faults.OFFICE_SILENT == rig.faces.told[-1]


def test_a_report_never_goes_before_a_tap(folder):
    """With a tap to send it waits; it carries what the link knows, signed with the reader's key."""
    rig = Rig(folder, 1)
    rig.health.due = True
    asyncio.run(rig.link.send_report(rig.client))
    assert ([], True) == (rig.client.reports, rig.health.due)
    rig.link._wake.clear()
    rig.link.take("any", b"junk")
    rig.send()
    rig.clock.ms = 5000
    asyncio.run(rig.link.send_report(rig.client))
    report = {"boot": 1, "count": 1, "sessions": 0, "missing": 1, "bad_frames": 1}
    assert ([report], False) == (rig.client.reports, rig.health.due)
    asyncio.run(rig.link.send_report(rig.client))
    assert [report] == rig.client.reports


def test_a_day_without_an_answer(folder):
    """The office takes frames and never answers: it is asked a few times a minute, and all is well after that."""
    rig = Rig(folder, 1)
    rig.link._up_ms = 0
    sent = 0
    while rig.clock.ms < 86_400_000:
        sent += len(rig.send())
        rig.link._watch_newest()
        rig.clock.ms += max(1, rig.link._pace.wait_ms(rig.outbox.window, rig.clock.ms, 60_000))
    assert 3840 <= sent <= 6000
    assert (1, 1) == (rig.outbox.depth(), rig.link._pace.overdue(rig.clock.ms))
    assert [faults.OFFICE_SILENT] == rig.faces.told
    rig.receive(1)
    assert (0, "no office") == (rig.outbox.depth(), rig.faces.told[-1])
    assert [(1, True)] == rig.faces.answers


def test_a_leap_of_the_clock_holds_while_its_taps_are_open(folder):
    """It is said as long as a tap is open whose age it has hidden, and not of taps of another start."""
    Rig(folder, 1)
    rig = Rig(folder, 1)
    told = rig.faces.told
    rig.faces.ends = told.append
    rig.link._watch_clock()
    rig.clock.leapt_ms = 1
    rig.link._watch_clock()
    rig.outbox.settle(2, 1)
    rig.link._watch_clock()
    assert ["clock", faults.CLOCK_JUMPED, "clock"] == told
