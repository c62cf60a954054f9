"""A turn of the loop at a bad moment: the disk is full, the clock was set, two taps bear one name."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from luot_controller.engine.events import TapAnswered, VisitOpened
from luot_controller.errors import StoreFailed
from luot_controller.service.clock import OfficeClock, wall_ms
from luot_controller.store.sqlite import SqliteStore
from luot_protocol import codes
from offices import CARDS, Rig

DAY_MS = 86_400_000


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.store.close()


def opened(rig: Rig) -> list[int]:
    """The cards of all visits in the ledger, in the order of its events."""
    return [fact.number for _, fact in rig.store.facts(0, 1_000_000) if isinstance(fact, VisitOpened)]


def pages(store: SqliteStore, most: int) -> None:
    """Let the ledger grow to so many pages and no further."""
    assert (most,) == store._db.execute(f"PRAGMA max_page_count = {most}").fetchone()


def test_the_disk_is_full_while_taps_come(rig: Rig) -> None:
    """Turn after turn finds no room: nobody is told anything; with room again the frames sent again are all taken."""
    rig.tap(1)
    (count,) = rig.store._db.execute("PRAGMA page_count").fetchone()
    pages(rig.store, count)
    taps = [rig.frame(number) for number in range(2, CARDS + 1)]
    said, acked = len(rig.bus.published), len(rig.bus.acked)
    for _ in range(3):
        rig.send(*taps)
    assert (said, acked + 3 * len(taps), 3) == (len(rig.bus.published), len(rig.bus.acked), rig.counted("store.failed"))
    assert [1] == opened(rig)
    assert 1 == rig.ask("status")["status"]["waiting"]
    pages(rig.store, 100_000)
    rig.send(*taps)
    assert [codes.OPENED] * CARDS == [receipt.code for receipt in rig.receipts()]
    assert list(range(1, CARDS + 1)) == opened(rig)


def test_the_disk_is_gone(rig: Rig) -> None:
    """A ledger that can be neither written nor read ends the office with its error; nobody is told anything before."""
    rig.tap(1)
    said, frame = len(rig.bus.published), rig.frame(2)
    rig.store.close()
    with pytest.raises(StoreFailed):
        rig.send(frame)
    assert said == len(rig.bus.published)
    rig.again()
    rig.send(frame)
    assert (codes.OPENED, 2, 1) == ((last := rig.receipts()[-1]).code, last.number, last.ahead)


def test_two_cards_never_share_a_taps_name(rig: Rig) -> None:
    """A flash that was copied or set back uses names again: no receipt, so that its reader keeps the tap and says so.

    Provisioned anew it has another key, under which the name is its own.
    """
    rig.tap(5, boot=2, seq=1)
    same = rig.frame(6, boot=2, seq=1)
    rig.bus.published.clear()
    rig.send(same)
    rig.again()
    rig.send(same, rig.frame(7, boot=2, seq=2), rig.frame(8, boot=2, seq=2))
    assert [(2, 2, 7)] == [(receipt.boot, receipt.seq, receipt.number) for receipt in rig.receipts()]
    assert (2, [5, 7]) == (rig.counted("tap.name"), opened(rig))
    rig.keys["entry-1"] = rig.store.renew_reader_key("entry-1")
    rig.again()
    assert codes.OPENED == rig.tap(6, boot=2, seq=1).code


def test_a_card_enrolled_meanwhile_is_no_other_card(rig: Rig) -> None:
    """A tap that was refused as unknown, sent again after the card was enrolled, gets the same refusal again."""
    frame = rig.frame(500)
    rig.send(frame)
    other = SqliteStore(rig.folder)
    other.add_cards([(500, rig.hash_of(500))])
    other.close()
    rig.send(frame)
    assert [codes.UNKNOWN_CARD] * 2 == [receipt.code for receipt in rig.receipts()]
    assert codes.OPENED == rig.tap(500).code


@pytest.mark.parametrize("days", [-20_000, -1, 1, 4_000])
def test_the_wall_clock_is_set_while_the_office_runs(rig: Rig, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Back to 1970, by a day, or far ahead: the line stays in tap order, office time goes on, the label follows."""
    own = time.time_ns
    rig.tap(1)
    monkeypatch.setattr(time, "time_ns", lambda: own() + days * DAY_MS * 1_000_000)
    rig.tap(2)
    rig.again()
    rig.tap(3)
    taps = [fact for _, fact in rig.store.facts(0, 100) if isinstance(fact, TapAnswered)]
    assert [1, 2, 3] == [person["number"] for person in rig.last("service", "papers")["head"]]
    assert sorted(fact.at_ms for fact in taps) == [fact.at_ms for fact in taps]
    labels = [wall for (wall,) in rig.store._db.execute("SELECT wall_ms FROM event ORDER BY id")]
    assert days == round((labels[-1] - labels[0]) / DAY_MS)


def test_office_time_goes_on_from_the_ledger() -> None:
    """It starts where the last event was, plus what the wall clock says has passed, and never before that."""
    now = wall_ms()
    for last, last_wall, earliest in [
        (0, 0, now),
        (now - 5_000, now - 5_000, now),
        (now + DAY_MS, now - 60_000, now + DAY_MS + 60_000),  # it ran ahead of the wall
        (now + DAY_MS, now + DAY_MS, now + DAY_MS),  # the wall was set back
        (DAY_MS, DAY_MS, now),  # it had woken up in 1970
    ]:
        began = OfficeClock(last, last_wall).now_ms()
        assert earliest <= began < earliest + 60_000
