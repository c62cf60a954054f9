"""`luot bench`: measures, prints a table, writes the figures as JSON; fails when one misses what it must reach."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from luot_controller.errors import LuotError
from luot_tools.bench import device, latency, readers, scale, starts, table, throughput
from luot_tools.bench.disk import check, sync_ms
from luot_tools.bench.extent import QUICK, WHOLE, Extent
from luot_tools.bench.figures import BY_NAME, Readings
from luot_tools.bench.ground import Ground, prepare
from luot_tools.bench.page import as_page

Measurement = Callable[[Ground, Extent, Callable[[str], None]], Readings]

MEASUREMENTS: Mapping[Measurement, tuple[str, ...]] = {
    device.accesses: ("poll_accesses", "read_accesses"),
    device.flash_bytes: ("firmware_mpy_bytes",),
    starts.cold_start: ("cold_start_s",),
    latency.tap_to_board: ("tap_to_board_p50_ms", "tap_to_board_p99_ms"),
    readers.card_to_receipt: ("card_to_receipt_p50_ms",),
    throughput.burst: ("burst_ratio", "burst_taps_per_s", "cpu_us_per_tap"),
    throughput.growth: ("growth_ratio",),
    throughput.durable: ("durable_taps_per_s",),
    scale.command_cost: ("command_cost_ratio_100k", "command_cost_100k_us"),
    scale.memory: ("rss_100k_waiting_mib",),
    scale.estimates: ("estimate_mae_250_min", "estimate_mae_60_min", "estimate_band_cover"),
    readers.heap: ("firmware_peak_heap_bytes", "firmware_least_heap_bytes"),
}
"""Each with the figures that it gives."""

_SAYS_LITTLE = ", in a short run whose figures say little"

DISK = Path("/var/tmp")
"""On a disk by convention, where the system's folder for temporary files may be in memory, which syncs for nothing."""


@click.command("bench")
@click.option(
    "--quick", is_flag=True, help="Just enough to see that everything can be measured; the figures say little."
)
@click.option("--only", "names", multiple=True, metavar="NAME", help="This figure alone; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON instead of a table.")
@click.option(
    "--markdown",
    "page_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page docs/performance.md as well.",
)
@click.option(
    "--from",
    "known",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take the figures of an earlier run, such as bench.json, instead of measuring.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("bench.json"),
    show_default=True,
    help="The figures for programs.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help=f"Where the offices live that are measured, on the disk that counts. [default: {DISK}]",
)
def command(
    quick: bool,
    names: tuple[str, ...],
    as_json: bool,
    page_file: Path | None,
    known: Path | None,
    out: Path,
    folder: Path | None,
) -> None:
    """Measure an office, its broker and a reader, all real, on this machine; in about five minutes.

    A naive baseline runs beside each, so that the ratio of the two holds where the machine is slow or busy. The exit
    code is 1 when a figure misses what it must reach; --quick judges nothing.
    """
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(BY_NAME)}", param_hint="--only")
    wanted = names or tuple(BY_NAME)
    if known is not None:
        read = table.from_json(known.read_text(encoding="utf-8"))
        readings, load = {name: read[name] for name in wanted if name in read}, None
    else:
        began = time.monotonic()
        readings = _measure(wanted, QUICK if quick else WHOLE, folder or (DISK if DISK.is_dir() else None))
        load = os.getloadavg()[0]
        out.write_text(table.as_json(readings), encoding="utf-8")
        _tell(f"{time.monotonic() - began:.0f} s; the figures are in {out}")
    if page_file is not None:
        page_file.write_text(as_page(readings, table.machine(load) + (_SAYS_LITTLE if quick else "")), encoding="utf-8")
    click.echo(table.as_json(readings) if as_json else table.as_text(readings), nl=False)
    missed = [] if quick else table.missed(readings)
    if missed:
        raise LuotError(
            f"{len(missed)} of {len(readings)} figures miss what they must reach:\n" + "\n".join(missed),
            "Measure again on a machine that does nothing else: luot bench --only NAME",
        )


def _measure(wanted: tuple[str, ...], extent: Extent, parent: Path | None) -> Readings:
    readings: Readings = {}
    with tempfile.TemporaryDirectory(prefix="luot-bench-", dir=parent) as folder:
        if extent is not QUICK:
            check(Path(folder))
        _tell(f"the disk of {folder} syncs in {sync_ms(Path(folder)):.2f} ms")
        ground = prepare(Path(folder), extent, _tell)
        for measurement, names in MEASUREMENTS.items():
            if set(names) & set(wanted):
                readings |= measurement(ground, extent, _tell)
    return {name: readings[name] for name in wanted}


def _tell(line: str) -> None:
    print(f"luot bench: {line}", file=sys.stderr, flush=True)
