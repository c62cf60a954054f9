"""The figures: what each is called, its unit, which way is better, and what it must and should reach. Measures none."""

from typing import Literal, NamedTuple


class Figure(NamedTuple):
    """One row of the table; `must` and `aim` are None for a figure that is only shown."""

    name: str
    says: str
    unit: str
    better: Literal["lower", "higher"]
    must: float | None
    aim: float | None
    against: str

    def misses(self, value: float) -> bool:
        """True when `value` is on the wrong side of `must`."""
        return self.must is not None and not self._reaches(value, self.must)

    def reaches_aim(self, value: float) -> bool:
        """True when `value` is as good as the aim."""
        return self.aim is not None and self._reaches(value, self.aim)

    def _reaches(self, value: float, mark: float) -> bool:
        return value <= mark if self.better == "lower" else value >= mark


class Reading(NamedTuple):
    """What was measured, and what the baseline gave in the same run; None where it has none."""

    value: float
    baseline: float | None = None


Readings = dict[str, Reading]
"""By the figure's name."""

_NAGLE = "the same office without TCP_NODELAY"
_SORTED = "a list sorted again"
_LAST = "the last 10 waits"
_NAIVE = "the naive prototype"
_NAIVE_SHORT = "the naive prototype, for seconds"

FIGURES = (
    Figure("tap_to_board_p50_ms", "tap to board at 20 taps/s, median", "ms", "lower", 3, 1, _NAGLE),
    Figure("tap_to_board_p99_ms", "tap to board at 20 taps/s, 99 of 100", "ms", "lower", 20, 5, _NAGLE),
    Figure("card_to_receipt_p50_ms", "card in the field to verified receipt, median", "ms", "lower", 30, 10, "heard"),
    Figure(
        "durable_taps_per_s", "taps settled, p99 within 50 ms, none lost", "1/s", "higher", 1500, 5000, _NAIVE_SHORT
    ),
    Figure("burst_ratio", "burst of taps, times the naive prototype", "x", "higher", 4, 10, _NAIVE),
    Figure("burst_taps_per_s", "burst of taps", "1/s", "higher", None, None, _NAIVE),
    Figure("cold_start_s", "controller's start to its first word", "s", "lower", 1.0, 0.3, "Python and imports alone"),
    Figure("poll_accesses", "bus accesses of a poll without a card", "", "lower", 12, 6, "chip set up each time"),
    Figure("read_accesses", "bus accesses to read a 7-byte UID", "", "lower", None, None, "chip set up each time"),
    Figure("firmware_mpy_bytes", "what a board carries, compiled", "B", "lower", 90_000, 60_000, "its source"),
    Figure("firmware_peak_heap_bytes", "heap of a reader in use", "B", "lower", 120_000, 80_000, "asyncio alone"),
    Figure("firmware_least_heap_bytes", "smallest heap that is enough", "B", "lower", None, None, ""),
    Figure(
        "command_cost_ratio_100k", "a command with 100,000 in line, times 100 in line", "x", "lower", 1.5, 1.2, _SORTED
    ),
    Figure("command_cost_100k_us", "a command with 100,000 in line", "µs", "lower", None, None, _SORTED),
    Figure("rss_100k_waiting_mib", "memory with 100,000 in line", "MiB", "lower", 100, 70, _SORTED),
    Figure("estimate_mae_250_min", "expected wait off by, 250 people a day", "min", "lower", 5, 4.5, _LAST),
    Figure("estimate_mae_60_min", "expected wait off by, 60 people a day", "min", "lower", 7, 6.5, _LAST),
    Figure("estimate_band_cover", "waits within the 80 % band, worse site", "", "higher", 0.75, 0.8, _LAST),
)

BY_NAME = {figure.name: figure for figure in FIGURES}
