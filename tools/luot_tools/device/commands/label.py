"""`luot device label`: the label for a reader's case, asked of the reader itself."""

from pathlib import Path

import click

from luot_controller.errors import UsageProblem
from luot_tools.device import label, onboard_reader
from luot_tools.device.commands.options import baud_option, board_at, port_option


@click.command("label")
@port_option
@baud_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file, .svg or .png; default: both, by the reader's id.",
)
def command(port: str | None, baud: int, out: Path | None) -> None:
    """Draw the label of the reader at PORT: id, role, site, and the code of its key, 62 by 29 mm, as SVG and PNG."""
    with board_at(port, baud) as board:
        found = board.call(onboard_reader.installed)
    if not found["reader"]:
        raise UsageProblem(f"{board.address}: this board is no reader yet", "Make it one: luot device setup READER")
    paths = [out] if out else [Path(found["reader"] + suffix) for suffix in label.SUFFIXES]
    label.write(found, paths)
    click.echo(f"{found['reader']}: label drawn in {' and '.join(map(str, paths))}")
