"""luot_tools.bench.table: the same readings for people, for the documentation and for programs."""

import json

import pytest

from luot_controller.errors import UsageProblem
from luot_tools.bench.figures import Reading, Readings
from luot_tools.bench.table import as_json, as_markdown, as_text, from_json, machine, missed

READINGS: Readings = {
    "durable_taps_per_s": Reading(1200, 700),
    "cold_start_s": Reading(0.2345, 0.1),
    "read_accesses": Reading(45),
}


def test_json_is_flat() -> None:
    """Name to value, unit, better, must, aim and baseline, null where there is none."""
    flat = json.loads(as_json(READINGS))
    assert set(READINGS) == set(flat)
    assert {
        "value": 1200,
        "unit": "1/s",
        "better": "higher",
        "must": 1500,
        "aim": 5000,
        "baseline": 700,
    } == flat["durable_taps_per_s"]
    assert (None, None, None) == tuple(flat["read_accesses"][key] for key in ("must", "aim", "baseline"))


def test_json_is_read_back() -> None:
    """What was written is what was measured."""
    assert READINGS == from_json(as_json(READINGS))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cold_start_s": 1}', '{"cold_start_s": {"value": 1}}'])
def test_another_file_is_refused(text: str) -> None:
    """One that holds no figures says so, and what to do."""
    with pytest.raises(UsageProblem, match="luot bench"):
        from_json(text)


def test_what_misses_is_named() -> None:
    """With its value and its must; what has none, or reaches it, is not."""
    slow = READINGS | {"cold_start_s": Reading(1.5)}
    assert [
        "durable_taps_per_s is 1,200 1/s, it must be at least 1,500",
        "cold_start_s is 1.5 s, it must be at most 1",
    ] == missed(slow)
    assert [] == missed({"read_accesses": Reading(1_000_000), "cold_start_s": Reading(1.0)})


def test_the_table_marks_what_misses() -> None:
    """One line a figure, in the order of the figures; MISSES where it is worse than it must be."""
    _, durable, cold, read = as_text(READINGS).splitlines()
    assert durable.split()[:6] == ["durable_taps_per_s", "1,200", "1/s", "1,500", "5,000", "MISSES"]
    assert cold.split()[:5] == ["cold_start_s", "0.234", "s", "1", "0.3"]
    assert "aim reached" in cold
    assert read.split() == ["read_accesses", "45"]


def test_markdown_has_the_same_figures() -> None:
    """A row for each, all with as many cells as the head."""
    rows = as_markdown(READINGS).splitlines()
    assert len(READINGS) + 2 == len(rows)
    assert {row.count(" | ") for row in rows if "---" not in row} == {6}
    assert all(f"`{name}`" in "".join(rows) for name in READINGS)


def test_the_machine_has_no_name() -> None:
    """Cores, memory, versions: what the figures depend on, and nothing that says whose machine it is."""
    import platform

    assert "cores" in machine()
    assert platform.node() not in machine()


def test_a_row_does_not_contradict_itself() -> None:
    """An aim is judged by the figure that is shown; what must be reached by what was measured."""
    aimed, missed = (as_markdown({"growth_ratio": Reading(value, 1.0)}) for value in (1.104, 1.504))
    assert "| 1.1 x | 1.5 | 1.1 | aim reached |" in aimed
    assert "| 1.5 x | 1.5 | 1.1 | MISSES |" in missed
