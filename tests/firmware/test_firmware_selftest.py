"""The reader tries its parts, says what is bad and what it has not, and its key signs the report."""

import asyncio
import json

from luot_firmware import selftest
from luot_firmware.clock import Clock
from luot_firmware.flash import Flash
from luot_protocol import cose
from luot_protocol.card import card_hash

ALSO_ON_MICROPYTHON = True

UID = b"\x04\xa1\xb2\xc3\x5e\x80\x01"


class Ours:
    reader = "entry-1"
    kid, key, card_key = b"\x0a", b"\x11" * 32, b"\x22" * 32
    wifi = None


class FakeReader:
    """Gives what the script says at each poll; an OSError is raised."""

    version = 0x92
    refusal = None

    def __init__(self, *script):
        self.script = list(script)

    async def poll(self):
        await asyncio.sleep(0)
        found = self.script.pop(0) if self.script else None
        if isinstance(found, OSError):
            raise found
        return found


class FakeBoard:
    def __init__(self, signal_dbm=None, mv=None, rate=1):
        self._signal_dbm, self._mv, self._rate = signal_dbm, mv, rate
        self._ticks = 0

    def ticks_ms(self):
        self._ticks += 50 * self._rate
        return self._ticks

    def signal_dbm(self):
        return self._signal_dbm

    def battery_mv(self):
        return self._mv


class FakeSink:
    def __init__(self):
        self.lights = []

    def show(self, line):
        self.lights.append(line["light"])


def clock_of(board):
    return Clock(0, board.ticks_ms, 1 << 30)


def found(folder, board=None, reader=None, ours=Ours, card_ms=0):
    """Name to (is good, what) of each result."""
    board = board or FakeBoard()
    results = selftest.results(board, clock_of(board), Flash(folder), ours, reader or FakeReader(), card_ms)
    return {name: (is_good, what) for name, is_good, what in asyncio.run(results)}


def with_wifi():
    ours = Ours()
    ours.wifi = ("name", "secret word")
    return ours


def test_a_good_reader(folder):
    """Everything is tried; the version of the chip, and the card as its keyed hash."""
    results = found(folder, FakeBoard(-60, 3900), FakeReader(None, UID), with_wifi())
    good = {name: what for name, (is_good, what) in results.items() if is_good}
    assert ["battery", "card", "chip", "field", "outbox", "radio", "ticks"] == sorted(set(good) - {"memory"})
    assert ("92", card_hash(Ours.card_key, UID).hex(), -60, 3900) == (
        good["chip"],
        good["card"],
        good["radio"],
        good["battery"],
    )


def test_what_it_has_not_is_not_bad(folder):
    """No card was held to it, and it has neither Wi-Fi nor battery."""
    results = found(folder)
    assert [(None, None)] * 3 == [results[name] for name in ("card", "radio", "battery")]


def test_a_dead_chip(folder):
    """It is bad; of field and card nothing is known."""
    results = found(folder, reader=FakeReader(None, OSError("chip.absent: check its power")))
    assert (False, "chip.absent: check its power") == results["chip"]
    assert [(None, None)] * 2 == [results[name] for name in ("field", "card")]


def test_a_card_that_is_refused(folder):
    """A phone is there, and why it does not count is said."""
    reader = FakeReader()
    reader.refusal = "card.random_uid"
    assert (None, "card.random_uid") == found(folder, reader=reader)["card"]


def test_a_card_that_is_late(folder):
    """It is waited for."""
    reader = FakeReader(None, None, None, None, UID)
    assert found(folder, reader=reader, card_ms=60_000)["card"][0]


def test_flash_that_takes_nothing(folder):
    """What it says is in the report."""
    is_good, what = found(folder + "/missing")["outbox"]
    assert (False, True) == (is_good, "2" in what)


def test_nothing_stays_in_flash(folder):
    """What was tried is removed."""
    found(folder)
    assert [] == Flash(folder).names()


def test_a_counter_that_stands_still(folder):
    """A pause that it does not see is bad."""
    assert (False, 0) == found(folder, FakeBoard(rate=0))["ticks"]


def test_the_report_is_signed():
    """With the reader's key, for a self-test alone, and over the nonce."""
    frame = cose.parse(selftest.seal([["chip", True, "92"]], Ours, "abc"))
    assert cose.verify(frame, Ours.key, selftest.DIRECTION)
    assert not cose.verify(frame, Ours.key, b"luot/1/up")
    report = {"reader": "entry-1", "nonce": "abc", "results": [["chip", True, "92"]]}
    assert (Ours.kid, report) == (frame.kid, json.loads(frame.payload))


def lights(reader, folder):
    """What is shown to whoever held the button."""
    sink = FakeSink()

    async def until_told():
        while len(sink.lights) < 2:
            await asyncio.sleep(0)

    board = FakeBoard()
    test = selftest.show(board, clock_of(board), Flash(folder), Ours, reader, sink, [until_told()])
    asyncio.run(test)
    return sink.lights


def test_the_button_shows_a_good_reader(folder):
    """Blue while it is at work, then steady green."""
    assert ["identify", "green"] == lights(FakeReader(UID, UID, UID), folder)


def test_the_button_shows_what_is_bad(folder):
    """Red, with as many blinks as the number of what is bad."""
    assert ["identify", "red_1"] == lights(FakeReader(OSError("chip.absent")), folder)
    assert ["identify", "red_4"] == lights(FakeReader(UID, UID, UID), folder + "/missing")
