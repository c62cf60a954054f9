"""A bridge on fake ports, for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ground import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A broker that knows entry-1 and info-1, and no bridge yet."""
    ground = Ground(tmp_path)
    yield ground
    ground.stop()
