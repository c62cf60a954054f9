"""`luot device identify`: lets one of several boards blink."""

import click

from luot_controller.errors import LuotError
from luot_tools.device import onboard_reader
from luot_tools.device.commands.options import baud_option, board_at, port_option

_SPARE_S = 10.0


@click.command("identify")
@port_option
@baud_option
@click.option("--seconds", type=click.IntRange(1, 60), default=5, show_default=True)
def command(port: str | None, baud: int, seconds: int) -> None:
    """Let the light of the board at PORT blink; its program is started again afterwards."""
    with board_at(port, baud) as board:
        problem = board.call_within(seconds + _SPARE_S, onboard_reader.blink, seconds)
    if problem:
        raise LuotError(f"{board.address}: its light cannot be used: {problem}", "Pull its cable to see which it is.")
    click.echo(f"{board.address} has blinked")
