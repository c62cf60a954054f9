"""luot_tools.bench.figures: what is worse than it must be, and what is as good as it should be."""

import pytest

from luot_tools.bench.figures import BY_NAME, FIGURES


@pytest.mark.parametrize(
    ("name", "value", "misses", "reaches"),
    [
        ("cold_start_s", 0.3, False, True),
        ("cold_start_s", 1.0, False, False),
        ("cold_start_s", 1.001, True, False),
        ("durable_taps_per_s", 5000, False, True),
        ("durable_taps_per_s", 1500, False, False),
        ("durable_taps_per_s", 1499, True, False),
        ("read_accesses", 1000, False, False),
    ],
)
def test_must_and_aim(name: str, value: float, misses: bool, reaches: bool) -> None:
    """The mark itself is good enough; which side is worse is the figure's own; without marks nothing misses."""
    assert (misses, reaches) == (BY_NAME[name].misses(value), BY_NAME[name].reaches_aim(value))


def test_an_aim_is_better_than_a_must() -> None:
    """Else the two would have changed places."""
    marked = [figure for figure in FIGURES if figure.must is not None]
    assert len(marked) > 5
    assert [] == [figure.name for figure in marked if figure.misses(figure.aim or 0)]


def test_names_are_different() -> None:
    """One name, one figure."""
    assert len(FIGURES) == len(BY_NAME)
