"""`luot device reset`: starts a board anew."""

import click

from luot_tools.device.commands.options import baud_option, board_at, port_option


@click.command("reset")
@port_option
@baud_option
@click.option("--prompt", is_flag=True, help="Without main.py: the board waits for you.")
def command(port: str | None, baud: int, prompt: bool) -> None:
    """Stop what runs on the board and start it anew."""
    with board_at(port, baud) as board:
        board.restart()
        if prompt:
            board.leave()
    click.echo(f"{board.address}: started anew{', waiting at its prompt' if prompt else ''}")
