"""How long the controller takes from its start to its first word on the broker, which runs already."""

import json
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from luot_controller.errors import TimedOut
from luot_tools.bench.extent import Extent
from luot_tools.bench.figures import Reading, Readings
from luot_tools.bench.ground import Ground, broker, start_office, watch
from luot_tools.bench.processes import START_WITHIN_S
from luot_tools.bench.wire import Wire

# What the office imports that is not its own.
_IMPORTS = "import click, msgspec, sqlite3, logging, paho.mqtt.client; print(flush=True)"


def cold_start(ground: Ground, extent: Extent, tell: Callable[[str], None]) -> Readings:
    """The median of some starts, each beside a bare Python that imports the same libraries."""
    data = ground.copy("starts")
    ours, bare = [], []
    with broker(data) as url, watch(data, "office") as office:
        for _ in range(extent.starts):
            bare.append(_imports_s())
            with start_office(data, "--url", url, tied=False) as process:
                ours.append((_said_ns(office, "open") - process.began_ns) / 1e9)
            _said_ns(office, "stopped")
    tell(f"cold start: {', '.join(f'{seconds:.2f}' for seconds in ours)} s")
    return {"cold_start_s": Reading(statistics.median(ours), statistics.median(bare))}


def _said_ns(office: Wire, state: str) -> int:
    """When the office said that it is in this state."""
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until:
        ready, _, _ = select.select([office], (), (), 1.0)
        arrived_ns = time.monotonic_ns()
        if ready and any(json.loads(payload)["state"] == state for payload in office.take()):
            return arrived_ns
    raise TimedOut(f"the office has not said that it is {state} within {START_WITHIN_S:g} s")


def _imports_s() -> float:
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", _IMPORTS], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return time.monotonic() - began
