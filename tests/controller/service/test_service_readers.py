"""What the office knows of its readers: signed reports, wrong keys, presence, and refusals that free an outbox."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clocked_rig import ClockedRig

import offices
from luot_controller.client import whole_status
from luot_controller.engine.events import TapIgnored
from luot_controller.mqtt import MAX_PAYLOAD_BYTES
from luot_controller.service.readers import Readers
from luot_protocol import cbor, codes, cose, faults, frames, messages, orders, topics
from offices import Message, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.store.close()


def report(rig: Rig, boot: int, count: int, reader: str = "entry-1", **fields: Any) -> bytes:
    key = rig.keys[reader]
    return bytes(frames.seal_health({"boot": boot, "count": count, **fields}, key.kid, key.key))


def row(rig: Rig, reader: str = "entry-1") -> dict[str, Any]:
    rows = rig.ask("status")["status"]["readers"]
    found: dict[str, Any] = next(row for row in rows if row["id"] == reader)
    return found


def test_a_report_is_kept_and_published(rig: Rig) -> None:
    """Faults in words, the rest as it was said: in `status`, and retained under the reader's own topic."""
    rig.send(report(rig, 3, 1, faults=[faults.CHIP_ABSENT, 200], depth=2, uptime_s=60, chip_starts=4))
    found = row(rig)
    assert (["chip.absent", "fault.200"], 2) == (found["faults"], found["depth"])
    assert {"boot": 3, "count": 1, "depth": 2, "uptime_s": 60, "chip_starts": 4} == found["health"]
    published = rig.last("reader", "entry-1")
    assert messages.READER.check(published) == {key: value for key, value in found.items() if key != "id"}
    assert (topics.build("test", "reader", "entry-1"), True) in {(at, kept) for at, _, kept in rig.bus.published}
    assert (1, [], []) == (rig.counted("reports"), rig.facts, rig.receipts())


def test_an_older_report_is_not_taken(rig: Rig) -> None:
    """Repeated or played back it changes nothing; a new start, and a new key with its own starts, do."""
    rig.send(report(rig, 3, 2, faults=[1]), report(rig, 3, 1, faults=[2]), report(rig, 3, 2, faults=[3]))
    assert (["chip.absent"], 2) == (row(rig)["faults"], rig.counted("reports_old"))
    rig.send(report(rig, 4, 1, faults=[]))
    assert [] == row(rig)["faults"]
    other = type(rig.store)(rig.folder)
    rig.keys["entry-1"] = other.renew_reader_key("entry-1")
    other.close()
    rig.send(report(rig, 1, 1, faults=[10]))
    assert ["flash.full"] == row(rig)["faults"]


def test_a_report_that_changes_nothing_is_published_and_one_tap_is_not(rig: Rig) -> None:
    """A reader's topic moves with its reports; taps are too many."""
    rig.send(report(rig, 1, 1, faults=[]))
    rig.bus.published.clear()
    rig.tap(5)
    names = [topics.parse("test", topic)[0] for topic, _, _ in rig.bus.published]
    assert "reader" not in names
    assert "link_down" in names


def test_a_reader_with_a_wrong_key(rig: Rig) -> None:
    """It cannot know; the office says so of the link that carries its frames, until one of them is right."""
    key = rig.keys["entry-1"]
    forged = bytes(frames.seal_tap(frames.Tap(1, 1, bytes(16), 0), key.kid, bytes(32)))
    rig.send(forged, forged)
    assert ["key.wrong"] == row(rig)["faults"] == rig.last("reader", "entry-1")["faults"]
    rig.send(report(rig, 1, 1, faults=[faults.OFFICE_SILENT]))
    assert ["office.silent"] == row(rig)["faults"]
    rig.send(bytes(frames.seal_tap(frames.Tap(1, 2, bytes(16), 0), b"old!", bytes(32))))
    assert ["key.wrong", "office.silent"] == row(rig)["faults"]
    rig.tap(5)
    assert ["office.silent"] == row(rig)["faults"] == rig.last("reader", "entry-1")["faults"]


@pytest.mark.parametrize("junk", [b"", b"\xff" * 30, bytes(300)])
def test_junk_says_nothing_of_a_key(rig: Rig, junk: bytes) -> None:
    """Only a frame with a kid speaks of one; and a link that is no reader has no row."""
    rig.send(junk)
    rig.send(bytes(frames.seal_tap(frames.Tap(1, 1, bytes(16), 0), b"old!", bytes(32))), link="gateway-1")
    assert "faults" not in row(rig)


@pytest.mark.parametrize("wrong", [{3: b"short"}, {4: -5}, {6: 256}, {7: None}])
def test_a_malformed_tap_frees_the_outbox(rig: Rig, wrong: dict[int, object]) -> None:
    """A signed refusal, the same one again, in the ledger once; the line is as it was and the next tap counts."""
    key = rig.keys["entry-1"]
    fields = {0: frames.KIND_TAP, 1: 1, 2: 900, 3: rig.hash_of(5), 4: 0, 5: frames.CLOCK_GOOD, 6: 0, 7: 0, **wrong}
    frame = bytes(cose.seal(cbor.dumps(fields), key.kid, key.key, frames.UP))
    rig.send(frame, frame)
    rig.send(frame)
    assert [(900, codes.MALFORMED, None)] * 3 == [(one.seq, one.code, one.number) for one in rig.receipts()]
    (fact,) = rig.facts
    assert isinstance(fact, TapIgnored)
    assert (codes.MALFORMED, 900) == (fact.code, fact.seq)
    assert (1, 2) == (rig.counted("taps_malformed"), rig.counted("taps_repeated"))
    rig.again()
    rig.send(frame)
    assert codes.MALFORMED == rig.receipts()[-1].code
    assert (codes.OPENED, 0) == ((receipt := rig.tap(5)).code, receipt.ahead)


def test_presence(rig: Rig) -> None:
    """What a link says, and the broker's word that it is lost, stand in the reader's topic; once each."""
    topic = topics.build("test", "link_state", "entry-1")
    for state in (b"ready", b"ready", b"lost"):
        rig.office.turn([Message(topic, b'{"state": "%s"}' % state)])
    found = [payload for at, payload, _ in rig.bus.published if at == topics.build("test", "reader", "entry-1")]
    assert (2, "lost") == (len(found), rig.last("reader", "entry-1")["link"])


def test_a_broker_that_forgot_is_told_again(rig: Rig) -> None:
    """Every reader of the site file has its topic."""
    rig.office._greet()
    told = {at for at, _, kept in rig.bus.published if kept and "/reader/" in at}
    assert {topics.build("test", "reader", reader) for reader in ("entry-1", "info-1", "at-1")} == told


def test_an_alert_is_said_once_and_stands_at_its_reader(rig: Rig) -> None:
    """Raised for the supervisor's and other systems' ears, and retained with the reader; without a broker it waits."""
    rig.bus.up = False
    rig.send(report(rig, 1, 1, faults=[faults.CHIP_ABSENT]))
    rig.office._pulse()
    rig.bus.up = True
    rig.office._pulse()
    rig.office._pulse()
    said = [payload for at, payload, _ in rig.bus.published if at == topics.build("test", "alert")]
    alert = messages.ALERT.check(rig.last("alert"))
    assert (1, "entry-1", "chip.absent", "raised") == (len(said), alert["reader"], alert["alert"], alert["state"])
    assert alert["since_ms"] == alert["at_ms"] > 0
    rig.office._greet()
    assert ["chip.absent"] == row(rig)["alerts"] == rig.last("reader", "entry-1")["alerts"]
    assert [False] == [kept for at, _, kept in rig.bus.published if at == topics.build("test", "alert")]


def test_who_has_a_key(rig: Rig) -> None:
    """A reader that the site file names and nobody has set up is told from one that is silent."""
    assert row(rig)["key"]
    readers = Readers({"entry-1": "entry", "info-1": "info"})
    readers.keyed({"info-1"})
    assert [False, True] == [one["key"] for one in readers.rows()]
    assert set() == readers.changed
    readers.keyed({"info-1", "entry-1"})
    assert {"entry-1"} == readers.changed


def identified(rig: Rig, reader: str) -> dict[str, Any]:
    return rig.supervise("IdentifyReader", reader=reader)


def test_a_reader_is_asked_to_blink(rig: Rig) -> None:
    """The order names its last report, signed with its key, on the link that it was heard on; once for one command."""
    assert "reader_unheard" == identified(rig, "entry-1")["code"]
    assert "unknown_reader" == identified(rig, "entry-9")["code"]
    rig.send(report(rig, 3, 7), report(rig, 3, 8), link="gateway-1")
    assert identified(rig, "entry-1")["ok"]
    down = topics.build("test", "link_down", "gateway-1")
    (order,) = [payload for at, payload, _ in rig.bus.published if at == down]
    key = rig.keys["entry-1"]
    assert {"boot": 3, "count": 8} == orders.read_identify(frames.parse(order), key.key)
    assert key.kid == frames.parse(order).kid
    rig.bus.published.clear()
    rig.seq -= 1
    assert identified(rig, "entry-1")["ok"]
    assert down not in {at for at, _, _ in rig.bus.published}


def test_no_order_under_an_old_key(rig: Rig) -> None:
    """A reader whose key was renewed must be heard under the new one first."""
    rig.send(report(rig, 3, 7))
    other = type(rig.store)(rig.folder)
    other.renew_reader_key("entry-1")
    other.close()
    assert "reader_unheard" == identified(rig, "entry-1")["code"]


def test_a_site_of_many_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their status comes in pages that a broker takes, whatever they have to tell, and is the whole in the end."""
    more = "".join(f'\n[[readers]]\nid = "a-reader-with-the-longest-id-{n:03}"\nrole = "info"\n' for n in range(50))
    monkeypatch.setattr(offices, "SITE_TOML", offices.SITE_TOML + more)
    rig = Rig(tmp_path)
    full = dict.fromkeys(frames.HEALTH, (1 << 32) - 1) | {"version": "x" * 16, "signal_dbm": -127}
    for reader, key in rig.keys.items():
        sent = frames.seal_health(full | {"faults": [faults.OFFICE_UNVERIFIED] * frames.MAX_FAULTS}, key.kid, key.key)
        rig.send(bytes(sent), link=reader)
    rig.bus.published.clear()
    status = whole_status(lambda ask, **more: rig.ask(ask, offset=more.get("offset")), 5.0)
    assert list(rig.keys) == [row["id"] for row in status["readers"]]
    assert {"services", "desks", "counters", "waiting"} <= status.keys()
    answers = [payload for at, payload, _ in rig.bus.published if at.endswith("/answer")]
    assert 4 == len(answers)
    assert max(map(len, answers)) < MAX_PAYLOAD_BYTES
    rig.store.close()


def test_no_reader_is_missed_without_a_broker(tmp_path: Path) -> None:
    """The office hears nobody then; from the broker's return on each reader has its time."""
    rig = ClockedRig(tmp_path)

    def passes(minutes: float, *link: bool) -> list[str]:
        rig.bus.published.clear()
        for state in link:
            rig.office._inbox.put(state)
        for _ in range(int(minutes * 6)):
            rig.clock.ms += 10_000
            rig.office._drain(0.0)
            rig.office._pulse()
        return [json.loads(payload)["alert"] for at, payload, _ in rig.bus.published if at.endswith("/alert")]

    assert [] == passes(60)
    assert [] == passes(2, True)
    assert [] == passes(60, False)
    assert [] == passes(2.4, True)
    assert ["reader.silent"] * 3 == passes(60)
    rig.store.close()
