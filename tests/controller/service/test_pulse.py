"""service.loop: on its pulse the office shows what other lines, and the clock, have changed."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from clocked_rig import TurnedClock

from luot_controller.engine.events import ClosingPlanned
from luot_controller.service.hours import Hours, Opening
from luot_protocol import codes, topics
from offices import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.store.close()


def shown(rig: Rig, service: str) -> int:
    """How often a line was published."""
    return [topic for topic, _, _ in rig.bus.published].count(topics.build("test", "service", service))


def test_a_line_follows_the_desks_that_it_shares(rig: Rig) -> None:
    """Land has one desk, which serves papers, too: many for papers make land's range longer, at the next pulse."""
    rig.office._greet()
    before = rig.last("service", "land")
    for number in range(1, 7):
        rig.tap(number)
    assert before == rig.last("service", "land")
    rig.office._pulse()
    after = rig.last("service", "land")
    assert (0, 5) == (before["lo_min"], before["hi_min"])
    assert after["lo_min"] > before["lo_min"]
    assert after["version"] == rig.office._state.event_id > before["version"]


def test_a_quiet_pulse_repeats_nothing(rig: Rig) -> None:
    """What the broker has is not said again, neither to begin with nor after a change was shown."""
    rig.office._greet()
    rig.tap(1)
    counts = []
    for _ in range(3):
        rig.office._pulse()
        counts.append((shown(rig, "papers"), shown(rig, "land")))
    assert [counts[0]] * 3 == counts


def test_the_closing_enters_the_ledger_once(rig: Rig) -> None:
    """The next pulse knows it and shows it; the receipt then says who may be too late, and a start finds it again."""
    rig.office._greet()
    rig.office._clock = clock = TurnedClock()  # type: ignore[assignment]
    rig.office._hours = Hours(UTC, [Opening(day, 0, 24 * 60 - 1) for day in range(7)])
    for _ in range(3):
        rig.office._pulse()
    planned = [fact for fact in rig.facts if isinstance(fact, ClosingPlanned)]
    assert 1 == len(planned)
    closing_ms = planned[0].closing_ms
    assert closing_ms is not None
    assert (closing_ms, closing_ms) == (rig.last("office")["closing_ms"], rig.ask("status")["status"]["closing_ms"])
    assert not rig.tap(1).closes_first
    clock.ms = closing_ms - 60_000
    receipt = rig.tap(2)
    assert (True, codes.OPENED) == (receipt.closes_first, receipt.code)
    rig.office._pulse()
    assert rig.last("service", "papers")["closes_first"]
    reply = rig.supervise("OpenVisit", number=3, service="papers", **{"class": "plain"})
    assert (True, True) == (reply["ok"], reply["closes_first"])
    rig.again()
    assert closing_ms == rig.office._state.hall.closing_ms


def test_without_hours_no_closing_is_said(rig: Rig) -> None:
    """Nor when they leave this day out."""
    rig.office._greet()
    rig.office._hours = Hours(UTC, [])
    rig.office._pulse()
    assert "closing_ms" not in rig.last("office")
    assert not any(isinstance(fact, ClosingPlanned) for fact in rig.facts)


def test_no_shows_and_cards_out_are_told_at_once(rig: Rig) -> None:
    """The latest eight who did not come, latest first, without waiting for the pulse; and the cards not given back."""
    rig.office._greet()
    assert (0, [], 0) == away(rig)
    for number in range(1, 11):
        rig.tap(number)
        for command in ("CallNext", "NoShow"):
            assert rig.command(command)["ok"]
    assert (10, [10, 9, 8, 7, 6, 5, 4, 3], 10) == away(rig)
    rig.tap(9)
    assert (9, [10, 8, 7, 6, 5, 4, 3, 2], 10) == away(rig)


def away(rig: Rig) -> tuple[int, list[int], int]:
    """What message office says of them."""
    said = rig.last("office")
    return said["missed"], said["missed_head"], said["cards_out"]
