"""What tests of whole simulated offices share: a temporary folder of their own that must be empty in the end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import running


@pytest.fixture
def traceless(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment with a temporary folder in which, after the test, nothing lies and from which nothing runs."""
    here = tmp_path / "temporary"
    here.mkdir()
    yield {**os.environ, "TMPDIR": str(here)}
    assert [] == list(here.iterdir())
    assert {} == running(str(here))
