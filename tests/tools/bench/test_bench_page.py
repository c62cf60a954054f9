"""luot_tools.bench.page: the table, the machine, and what each figure means, once."""

from luot_tools.bench.figures import BY_NAME, FIGURES, Reading, Readings
from luot_tools.bench.page import as_page
from luot_tools.bench.table import as_markdown

READINGS: Readings = {
    "burst_ratio": Reading(5.5, 1.0),
    "burst_taps_per_s": Reading(11_000, 2000),
    "read_accesses": Reading(45),
}


def test_the_page_holds_the_table_and_the_machine() -> None:
    """And says which command has written it."""
    page = as_page(READINGS, "2 cores")
    assert as_markdown(READINGS) in page
    assert "\nMeasured on 2 cores.\n" in page
    assert "--markdown docs/performance.md" in page


def test_each_meaning_stands_there_once() -> None:
    """Figures of one measurement share theirs; what was not measured is not explained."""
    page = as_page(READINGS, "2 cores")
    assert f"- `burst_ratio`, `burst_taps_per_s`: {BY_NAME['burst_ratio'].means}\n" in page
    assert [1, 1] == [page.count(BY_NAME[name].means) for name in ("burst_taps_per_s", "read_accesses")]
    assert "`cold_start_s`" not in page


def test_every_figure_is_explained() -> None:
    """In a sentence or more."""
    assert [] == [figure.name for figure in FIGURES if not figure.means.endswith(".")]
