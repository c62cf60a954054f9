"""`luot device shell`: a person types to a board's MicroPython. Interprets nothing but the key that ends it."""

import os
import select
import sys
import termios
import tty

import click

from luot_controller.errors import UsageProblem
from luot_tools.device.commands.options import baud_option, chosen, port_option
from luot_tools.serial.port import SerialPort, open_port

_END = b"\x1d"
_TURN_S = 0.02


@click.command("shell")
@port_option
@baud_option
def command(port: str | None, baud: int) -> None:
    """Type to the board at PORT: Ctrl-C stops its program, Ctrl-D starts it anew, Ctrl-] leaves."""
    if not sys.stdin.isatty():
        raise UsageProblem("the shell needs a terminal", "For scripts there is luot device files.")
    line = open_port(chosen(port), baud)
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setraw(keyboard)
        sys.stderr.write(f"luot device: {line.address}; Ctrl-] leaves\r\n")
        sys.stderr.flush()
        _relay(keyboard, line)
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
        line.close()
        click.echo()


def _relay(keyboard: int, line: SerialPort) -> None:
    while True:
        said = line.read(_TURN_S)
        if said:
            os.write(sys.stdout.fileno(), said)
        ready, _, _ = select.select([keyboard], [], [], 0)
        if ready:
            typed = os.read(keyboard, 1024)
            before, end, _ = typed.partition(_END)
            if before:
                line.write(before)
            if end or not typed:
                return
