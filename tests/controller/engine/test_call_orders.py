"""The hand-checked call orders: one desk, ten minutes each, opens at 0; ordinary people A, priority people P."""

import pytest

from luot_controller.engine.model import Policy
from luot_controller.replay.day import Arrival, Stay, stays

MINUTE = 60_000
ARRIVALS = {
    "A1": 0, "A2": 1, "A3": 2, "A4": 6, "A5": 15, "A6": 33,
    "P1": 5, "P2": 12, "P3": 14, "P4": 31, "P5": 36, "P6": 38,
}  # fmt: skip
STRICT_MIN = 10_000


def day(head_start_min: int) -> dict[str, Stay]:
    """What becomes of the twelve."""
    policy = Policy(
        head_start_ms={"A": 0, "P": head_start_min * MINUTE},
        typical_ms={"papers": 10 * MINUTE},
        desk_services={"1": frozenset({"papers"})},
    )
    names = sorted(ARRIVALS, key=ARRIVALS.__getitem__)
    arrivals = [Arrival(ARRIVALS[name] * MINUTE, "papers", name[0], 10 * MINUTE) for name in names]
    return dict(zip(names, stays(policy, arrivals), strict=True))


def call_order(head_start_min: int) -> list[str]:
    """Their names, as the desk calls them."""
    called = day(head_start_min)
    return sorted(called, key=lambda name: called[name].called_ms or 0)


@pytest.mark.parametrize(
    ("head_start_min", "expected"),
    [
        pytest.param(0, "A1 A2 A3 P1 A4 P2 P3 A5 P4 A6 P5 P6", id="fifo"),
        pytest.param(STRICT_MIN, "A1 P1 P2 P3 P4 P5 P6 A2 A3 A4 A5 A6", id="strict"),
        pytest.param(10, "A1 P1 A2 A3 P2 P3 A4 A5 P4 P5 P6 A6", id="head-start-10"),
    ],
)
def test_call_order(head_start_min: int, expected: str) -> None:
    """First come first served, strict priority and a head start of ten minutes call in the order worked out by hand."""
    assert expected.split() == call_order(head_start_min)


@pytest.mark.parametrize(
    ("head_start_min", "mean_p", "mean_a"), [(0, 49.0, 28.8333), (STRICT_MIN, 12.3333, 65.5), (10, 39.0, 38.8333)]
)
def test_mean_waits(head_start_min: int, mean_p: float, mean_a: float) -> None:
    """Each rule moves waiting between the groups and leaves the overall mean of 38.9167 minutes alone."""
    waits = {name: (stay.wait_ms or 0) / MINUTE for name, stay in day(head_start_min).items()}
    of_p = [wait for name, wait in waits.items() if name[0] == "P"]
    of_a = [wait for name, wait in waits.items() if name[0] == "A"]
    assert (mean_p, mean_a, 38.9167) == (
        round(sum(of_p) / 6, 4),
        round(sum(of_a) / 6, 4),
        round(sum(waits.values()) / 12, 4),
    )
