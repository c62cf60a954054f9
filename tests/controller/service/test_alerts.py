"""Which alerts there are, when each is raised and cleared, and that none comes twice for one trouble."""

from typing import Any

import pytest

from luot_controller.service.alerts import (
    ASLEEP_MS,
    BATTERY,
    BATTERY_LOW_MV,
    BATTERY_WELL_MV,
    CLEAR_MS,
    GAP_MS,
    OUTBOX,
    OUTBOX_DRAINED,
    OUTBOX_MS,
    OUTBOX_TAPS,
    SILENT,
    SILENT_MS,
    Alerts,
)

START_MS = 1_760_000_000_000
STEP_MS = 2000


class Watched:
    """One reader whose row a test writes; time passes in pulses, in each of which it is looked at."""

    def __init__(self, speed: float = 1.0) -> None:
        self.row: dict[str, Any] = {"id": "entry-1", "role": "entry", "key": True, "last_seen_ms": START_MS}
        self.now_ms = START_MS
        self.is_listening = True
        self.speed = speed
        self.alerts = Alerts(START_MS, speed)

    def passes(self, real_ms: float, *, heard: bool = True) -> list[tuple[str, bool]]:
        """Let time pass; returns what was raised (True) and cleared."""
        said = []
        for _ in range(int(real_ms / STEP_MS)):
            self.now_ms += int(STEP_MS * self.speed)
            if heard:
                self.row["last_seen_ms"] = self.now_ms
            changes = self.alerts.look([self.row], self.now_ms, self.is_listening)
            said += [(change.alert, change.is_raised) for change in changes]
        return said


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_a_silent_reader(speed: float) -> None:
    """After two missing reports, once; cleared a minute after it is heard again; however fast office time goes."""
    watched = Watched(speed)
    assert [] == watched.passes(SILENT_MS - STEP_MS, heard=False)
    assert [(SILENT, True)] == watched.passes(3_600_000, heard=False)
    assert [SILENT] == watched.alerts.of("entry-1")
    assert [] == watched.passes(CLEAR_MS - STEP_MS)
    assert [(SILENT, False)] == watched.passes(3_600_000)
    assert [] == watched.alerts.of("entry-1")


def test_a_reader_that_was_never_heard() -> None:
    """Counts from the office's start; one without a key was never set up, and is not missed."""
    watched = Watched()
    del watched.row["last_seen_ms"]
    assert [(SILENT, True)] == watched.passes(SILENT_MS + STEP_MS, heard=False)
    watched.row["key"] = False
    assert [(SILENT, False)] == watched.passes(3_600_000, heard=False)


def test_nobody_is_missed_while_the_office_does_not_listen() -> None:
    """While the day is closed, or there is no broker, no silence is an alert; then a reader has its time to come."""
    watched = Watched()
    watched.is_listening = False
    assert [] == watched.passes(3_600_000, heard=False)
    watched.is_listening = True
    assert [] == watched.passes(SILENT_MS - STEP_MS, heard=False)
    assert [(SILENT, True)] == watched.passes(2 * STEP_MS, heard=False)


def test_a_sleeping_reader_is_heard_once_a_day() -> None:
    """An hour of silence is its work."""
    watched = Watched()
    watched.row["link"] = "sleeping"
    assert [] == watched.passes(3_600_000, heard=False)
    watched.row["last_seen_ms"] = watched.alerts._from_ms = watched.now_ms - ASLEEP_MS
    assert [(SILENT, True)] == watched.passes(STEP_MS, heard=False)


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_an_office_that_was_away_itself(speed: float) -> None:
    """Its machine slept: nobody could be heard, and each has the usual time from then on."""
    watched = Watched(speed)
    assert [] == watched.passes(SILENT_MS - STEP_MS, heard=False)
    watched.now_ms += int(GAP_MS * speed)
    assert [] == watched.passes(SILENT_MS, heard=False)
    assert [(SILENT, True)] == watched.passes(2 * STEP_MS, heard=False)


@pytest.mark.parametrize("fault", ["chip.absent", "flash.full", "key.wrong", "office.silent"])
def test_a_fault_that_comes_and_goes_is_one_alert(fault: str) -> None:
    """Raised when it is first told, cleared when it has been gone for a minute."""
    watched = Watched()
    said = []
    for _ in range(20):
        watched.row["faults"] = [fault]
        said += watched.passes(4000)
        watched.row["faults"] = []
        said += watched.passes(CLEAR_MS / 2)
    assert [(fault, True)] == said
    assert [(fault, False)] == watched.passes(CLEAR_MS)


@pytest.mark.parametrize("fault", ["card.left", "broker.unreachable", "clock.jumped", "fault.99"])
def test_what_is_no_alert(fault: str) -> None:
    """A card in the field, and what is over when it is told."""
    watched = Watched()
    watched.row["faults"] = [fault]
    assert [] == watched.passes(3_600_000)


def test_an_outbox_that_grows() -> None:
    """Many unsent taps for a minute; a burst that is soon sent is none, and it is over when few are left."""
    watched = Watched()
    watched.row["depth"] = 500
    assert [] == watched.passes(OUTBOX_MS - STEP_MS)
    watched.row["depth"] = OUTBOX_TAPS - 1
    assert [] == watched.passes(STEP_MS)
    watched.row["depth"] = OUTBOX_TAPS
    assert [(OUTBOX, True)] == watched.passes(OUTBOX_MS + 2 * STEP_MS)
    watched.row["depth"] = OUTBOX_DRAINED + 1
    assert [] == watched.passes(3_600_000)
    watched.row["depth"] = OUTBOX_DRAINED
    assert [(OUTBOX, False)] == watched.passes(2 * CLEAR_MS)


def test_a_low_battery() -> None:
    """Its voltage wavers with every sending: it is low until it has been charged."""
    watched = Watched()
    said = []
    for mv in (BATTERY_LOW_MV + 1, BATTERY_LOW_MV, BATTERY_WELL_MV - 1, BATTERY_LOW_MV - 40, BATTERY_WELL_MV - 1):
        watched.row["health"] = {"battery_mv": mv}
        said += watched.passes(3_600_000)
    assert [(BATTERY, True)] == said
    watched.row["health"] = {"battery_mv": BATTERY_WELL_MV}
    assert [(BATTERY, False)] == watched.passes(2 * CLEAR_MS)


def test_a_reader_that_the_site_has_no_more() -> None:
    """Its alerts are cleared."""
    watched = Watched()
    watched.row["faults"] = ["chip.absent"]
    assert [("chip.absent", True)] == watched.passes(STEP_MS)
    gone = watched.alerts.look([], watched.now_ms + CLEAR_MS, True)
    assert [("entry-1", "chip.absent", START_MS + STEP_MS, False)] == gone
