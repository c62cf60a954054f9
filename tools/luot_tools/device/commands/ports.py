"""`luot device ports`: what is plugged in here; with --ask, what runs on it."""

import json
from typing import Any

import click

from luot_controller.errors import LuotError
from luot_tools.device import onboard, onboard_reader
from luot_tools.device.board import connect
from luot_tools.device.chips import chip, is_board
from luot_tools.device.commands.options import baud_option, json_option
from luot_tools.serial.port import found_ports


@click.command("ports")
@click.option("--ask", is_flag=True, help="Ask each board who it is; what runs on it is stopped and started again.")
@click.option("--port", "named", multiple=True, metavar="PORT", help="This port instead; may be given again.")
@baud_option
@json_option
def command(ask: bool, named: tuple[str, ...], baud: int, as_json: bool) -> None:
    """List the ports that boards may be at: the port, the chip by its USB ids and, when asked, the reader."""
    found = {port.address: port for port in found_ports() if is_board(port)}
    rows: list[dict[str, Any]] = []
    for address in named or found:
        port = found.get(address)
        row: dict[str, Any] = {"port": address, "chip": chip(port) if port else "", "serial": ""}
        if port is not None:
            row["serial"] = port.serial_number
        rows.append(row | (_asked(address, baud) if ask else {}))
    if as_json:
        click.echo(json.dumps(rows))
        return
    if not rows:
        click.echo("no board is plugged in", err=True)
    for row in rows:
        click.echo(f"{row['port']:<20} {row['chip']:<34} {_words(row)}".rstrip())


def _asked(address: str, baud: int) -> dict[str, Any]:
    try:
        with connect(address, baud) as board:
            return board.call(onboard.about) | board.call(onboard_reader.installed)
    except LuotError as error:
        return {"error": error.code, "problem": error.subject}


def _words(row: dict[str, Any]) -> str:
    if "problem" in row:
        return str(row["problem"])
    if "release" not in row:
        return str(row["serial"])
    if not row["reader"]:
        return f"MicroPython {row['release']}, no reader yet"
    state = f"luot {row['version']} ({row['files']})" if row["is_whole"] else "half set up: run luot device setup"
    return f"{row['reader']}, {row['role']} at {row['site']}; {state}"
