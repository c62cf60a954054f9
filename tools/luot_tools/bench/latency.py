"""From a tap in the reader's socket to the board that shows it, at an office's own pace. Loads nothing to its limit."""

import json
import random
import select
import time
from collections.abc import Callable
from pathlib import Path

from luot_controller.errors import TimedOut
from luot_protocol import topics
from luot_tools.bench.extent import Extent
from luot_tools.bench.figures import Reading, Readings
from luot_tools.bench.ground import Ground, broker, office, reader_access, start_office, watch
from luot_tools.bench.load import percentile
from luot_tools.bench.taps import Volley
from luot_tools.bench.wire import Wire

PER_S = 20
WITHIN_S = 10.0


def tap_to_board(ground: Ground, extent: Extent, tell: Callable[[str], None]) -> Readings:
    """The median and the 99th of 100, each tap with a card of its own; then the same without TCP_NODELAY."""
    data = ground.copy("board")
    with office(data):
        ours = _watched(ground, data, extent.board_taps)
    tell(f"tap to board: {_words(ours)}")
    data = ground.copy("board-nagle")
    with broker(data, nodelay=False) as url, start_office(data, "--url", url, nodelay=False) as process:
        process.wait_said(" is open")
        theirs = _watched(ground, data, extent.board_baseline_taps)
    tell(f"tap to board without TCP_NODELAY: {_words(theirs)}")
    return {
        f"tap_to_board_{name}_ms": Reading(percentile(ours, share), percentile(theirs, share))
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }


def _watched(ground: Ground, data: Path, count: int) -> list[float]:
    """Milliseconds of each tap, sorted. A card more waits with each, so the board says which tap it includes."""
    rng = random.Random(count)
    latencies = []
    wires = []
    for row in ground.readers:
        access = reader_access(data, row.reader)
        wires.append(Wire(access, f"bench-{row.reader}", topics.build(access.site, "link_down", row.reader)))
    with watch(data, "board") as board:
        for waiting, tap in enumerate(Volley(ground).make(count), 1):
            # Not in step with anything: between half and one and a half of the mean interval.
            time.sleep(rng.uniform(0.5, 1.5) / PER_S)
            began_ns = time.monotonic_ns()
            wires[tap.id[0]].send(tap.packet)
            latencies.append((_shown_ns(board, wires, waiting) - began_ns) / 1e6)
    for wire in wires:
        wire.close()
    return sorted(latencies)


def _shown_ns(board: Wire, readers: list[Wire], waiting: int) -> int:
    """When the board came that says so many wait; receipts are acknowledged meanwhile."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        ready, _, _ = select.select([board, *readers], (), (), WITHIN_S)
        arrived_ns = time.monotonic_ns()
        for wire in ready:
            shown = [json.loads(payload)["waiting"] for payload in wire.take() if wire is board]
            if shown and shown[-1] >= waiting:
                return arrived_ns
    raise TimedOut(f"no board shows {waiting} people within {WITHIN_S:g} s")


def _words(latencies: list[float]) -> str:
    p50, p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
    return f"p50 {p50:.2f} ms, p99 {p99:.2f} ms of {len(latencies)} taps"
