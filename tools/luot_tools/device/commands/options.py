"""What the commands for boards share: how a port is chosen, and how work is shown on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from luot_controller.errors import UsageProblem
from luot_tools.device.board import Board, connect
from luot_tools.device.chips import is_board
from luot_tools.serial.port import BAUD, found_ports

port_option = click.option(
    "--port",
    metavar="PORT",
    envvar="LUOT_PORT",
    help="Such as /dev/ttyACM0, COM3, socket://HOST:PORT, rfc2217://HOST:PORT (or $LUOT_PORT). "
    "Default: the only board there is.",
)
baud_option = click.option("--baud", type=click.IntRange(1200, 4_000_000), default=BAUD, show_default=True)
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
wired_option = click.option(
    "--wired/--network",
    default=None,
    help="Its frames go over its cable to luot device bridge, or to the broker. Default: as the board is.",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("office"),
    envvar="LUOT_DATA",
    show_default=True,
    help="The office's data folder (or $LUOT_DATA).",
)


def chosen(port: str | None) -> str:
    """The port that was named, or of the only board at this machine; raises UsageProblem."""
    if port is not None:
        return port
    boards = [found.address for found in found_ports() if is_board(found)]
    if len(boards) == 1:
        return boards[0]
    if boards:
        raise UsageProblem(f"there are {len(boards)} boards", f"Choose one with --port: {', '.join(boards)}.")
    raise UsageProblem("there is no board at this machine", "Plug one in, or name its port with --port.")


@contextmanager
def board_at(port: str | None, baud: int = BAUD) -> Iterator[Board]:
    """The board at the chosen port, until the command ends."""
    with connect(chosen(port), baud) as board:
        yield board


def tell(line: str) -> None:
    """Talk, on stderr."""
    click.echo(f"luot device: {line}", err=True)


class ProgressLine:
    """A line on a terminal that always says how far a file is; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._width = 0

    def __call__(self, path: str, done: int, whole: int) -> None:
        """See files.Progress."""
        if self._shows:
            percent = 100 * done // whole if whole else 100
            self._write(f"{path} {percent} %")

    def clear(self) -> None:
        """Leave the line empty."""
        if self._width:
            self._write("")
            self._width = 0

    def _write(self, text: str) -> None:
        sys.stderr.write("\r" + text.ljust(self._width) + ("" if text else "\r"))
        sys.stderr.flush()
        self._width = len(text)
