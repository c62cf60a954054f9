"""`luot device log`: what a board prints, as it prints it, also across a pulled cable."""

import time
from datetime import datetime

import click

from luot_protocol import wired
from luot_tools.device.commands.options import baud_option, chosen, port_option, tell
from luot_tools.serial.errors import PortLost, PortMissing
from luot_tools.serial.port import open_port

_WAIT_S = 0.5
_LONGEST_LINE_BYTES = 4096


@click.command("log")
@port_option
@baud_option
@click.option("--plain", is_flag=True, help="Without the time of day before each line.")
@click.option("--frames", is_flag=True, help="Also the lines that carry a wired reader's frames.")
@click.option("--once", is_flag=True, help="End when the board goes away, instead of waiting for it.")
def command(port: str | None, baud: int, plain: bool, frames: bool, once: bool) -> None:
    """Print what the board prints, line by line, until Ctrl-C. Nothing is sent to it: its program runs on."""
    address = chosen(port)
    waits = False
    while True:
        try:
            _follow(address, baud, plain, frames)
        except (PortLost, PortMissing) as error:
            if once or (isinstance(error, PortMissing) and not waits):
                raise
            if isinstance(error, PortLost):
                tell(f"{address} has gone; waiting for it")
            waits = True
            time.sleep(_WAIT_S)


def _follow(address: str, baud: int, plain: bool, frames: bool) -> None:
    port = open_port(address, baud)
    rest = b""
    try:
        while True:
            *lines, rest = (rest + port.read(_WAIT_S)).split(b"\n")
            for line in lines:
                _print(line, plain, frames)
            if len(rest) > _LONGEST_LINE_BYTES:
                _print(rest, plain, frames)
                rest = b""
    finally:
        if rest:
            _print(rest, plain, frames)
        port.close()


def _print(line: bytes, plain: bool, frames: bool) -> None:
    if line.startswith(wired.MARK) and not frames:
        return
    # A board may print anything: what a terminal would obey is shown instead of sent to it.
    text = "".join(
        char if char.isprintable() or char == "\t" else f"\\x{ord(char):02x}"
        for char in line.rstrip(b"\r").decode("utf-8", "backslashreplace")
    )
    click.echo(text if plain else f"{datetime.now():%H:%M:%S} {text}")
