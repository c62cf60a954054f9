"""`luot bench`: measures, prints a table, writes the figures as JSON. Never fails for what a figure is."""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from luot_tools.bench import device, latency, readers, scale, starts, table, throughput
from luot_tools.bench.extent import QUICK, WHOLE, Extent
from luot_tools.bench.figures import BY_NAME, Readings
from luot_tools.bench.ground import Ground, prepare

Measurement = Callable[[Ground, Extent, Callable[[str], None]], Readings]

MEASUREMENTS: Mapping[Measurement, tuple[str, ...]] = {
    device.accesses: ("poll_accesses", "read_accesses"),
    device.flash_bytes: ("firmware_mpy_bytes",),
    starts.cold_start: ("cold_start_s",),
    latency.tap_to_board: ("tap_to_board_p50_ms", "tap_to_board_p99_ms"),
    readers.card_to_receipt: ("card_to_receipt_p50_ms",),
    throughput.burst: ("burst_ratio", "burst_taps_per_s"),
    throughput.durable: ("durable_taps_per_s",),
    scale.command_cost: ("command_cost_ratio_100k", "command_cost_100k_us"),
    scale.memory: ("rss_100k_waiting_mib",),
    scale.estimates: ("estimate_mae_250_min", "estimate_mae_60_min", "estimate_band_cover"),
    readers.heap: ("firmware_peak_heap_bytes", "firmware_least_heap_bytes"),
}
"""Each with the figures that it gives."""

DISK = Path("/var/tmp")
"""On a disk by convention, where the system's folder for temporary files may be in memory, which syncs for nothing."""


@click.command("bench")
@click.option(
    "--quick", is_flag=True, help="Just enough to see that everything can be measured; the figures say little."
)
@click.option("--only", "names", multiple=True, metavar="NAME", help="This figure alone; may be given again.")
@click.option("--markdown", is_flag=True, help="Print the table as docs/performance.md holds it.")
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
def command(quick: bool, names: tuple[str, ...], markdown: bool, out: Path, folder: Path | None) -> None:
    """Measure an office, its broker and a reader, all real, on this machine; in under five minutes.

    A naive baseline runs beside each, so that the ratio of the two holds where the machine is slow or busy.
    """
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(BY_NAME)}", param_hint="--only")
    wanted = names or tuple(BY_NAME)
    began = time.monotonic()
    readings = _measure(wanted, QUICK if quick else WHOLE, folder or (DISK if DISK.is_dir() else None))
    out.write_text(table.as_json(readings), encoding="utf-8")
    click.echo(table.as_markdown(readings) if markdown else table.as_text(readings), nl=False)
    click.echo(f"\nMeasured on {table.machine()}.")
    _tell(f"{time.monotonic() - began:.0f} s; the figures are in {out}")


def _measure(wanted: tuple[str, ...], extent: Extent, parent: Path | None) -> Readings:
    readings: Readings = {}
    with tempfile.TemporaryDirectory(prefix="luot-bench-", dir=parent) as folder:
        ground = prepare(Path(folder), extent, _tell)
        for measurement, names in MEASUREMENTS.items():
            if set(names) & set(wanted):
                readings |= measurement(ground, extent, _tell)
    return {name: readings[name] for name in wanted}


def _tell(line: str) -> None:
    print(f"luot bench: {line}", file=sys.stderr, flush=True)
