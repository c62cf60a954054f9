"""What the tests of published messages share."""

from pathlib import Path

import pytest

from luot_controller.settings import Site, load_site
from offices import SITE_TOML


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The site of `offices`."""
    path = tmp_path / "site.toml"
    path.write_text(SITE_TOML, encoding="utf-8")
    return load_site(path)
