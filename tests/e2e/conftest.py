"""An office of real parts for each test, ended by its own process ids whatever happens."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from e2e.parts import FREE_PORT, Controller, Reader


@pytest.fixture
def parts() -> Iterator[ExitStack]:
    """Closes what a test has opened."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def open_controller(parts: ExitStack, tmp_path: Path) -> Callable[..., Controller]:
    """Start an office in the test's folder, with an embedded broker unless told otherwise."""

    def start(*options: str) -> Controller:
        data = tmp_path / "office"
        data.mkdir(exist_ok=True)
        controller = Controller(data, *(options or FREE_PORT))
        parts.callback(controller.stop)
        return controller

    return start


@pytest.fixture
def open_reader(parts: ExitStack, tmp_path: Path) -> Callable[[Controller, str], Reader]:
    """Provision and start a reader."""

    def start(controller: Controller, name: str) -> Reader:
        reader = Reader(controller, name, tmp_path / name)
        parts.callback(reader.close)
        return reader

    return start
