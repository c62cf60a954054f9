"""`luot device selftest`: whether all of a board works, one line for each thing tried."""

import json

import click

from luot_controller.errors import ExitCode
from luot_tools import firmware
from luot_tools.device import checks, onboard
from luot_tools.device.commands.options import baud_option, board_at, json_option, port_option
from luot_tools.device.setup import with_manifest


@click.command("selftest")
@port_option
@baud_option
@json_option
def command(port: str | None, baud: int, as_json: bool) -> None:
    """Try MicroPython, files, modules, memory, settings, flash and clock of a board; its program is started again.

    Exit code 1 when anything is not as it should be.
    """
    with board_at(port, baud) as board:
        board.restart()
        wanted = with_manifest(firmware.compiled(board.call(onboard.about)["platform"]))
        found = list(checks.run(board, wanted))
    if as_json:
        click.echo(json.dumps([{"name": check.name, "ok": check.is_good, "detail": check.detail} for check in found]))
    else:
        for check in found:
            click.echo(f"{'ok  ' if check.is_good else 'BAD '} {check.name:<12} {check.detail}")
    if not all(check.is_good for check in found):
        raise SystemExit(ExitCode.FAILED)
