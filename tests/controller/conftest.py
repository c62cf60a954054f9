"""Fixtures with real brokers for these tests; what they return is in `brokers`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from brokers import RunBroker, RunningBroker
from luot_controller.broker.choice import KINDS, free_port


@pytest.fixture
def run_broker(tmp_path: Path) -> Iterator[RunBroker]:
    """A function that starts a broker for a site with the given users; all of them end with the test."""
    running: list[RunningBroker] = []

    def run(
        kind: str = "mosquitto",
        *,
        site: str = "demo",
        consoles: Sequence[str] = ("desk-1", "desk-2"),
        links: Sequence[str] = ("entry-1", "info-1"),
    ) -> RunningBroker:
        running.append(RunningBroker(tmp_path / f"office-{len(running)}", kind, site, consoles, links))
        return running[-1]

    yield run
    for broker in running:
        broker.stop()


@pytest.fixture
def mosquitto(run_broker: RunBroker) -> RunningBroker:
    """A mosquitto of the site `demo` with desk-1, desk-2, entry-1 and info-1."""
    return run_broker("mosquitto")


@pytest.fixture(params=KINDS)
def any_broker(run_broker: RunBroker, request: pytest.FixtureRequest) -> RunningBroker:
    """The same, once for each kind of broker."""
    return run_broker(request.param)


@pytest.fixture
def refused_port() -> int:
    """A loopback port on which nobody listens."""
    return free_port()
