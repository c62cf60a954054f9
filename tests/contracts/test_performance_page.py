"""docs/performance.md has the form that `luot bench --markdown` gives it; its figures are whatever they were."""

import re

from work_tree import text

from luot_tools.bench.figures import BY_NAME, Reading, Readings
from luot_tools.bench.page import as_page

PAGE = "docs/performance.md"

_ROW = re.compile(
    r"^\| [^|]+ \| `(\w+)` \| ([\d.,e+]+)[^|]* \| [^|]* \| [^|]* \| [^|]* \| ([\d.,e+]*)[^|]* \|$", re.MULTILINE
)
_MACHINE = re.compile(r"^Measured on (.+)\.$", re.MULTILINE)


def number(cell: str) -> float | None:
    """What a cell of the table says."""
    return float(cell.replace(",", "")) if cell else None


def read_back(page: str) -> Readings:
    """The readings that stand in a page's table."""
    rows = {name: (number(value), number(baseline)) for name, value, baseline in _ROW.findall(page)}
    return {name: Reading(value, baseline) for name, (value, baseline) in rows.items() if value is not None}


def test_the_page_is_written_by_the_command() -> None:
    """Its own figures, put into the page anew, give the page: neither it nor its maker has changed alone."""
    page = text(PAGE)
    machine = _MACHINE.search(page)
    assert machine is not None
    assert page == as_page(read_back(page), machine[1]), "Run: luot bench --markdown docs/performance.md"


def test_the_page_has_every_figure() -> None:
    """Not the run of a single one."""
    assert list(BY_NAME) == list(read_back(text(PAGE)))
