"""service.loop: on its pulse the office shows what other lines have changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from luot_protocol import topics
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
