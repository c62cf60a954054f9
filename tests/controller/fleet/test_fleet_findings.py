"""What is found about a reader, how urgent it is, and in which sentence."""

from collections.abc import Iterator
from typing import Any

import pytest
from fake_fleet import AT_MS, MINUTE_MS, row

from luot_controller.fleet import wording
from luot_controller.fleet.findings import SUCCESS_LOW, TRIES, Urgency, figures, findings
from luot_controller.fleet.state import View, ranked
from luot_controller.language import use
from luot_protocol import faults

NOW, SOON, WATCH = Urgency.NOW, Urgency.SOON, Urgency.WATCH


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    use("en")
    yield
    use("en")


CASES: list[tuple[dict[str, Any], Urgency, str, str]] = [
    (row(alerts=["reader.silent"], last_seen_ms=AT_MS - 14 * MINUTE_MS), NOW, "reader.silent", "Not heard for 14 min"),
    ({"role": "entry", "key": True, "alerts": ["reader.silent"]}, NOW, "reader.silent", "Not heard since the office"),
    (row(link="lost"), SOON, "link.lost", "Not connected just now"),
    (row(faults=["chip.absent"]), NOW, "chip.absent", "No card chip"),
    (row(faults=["flash.full"]), NOW, "flash.full", "Memory full"),
    (row(faults=["key.wrong"]), NOW, "key.wrong", "Not signed with its key"),
    (row(alerts=["outbox.growing"], depth=40), SOON, "outbox.growing", "Keeps 40 taps that it cannot send"),
    (row(alerts=["battery.low"], health={"battery_mv": 3510}), SOON, "battery.low", "Battery at 3.51 V"),
    (row(faults=["office.unverified"]), SOON, "office.unverified", "Receipts under another key"),
    ({"role": "info", "key": False}, SOON, "key.none", "Not set up yet"),
    (row(faults=["card.left"]), WATCH, "card.left", "A card was left on it"),
    (row(faults=["fault.99"]), WATCH, "fault.99", "Fault.99"),
    (row(health={"signal_dbm": -80}), WATCH, "signal.weak", "Weak radio, -80 dBm"),
    (row(health={"taps": 17, "refused": 3}), WATCH, "taps.refused", "Only 85 % of the cards held to it count"),
    (row(health={"chip_starts": 6}), WATCH, "chip.disturbed", "Its card chip had to be started 5 times more"),
    (row(health={"sessions": 9, "uptime_s": 3600}), WATCH, "link.unsteady", "Lost the broker 8 times"),
    (row(health={"write_errors": 1, "damaged": 1}), WATCH, "flash.errors", "Its memory has failed 2 times"),
    (row(health={"clock_jumps": 3}), WATCH, "clock.unsteady", "Its clock has jumped 3 times"),
    (row(health={"free_bytes": 4096}), WATCH, "memory.low", "Only 4096 bytes of memory are free"),
    (row(health={"bad_frames": 12}), WATCH, "frames.bad", "12 frames to it were not the office's"),
    (row(health={"version": "0.0.9"}), WATCH, "version.older", "Its firmware is older than 0.1.0"),
]


@pytest.mark.parametrize(("reader", "urgency", "word", "what"), CASES, ids=[case[2] for case in CASES])
def test_each_finding(reader: dict[str, Any], urgency: Urgency, word: str, what: str) -> None:
    """Found alone, as urgent as it is, in one sentence that says what to do in both languages."""
    found = findings(reader, AT_MS, 1.0, ["0.1.0", "0.0.9"])
    assert [(urgency, word)] == [(one.urgency, one.word) for one in found]
    said, todo = wording.finding("entry-1", found[0])
    assert said.startswith(what)
    assert "{" not in said + todo
    use("vi")
    translated, _ = wording.finding("entry-1", found[0])
    assert said == translated or word != "fault.99"
    assert (word == "fault.99") == (said == translated)


@pytest.mark.parametrize(
    "health",
    [
        {"signal_dbm": -79, "battery_mv": 4100},
        {"taps": TRIES * SUCCESS_LOW, "refused": TRIES * (1 - SUCCESS_LOW)},
        {"taps": 1, "refused": TRIES - 2},
        {"chip_starts": 4, "sessions": 4},
        {"chip_starts": 12, "sessions": 12, "uptime_s": 9 * 3600},
        {"free_bytes": 8192, "bad_frames": 9},
        {"version": "0.2.0"},
        {"signal_dbm": "loud", "taps": -3, "version": 5, "chip_starts": None},
    ],
)
def test_what_is_well(health: dict[str, Any]) -> None:
    """Up to each limit, for few tries, for a few troubles in many hours; and what cannot be read is not known."""
    health = {key: round(value) if isinstance(value, float) else value for key, value in health.items()}
    assert [] == findings(row(health=health), AT_MS, 1.0, ["0.1.0"])


def test_an_alert_that_lingers_is_not_shown() -> None:
    """A reader that is heard again is not called silent while its alert waits to be cleared; in scaled time too."""
    heard = row(alerts=["reader.silent", "outbox.growing"], depth=3)
    assert [] == findings(heard, AT_MS)
    hour_ago = row(alerts=["reader.silent"], last_seen_ms=AT_MS - 60 * MINUTE_MS)
    assert [] == findings(hour_ago, AT_MS, speed=60.0)


def test_unknown_is_unknown() -> None:
    """A reader without radio and battery, and one that was never heard: a dash for each figure that nobody has told."""
    assert ("1 min", "0.1.0", "-", "-", "0", "good", "100 %", "well") == wording.cells(figures(row()), AT_MS)
    assert ("-",) * 8 == wording.cells(figures({"role": "info"}), AT_MS)
    broken = figures({"faults": ["chip.absent"], "health": {"clock": 7, "battery_mv": 3700, "signal_dbm": -67}})
    assert ("-", "-", "-67", "3.70", "-", "-", "-", "fault") == wording.cells(broken, None)


def test_who_needs_somebody_first() -> None:
    """By urgency, then by how much is the matter, then by name; hostile ids are shown plain."""
    rows = [
        {"id": "b", **row()},
        {"id": "a\x1b[2J", **row()},
        {"id": "c", **row(faults=["card.left"])},
        {"id": "d", **row(faults=["chip.absent"])},
        {"id": "e", **row(faults=["chip.absent"], health={"signal_dbm": -90})},
        {"id": "f", "key": False},
    ]
    assert ["e", "d", "f", "c", "a[2J", "b"] == [reader.id for reader in ranked(rows, AT_MS, 1.0)]


def test_every_fault_has_an_urgency_and_words() -> None:
    """Whatever a reader or the office can say of one."""
    for word in faults.NAMES.values():
        (found,) = findings(row(faults=[word]), AT_MS)
        assert found.word == word
        assert wording.finding("entry-1", found)[0]


def test_a_reader_that_is_gone() -> None:
    """An empty message takes it off; messages with wrong parts leave the rest as it was."""
    view = View(0.0)
    view.hear("reader", "entry-1", row(), 0.0)
    view.hear("reader", "entry-2", {"role": 5, "health": 3, "faults": 1, "alerts": {}}, 0.0)
    assert ["entry-1", "entry-2"] == [reader.id for reader in view.readers(0.0)]
    view.hear("reader", "entry-1", {}, 0.0)
    assert ["entry-2"] == [reader.id for reader in view.readers(0.0)]
