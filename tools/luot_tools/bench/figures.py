"""The figures: what each is called, its unit, which way is better, and what it must and should reach. Measures none."""

from typing import Literal, NamedTuple


class Figure(NamedTuple):
    """One row of the table; `must` and `aim` are None for a figure that is only shown.

    `says` is its row's words, `means` how it is measured, `against` what its baseline is.
    """

    name: str
    says: str
    unit: str
    better: Literal["lower", "higher"]
    must: float | None
    aim: float | None
    against: str
    means: str

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
_SET_UP = "chip set up each time"

_BOARD = (
    "From the moment a signed tap is handed to a reader's socket until the board that includes it reaches a subscriber:"
    " through mosquitto, verified, decided, committed to disk, published, and through mosquitto again."
)
_BURST = (
    "Eight readers send 30,000 taps as fast as receipts come; a third opens a visit, the others ask for their place."
    " Nothing may be lost, and the office must count each tap once."
)
_HEAP = (
    "All code of a board, the card chip's driver included, on the 64-bit MicroPython of a PC, where most objects take"
    " twice what they take on a board. A folder stands for the flash and cards come without a chip, so that no model of"
    " hardware is counted; littlefs's own buffers, about 1 KB, are not in it."
)

_COMMAND = (
    "The engine alone: a command decided and applied, as many people in line as the name says, against the same line"
    " kept as a list that is sorted again."
)
_ESTIMATE = (
    "Days played at the real engine: the wait that was told at the tap against the one that came, in minutes, and how"
    " often it came within the 80 % band."
)

FIGURES = (
    Figure("tap_to_board_p50_ms", "tap to board at 20 taps/s, median", "ms", "lower", 3, 1, _NAGLE, _BOARD),
    Figure("tap_to_board_p99_ms", "tap to board at 20 taps/s, 99 of 100", "ms", "lower", 20, 5, _NAGLE, _BOARD),
    Figure(
        "card_to_receipt_p50_ms",
        "card in the field to verified receipt, median",
        "ms",
        "lower",
        30,
        10,
        "the reader's own word, before any network",
        "The firmware on MicroPython, its driver on a model of the MFRC522, its taps on a littlefs in a model of the"
        " flash: until the reader shows a receipt whose signature it has verified. The models' own time is in it.",
    ),
    Figure(
        "durable_taps_per_s",
        "taps settled, p99 within 50 ms, none lost",
        "1/s",
        "higher",
        1500,
        5000,
        _NAIVE_SHORT,
        "The highest step of a ladder of rates that an office on disk, `synchronous=FULL`, holds for a minute, with 99"
        " of 100 signed receipts within 50 ms of the moment their tap was due. One tap in ten opens a visit.",
    ),
    Figure("burst_ratio", "burst of taps, times the naive prototype", "x", "higher", 4, 10, _NAIVE, _BURST),
    Figure("burst_taps_per_s", "burst of taps", "1/s", "higher", None, None, _NAIVE, _BURST),
    Figure(
        "cpu_us_per_tap",
        "processor time of a tap in that burst",
        "us",
        "lower",
        None,
        None,
        _NAIVE,
        "What the controller's process used, by the number of taps: it says the same on a busy machine.",
    ),
    Figure(
        "growth_ratio",
        "cost of a tap when all cards wait, by when few do",
        "x",
        "lower",
        1.5,
        1.1,
        "no growth",
        "Processor time of a tap that asks for its place with 9,999 people in line and as many visits in the ledger,"
        " divided by that with 100.",
    ),
    Figure(
        "cold_start_s",
        "controller's start to its first word",
        "s",
        "lower",
        1.0,
        0.3,
        "Python and imports alone",
        "From the start of the process until its first `office` message is on the broker, which runs already; the"
        " median of several.",
    ),
    Figure(
        "poll_accesses",
        "bus accesses of a poll without a card",
        "",
        "lower",
        12,
        6,
        _SET_UP,
        "Times that the driver selects the chip to look whether a card is there: what a battery pays for most.",
    ),
    Figure(
        "read_accesses",
        "bus accesses to read a 7-byte UID",
        "",
        "lower",
        None,
        None,
        _SET_UP,
        "The same for a card that is read, both cascade levels.",
    ),
    Figure(
        "firmware_mpy_bytes",
        "what a board carries, compiled",
        "B",
        "lower",
        90_000,
        60_000,
        "its source",
        "All files of `make firmware`.",
    ),
    Figure(
        "firmware_peak_heap_bytes", "heap of a reader in use", "B", "lower", 120_000, 80_000, "asyncio alone", _HEAP
    ),
    Figure("firmware_least_heap_bytes", "smallest heap that is enough", "B", "lower", None, None, "", _HEAP),
    Figure(
        "command_cost_ratio_100k",
        "a command with 100,000 in line, times 100 in line",
        "x",
        "lower",
        1.5,
        1.2,
        _SORTED,
        _COMMAND,
    ),
    Figure("command_cost_100k_us", "a command with 100,000 in line", "µs", "lower", None, None, _SORTED, _COMMAND),
    Figure(
        "rss_100k_waiting_mib",
        "memory with 100,000 in line",
        "MiB",
        "lower",
        100,
        70,
        _SORTED,
        "The resident memory of a process that holds the engine's state with so many in line.",
    ),
    Figure("estimate_mae_250_min", "expected wait off by, 250 people a day", "min", "lower", 5, 4.5, _LAST, _ESTIMATE),
    Figure("estimate_mae_60_min", "expected wait off by, 60 people a day", "min", "lower", 7, 6.5, _LAST, _ESTIMATE),
    Figure("estimate_band_cover", "waits within the 80 % band, worse site", "", "higher", 0.75, 0.8, _LAST, _ESTIMATE),
)

BY_NAME = {figure.name: figure for figure in FIGURES}
