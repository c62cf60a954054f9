"""A real broker for the load generator's connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brokers import RunningBroker


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[RunningBroker]:
    """A mosquitto of the site `bench` with entry-1."""
    broker = RunningBroker(tmp_path / "office", "mosquitto", "bench", (), ("entry-1",))
    yield broker
    broker.stop()
