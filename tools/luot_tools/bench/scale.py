"""The engine with 100,000 people in line, and the worth of its estimates; measured by the controller, as our child.

A tool knows nothing of the engine: it runs the controller's program and reads one line of JSON.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from luot_tools.bench.extent import Extent
from luot_tools.bench.figures import Reading, Readings
from luot_tools.bench.ground import Ground
from luot_tools.bench.processes import run

Tell = Callable[[str], None]

FEW = "100"
SEED = 7


def command_cost(_ground: Ground, extent: Extent, tell: Tell) -> Readings:
    """What a command costs with many in line, and how many times that of one with 100."""
    found = _measured("cost", extent.most_waiting, extent.cost_rounds)
    for waiting, each_us in found["luot"].items():
        tell(f"{int(waiting):,} in line: {each_us:.0f} us a command; sorted again {found['naive'][waiting]:,.0f} us")
    most = str(extent.most_waiting)
    luot, naive = (found[line][most] for line in ("luot", "naive"))
    return {
        "command_cost_ratio_100k": Reading(luot / found["luot"][FEW], naive / found["naive"][FEW]),
        "command_cost_100k_us": Reading(luot, naive),
    }


def memory(_ground: Ground, extent: Extent, tell: Tell) -> Readings:
    """The most memory of a process with the whole state, Python included."""
    found = _measured("weight", extent.most_waiting)
    naive = _measured("naive-weight", extent.most_waiting)
    tell(f"{found['waiting']:,} in line: {found['luot']:.0f} MiB; a list of dictionaries {naive['naive']:.0f} MiB")
    return {"rss_100k_waiting_mib": Reading(found["luot"], naive["naive"])}


def estimates(_ground: Ground, extent: Extent, tell: Tell) -> Readings:
    """The errors of what people are told, on simulated days of a large and of a small site."""
    found = _measured("accuracy", extent.simulated_days, SEED)
    for site in ("large", "small"):
        row = found[site]
        tell(
            f"{site} site, {row['people']:,} who waited {row['mean_wait_min']:.1f} min on average: off by "
            f"{row['error_min']:.2f} min, bias {row['bias_min']:+.2f} min, {row['cover']:.1%} within the band"
        )
    large, small = found["large"], found["small"]
    worse = min(large, small, key=lambda row: float(row["cover"]))
    return {
        "estimate_mae_250_min": Reading(large["error_min"], large["naive_error_min"]),
        "estimate_mae_60_min": Reading(small["error_min"], small["naive_error_min"]),
        "estimate_band_cover": Reading(worse["cover"], worse["naive_cover"]),
    }


def _measured(*words: str | int) -> dict[str, Any]:
    output = run("the engine's measurement", sys.executable, "-m", "luot_controller.replay", *map(str, words))
    found: dict[str, Any] = json.loads(output)
    return found
