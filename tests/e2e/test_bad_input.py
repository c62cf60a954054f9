"""Hostile frames over a real broker: each is counted and logged by name, and the line stays as it was."""

import json
import queue
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from e2e.parts import SITE, Controller, enrol, luot, until
from luot_controller.client import OfficeClient
from luot_controller.mqtt import Arrived, Connection
from luot_protocol import card, codes, frames, topics

pytestmark = pytest.mark.real


class Attacker:
    """Whoever has the password of one link and the keys of one reader, and so can publish any bytes there."""

    def __init__(self, controller: Controller, folder: Path) -> None:
        luot("device", "provision", "entry-1", "--data", controller.data, "--out", folder)
        self.settings = json.loads((folder / "settings.json").read_text())
        self.kid, self.key = bytes.fromhex(self.settings["kid"]), bytes.fromhex(self.settings["key"])
        self.down: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self.seq = 0
        self.connection = Connection(
            controller.access("entry-1"),
            "attacker",
            on_message=self.down.put,
            subscriptions=[topics.build(SITE, "link_down", "entry-1")],
        )
        self.connection.start()
        self.connection.wait_connected(10)

    def tap(self, uid: bytes) -> bytes:
        """A good frame."""
        self.seq += 1
        card_key = bytes.fromhex(self.settings["card_key"])
        return bytes(frames.seal_tap(frames.Tap(1, self.seq, card.card_hash(card_key, uid), 0), self.kid, self.key))

    def send(self, frame: bytes) -> None:
        """Publish bytes on the link."""
        assert self.connection.publish(topics.build(SITE, "link_up", "entry-1"), frame)

    def receipt(self) -> frames.Receipt:
        """The next receipt, verified."""
        return frames.read_receipt(frames.parse(self.down.get(timeout=20).payload), self.key)


@pytest.fixture
def office(open_controller: Callable[..., Controller]) -> Controller:
    """An office with its own broker."""
    return open_controller()


@pytest.fixture
def attacker(parts: ExitStack, office: Controller, tmp_path: Path) -> Attacker:
    """A link that says what it likes."""
    attacker = Attacker(office, tmp_path / "stolen")
    parts.callback(attacker.connection.stop)
    return attacker


def test_bad_frames_change_nothing(office: Controller, attacker: Attacker) -> None:
    """Forged, cut, oversized and unknown-reader frames: no receipt, a count and a log line each, and the same line."""
    uids = enrol(office, 3)
    attacker.send(attacker.tap(uids[1]))
    assert codes.OPENED == attacker.receipt().code
    good = attacker.tap(uids[2])
    bad = {
        "frame.mac": good[:-1] + bytes([good[-1] ^ 1]),
        "cbor.cut": good[: len(good) // 2],
        "frame.size": good + bytes(frames.MAX_BYTES),
        "frame.kid": good.replace(attacker.kid, bytes(4), 1),
    }
    for frame in bad.values():
        attacker.send(frame)
    attacker.send(attacker.tap(uids[3]))
    assert (codes.OPENED, 3) == ((receipt := attacker.receipt()).code, receipt.number)
    with OfficeClient(office.access("watch")) as watch:
        watch.wait_ready(10)
        status = watch.ask("status")["status"]
    assert dict.fromkeys(bad, 1) == {name: status["counters"].get(name) for name in bad}
    assert (2, True) == (status["waiting"], attacker.down.empty())
    until(lambda: all(f"{name} (1 so far)".encode() in office.log for name in bad), "a log line for each")


def test_replayed_frames_are_answered_alike(office: Controller, attacker: Attacker) -> None:
    """A day's frames played back to a controller that was killed in between open no visit and get their receipts."""
    uids = enrol(office, 3)
    day = [attacker.tap(uid) for uid in uids.values()]
    for frame in day:
        attacker.send(frame)
    first = [attacker.receipt() for _ in day]
    office.kill()
    office.start()
    attacker.connection.wait_connected(20)
    for frame in day:
        attacker.send(frame)
    again = [attacker.receipt() for _ in day]
    assert [(one.seq, one.code, one.number, one.ahead) for one in first] == [
        (one.seq, one.code, one.number, one.ahead) for one in again
    ]
    with OfficeClient(office.access("watch")) as watch:
        watch.wait_ready(10)
        assert 3 == watch.ask("status")["status"]["waiting"]


def test_unknown_card_frees_the_outbox(office: Controller, attacker: Attacker) -> None:
    """A card of another site gets a signed refusal, so that the reader need not keep its tap for ever."""
    enrol(office, 1)
    attacker.send(attacker.tap(b"\x04\0\0\0\0\0\1"))
    assert codes.UNKNOWN_CARD == attacker.receipt().code
    until(lambda: b"unknown card  at entry-1: ignored" in office.log, "the ledger's line")
