"""How much is measured: the whole, or just enough to see that everything works. Measures nothing."""

from typing import NamedTuple

MOST_CARDS = 9999
"""The most that a site can have: numbers have four digits."""


class Extent(NamedTuple):
    """Numbers of readers, cards, taps, starts, people, rounds, days. rung_s, hold_s: seconds. rates: taps/s, rising."""

    readers: int
    cards: int
    board_taps: int
    board_baseline_taps: int
    rates: tuple[int, ...]
    rung_s: float
    hold_s: float
    burst: int
    naive_burst: int
    growth_taps: int
    starts: int
    reader_taps: int
    heap_taps: int
    least_heap_taps: int
    heap_step_kb: int
    most_waiting: int
    cost_rounds: int
    simulated_days: int


WHOLE = Extent(
    readers=8,
    cards=MOST_CARDS,
    board_taps=300,
    board_baseline_taps=60,
    rates=(250, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 6000, 8000, 10_000),
    rung_s=2.5,
    hold_s=60.0,
    burst=30_000,
    naive_burst=5000,
    growth_taps=6000,
    starts=7,
    reader_taps=60,
    heap_taps=10_000,
    least_heap_taps=200,
    heap_step_kb=4,
    most_waiting=100_000,
    cost_rounds=400,
    simulated_days=110,
)

QUICK = Extent(
    readers=2,
    cards=300,
    board_taps=20,
    board_baseline_taps=5,
    rates=(100, 200),
    rung_s=0.5,
    hold_s=2.0,
    burst=1000,
    naive_burst=200,
    growth_taps=200,
    starts=1,
    reader_taps=3,
    heap_taps=20,
    least_heap_taps=2,
    heap_step_kb=64,
    most_waiting=1000,
    cost_rounds=10,
    simulated_days=12,
)
