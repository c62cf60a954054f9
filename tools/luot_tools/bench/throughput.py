"""How many taps a second are settled for good: at a steady rate, and in a burst; office and naive prototype alike."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

from luot_controller.access import WATCH, load
from luot_controller.client import OfficeClient
from luot_controller.errors import LuotError
from luot_tools.bench.extent import Extent
from luot_tools.bench.figures import Reading, Readings
from luot_tools.bench.ground import Ground, broker, office
from luot_tools.bench.load import Readers, connected, percentile
from luot_tools.bench.processes import Process
from luot_tools.bench.taps import Volley

Tell = Callable[[str], None]

LIMIT_MS = 50.0
SHARE = 0.99
"""So many of the taps must be settled within LIMIT_MS."""

OPENING = 0.1
"""Share of the taps at a steady rate that open a visit, as long as there are cards; the others ask for their place."""

BURST_OPENING = 1 / 3

FEW = 100
"""Cards that wait when a line is short."""

WINDOW = 500
"""Taps of one reader that are under way at once in a burst: those of all readers fit into the broker's queue."""


def durable(ground: Ground, extent: Extent, tell: Tell) -> Readings:
    """The highest rate of the ladder at which no tap is lost and 99 of 100 are settled within LIMIT_MS."""
    with naive(ground), connected(ground.data, ground.readers) as readers:
        slower = _climb(readers, Volley(ground), extent, lambda line: tell(f"naive prototype: {line}"))
    data = ground.copy("durable")
    with office(data), connected(data, ground.readers) as readers:
        highest = _climb(readers, Volley(ground), extent, tell)
    while highest and not _holds(ground, highest, extent.hold_s, tell):
        highest = max((rate for rate in extent.rates if rate < highest), default=0)
    return {"durable_taps_per_s": Reading(highest, slower)}


def burst(ground: Ground, extent: Extent, tell: Tell) -> Readings:
    """Taps per second of a burst, at the office and at the naive prototype, and their ratio."""
    with naive(ground) as process, connected(ground.data, ground.readers) as readers:
        slower, slower_us = _burst(readers, Volley(ground), extent.naive_burst, process)
    tell(f"naive prototype: burst of {extent.naive_burst:,} at {slower:,.0f} taps/s, {slower_us:.0f} us a tap")
    data = ground.copy("burst")
    with office(data) as process, connected(data, ground.readers) as readers:
        volley = Volley(ground)
        ours, ours_us = _burst(readers, volley, extent.burst, process)
        _check_ledger(data, volley)
    tell(f"burst of {extent.burst:,} at {ours:,.0f} taps/s, {ours_us:.0f} us a tap")
    return {
        "burst_ratio": Reading(ours / slower, 1.0),
        "burst_taps_per_s": Reading(ours, slower),
        "cpu_us_per_tap": Reading(ours_us, slower_us),
    }


def growth(ground: Ground, extent: Extent, tell: Tell) -> Readings:
    """What a tap costs when every card waits, by what it costs when few do."""
    data = ground.copy("growth")
    with office(data) as process, connected(data, ground.readers) as readers:
        volley = Volley(ground)
        _burst(readers, volley, FEW, process, 1.0)
        _, young_us = _burst(readers, volley, extent.growth_taps, process, 0.0)
        few = volley.opened
        _burst(readers, volley, len(ground.cards) - few, process, 1.0)
        _, old_us = _burst(readers, volley, extent.growth_taps, process, 0.0)
        _check_ledger(data, volley)
    tell(f"a tap costs {young_us:.0f} us when {few} wait, {old_us:.0f} us when {volley.opened:,} do")
    return {"growth_ratio": Reading(old_us / young_us, 1.0)}


@contextmanager
def naive(ground: Ground, nodelay: bool = True) -> Iterator[Process]:
    """The naive prototype at the broker of the prepared office."""
    (ground.data / "naive.sqlite").unlink(missing_ok=True)
    with broker(ground.data, nodelay):
        command = (sys.executable, "-m", "luot_tools.bench.naive", ground.data, ground.settings, ground.card_list)
        with Process("the naive prototype", *command, log=ground.folder / "naive.log") as process:
            process.wait_said("ready")
            yield process


def _climb(readers: Readers, volley: Volley, extent: Extent, tell: Tell) -> int:
    """The last rate of the ladder before the first that is not held, tried twice; 0 when not even the lowest is."""
    highest = 0
    for rate in extent.rates:
        if not any(_keeps(readers, volley, rate, extent.rung_s, tell) for _ in range(2)):
            break
        highest = rate
    return highest


def _holds(ground: Ground, rate: int, seconds: float, tell: Tell) -> bool:
    """Whether an office holds this rate so long, by its receipts and by its ledger."""
    data = ground.copy("held")
    with office(data), connected(data, ground.readers) as readers:
        volley = Volley(ground)
        if not _keeps(readers, volley, rate, seconds, tell):
            return False
        _check_ledger(data, volley)
    return True


def _keeps(readers: Readers, volley: Volley, rate: int, seconds: float, tell: Tell) -> bool:
    outcome = readers.at_rate(volley.make(int(rate * seconds), OPENING), rate, LIMIT_MS / 1000, SHARE)
    if outcome is None:
        tell(f"{rate:,} taps/s for {seconds:g} s: too many")
        return False
    latencies = outcome.latencies_ms()
    p50, p99 = (percentile(latencies, share) if latencies else inf for share in (0.5, SHARE))
    tell(f"{rate:,} taps/s for {seconds:g} s: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {outcome.lost} lost")
    return outcome.lost == 0 and p99 <= LIMIT_MS


def _burst(
    readers: Readers, volley: Volley, count: int, process: Process, opening: float = BURST_OPENING
) -> tuple[float, float]:
    """Taps per second, and the microseconds of processor time that each cost `process`."""
    taps = volley.make(count, opening)
    before_s = process.cpu_s
    outcome = readers.as_burst(taps, WINDOW)
    if outcome.lost:
        raise LuotError(f"{outcome.lost} of {count} taps of a burst got no receipt")
    return outcome.per_s, (process.cpu_s - before_s) / len(taps) * 1e6


def _check_ledger(data: Path, volley: Volley) -> None:
    """A LuotError when the office does not count just these taps, once each."""
    with OfficeClient(load(data, WATCH)) as client:
        client.wait_ready(10.0)
        status = client.ask("status")["status"]
    found = (status["counters"].get("taps", 0), status["counters"].get("taps_repeated", 0), status["waiting"])
    if found != (volley.made, 0, volley.opened):
        raise LuotError(
            f"the office counts {found[0]} taps, {found[1]} of them twice, and {found[2]} people waiting",
            f"There were {volley.made} taps by {volley.opened} people: this is a bug of the office or of the bench.",
        )
