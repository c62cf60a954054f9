"""The real engine against queueing theory: what it makes people wait is what the closed forms say."""

import pytest
from oracle import CASES, SCALE, measure

from luot_controller.engine.model import Policy

PEOPLE = 50_000


@pytest.mark.parametrize(("seed", "name"), list(enumerate(CASES, 21)))
def test_waits_are_those_of_the_closed_form(name: str, seed: int) -> None:
    """Each class's mean wait, and its share beyond a limit, within 3 standard errors; SCALE makes it longer."""
    found = measure(CASES[name], PEOPLE, seed)
    for row in found:
        print(f"{name} {row.name}: {row.value:.4f} +- {row.error:.4f}, exact {row.expected:.4f}, of {row.people:,}")
    assert [] == [row for row in found if abs(row.off) > 3]
    assert PEOPLE * SCALE * 0.9 < sum(row.people for row in found if row.name.endswith("mean"))


@pytest.mark.parametrize(("name", "head_start_min"), [("E2", 0), ("E2", 45), ("E7", 10), ("B1", 3)])
def test_another_head_start_is_noticed(name: str, head_start_min: int) -> None:
    """The same people under another head start are far from the exact values: the runs are long enough to tell."""
    right = CASES[name].policy
    wrong = Policy({**right.head_start_ms, "0": head_start_min * 60_000}, right.typical_ms, right.desk_services)
    assert max(abs(row.off) for row in measure(CASES[name], PEOPLE, seed=1, policy=wrong)) > 4
