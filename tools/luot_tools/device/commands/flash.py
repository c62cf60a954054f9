"""`luot device flash`: puts a MicroPython image on a board."""

from pathlib import Path

import click

from luot_tools.device import flashing, images
from luot_tools.device.commands.options import ProgressLine, port_option

image_options = [
    click.option(
        "--image",
        type=click.Path(path_type=Path, exists=True),
        help="MicroPython for the board: .uf2 for an RP2040, .bin for an ESP32; or a folder of them for several chips.",
    ),
    click.option("--sha256", help="What the image must be; default: what IMAGE.sha256 or SHA256SUMS says."),
    click.option(
        "--drive",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="The drive of an RP2040 with BOOTSEL held; default: it is looked for.",
    ),
]


@click.command("flash")
@port_option
@image_options[0]
@image_options[1]
@image_options[2]
@click.option("--wait", "wait_s", type=click.FloatRange(0), default=0, help="Seconds to wait for the board's drive.")
@click.option("--dry-run", is_flag=True, help="Only check the image.")
def command(
    port: str | None, image: Path | None, sha256: str | None, drive: Path | None, wait_s: float, dry_run: bool
) -> None:
    """Check IMAGE against its hash and put it on the board. All that is in the board's memory may be lost."""
    if image is None:
        raise click.MissingParameter(param_hint="--image", param_type="option")
    found = images.load(image, sha256)
    if dry_run:
        for checked in found:
            click.echo(f"{checked.path}: a good image for an {checked.chip}, {len(checked.data)} bytes")
        click.echo("nothing was flashed")
        return
    line = ProgressLine()
    flashed, place = flashing.flash(found, port, drive, line, wait_s)
    line.clear()
    click.echo(f"{flashed.path} is on the {place}")
