"""An office of real parts for each test and kind of broker, ended by its own process ids whatever happens."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from brokers import RunningBroker
from e2e.parts import FREE_PORT, READERS, SITE, Controller, Reader
from luot_controller.broker.choice import KINDS


@pytest.fixture
def parts() -> Iterator[ExitStack]:
    """Closes what a test has opened."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each broker that an office can have of its own: what must not be lost is lost with none of them."""
    return str(request.param)


@pytest.fixture
def open_controller(parts: ExitStack, tmp_path: Path, kind: str) -> Callable[..., Controller]:
    """Start an office in the test's folder, with a broker of its own."""

    def start(*options: str) -> Controller:
        data = tmp_path / "office"
        data.mkdir(exist_ok=True)
        controller = Controller(data, "--broker", kind, *FREE_PORT, *options)
        parts.callback(controller.stop)
        return controller

    return start


@pytest.fixture
def apart(parts: ExitStack, tmp_path: Path, kind: str) -> tuple[Controller, RunningBroker]:
    """A controller and a broker that can be killed one without the other; the broker keeps nothing on disk."""
    data = tmp_path / "office"
    data.mkdir()
    running = RunningBroker(data, kind, SITE, ["desk-1", "desk-2", "desk-3", "desk-4"], READERS)
    parts.callback(running.stop)
    controller = Controller(data, "--url", running.access("controller").url())
    parts.callback(controller.stop)
    return controller, running


@pytest.fixture
def open_reader(parts: ExitStack, tmp_path: Path) -> Callable[[Controller, str], Reader]:
    """Provision and start a reader."""

    def start(controller: Controller, name: str) -> Reader:
        reader = Reader(controller, name, tmp_path / name)
        parts.callback(reader.close)
        return reader

    return start
