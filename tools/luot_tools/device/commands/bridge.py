"""`luot device bridge`: readers on cables, carried to the office's broker, with a live line for each."""

import json
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import click

from luot_controller import access
from luot_controller.access import BRIDGE
from luot_tools.device.bridge.bridge import Bridge
from luot_tools.device.bridge.office import Office
from luot_tools.device.bridge.row import CARRIED, CLOSED, LOST, REFUSED, SILENT, WAITING, Row
from luot_tools.device.chips import is_board
from luot_tools.device.commands.options import baud_option, data_option, json_option, tell
from luot_tools.serial.port import found_ports, open_port

_LOOK_S = 0.25

_WORDS = {
    CLOSED: "not open",
    SILENT: "no reader speaks",
    WAITING: "no office",
    CARRIED: "connected",
    REFUSED: "refused",
    LOST: "cable lost",
}


@click.command("bridge")
@click.option("--port", "named", multiple=True, metavar="PORT", help="Only this port; may be given again.")
@data_option
@click.option(
    "--access",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="On another machine: a copy of the office's access/bridge.json.",
)
@baud_option
@json_option
def command(named: tuple[str, ...], data: Path, file: Path | None, baud: int, as_json: bool) -> None:
    """Carry the frames of all readers that are plugged in to the office, and its receipts to them, until Ctrl-C.

    Without --port every USB port is listened at, also those that are plugged in later. Cables and broker may come and
    go: a reader keeps each tap until the office has it.

    \b
    luot device bridge
    luot device bridge --access bridge.json --port /dev/ttyACM0 --port socket://10.0.0.7:4000
    """
    office = Office(lambda: access.load_file(file) if file else access.load(data, BRIDGE))
    bridge = Bridge(
        office,
        named,
        opens=lambda address: open_port(address, baud),
        finds=lambda: [found.address for found in found_ports() if is_board(found)],
    )
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    show = _as_json if as_json else _Lines().show
    if not named and not as_json:
        tell("waiting for readers to be plugged in; Ctrl-C ends")
    known: list[Row] = []
    try:
        while not stopping.wait(_LOOK_S):
            bridge.look()
            rows = bridge.rows()
            show(known, rows)
            known = rows
    finally:
        bridge.stop()


def _as_json(known: list[Row], rows: list[Row]) -> None:
    """One line for each port that is not as it was, beside the time of its last line."""
    before = {row.port: row for row in known}
    for row in rows:
        if row._replace(heard_s=None) != before.get(row.port, Row(""))._replace(heard_s=None):
            click.echo(json.dumps(_fields(row)))
    for port in before.keys() - {row.port for row in rows}:
        click.echo(json.dumps({"port": port, "state": "gone"}))
    sys.stdout.flush()


def _fields(row: Row) -> dict[str, object]:
    fields = row._asdict()
    heard_s = fields.pop("heard_s")
    return fields | {"silent_s": None if heard_s is None else round(time.monotonic() - heard_s, 1)}


class _Lines:
    """A line for each port, kept up to date on a terminal; elsewhere a line for each change that one would act on."""

    def __init__(self) -> None:
        self._is_live = sys.stdout.isatty()
        self._height = 0

    def show(self, known: list[Row], rows: list[Row]) -> None:
        """The rows, and what they were before."""
        if self._is_live:
            width = shutil.get_terminal_size().columns - 1
            up = f"\x1b[{self._height}A" if self._height else ""
            sys.stdout.write(up + "".join(f"\r\x1b[K{_line(row)[:width]}\n" for row in rows) + "\x1b[J")
            sys.stdout.flush()
            self._height = len(rows)
            return
        before = {row.port: _news(row) for row in known}
        for row in rows:
            if _news(row) != before.get(row.port):
                click.echo(_line(row))


def _news(row: Row) -> tuple[str, ...]:
    return row.state, row.reader, row.problem


def _line(row: Row) -> str:
    told = [f"{row.port:<16} {row.reader or '-':<16} {_WORDS[row.state]:<17}"]
    if row.taps or row.receipts:
        told.append(f"{row.taps} taps, {row.receipts} receipts")
    if row.heard_s is not None:
        told.append(f"{time.monotonic() - row.heard_s:.0f} s ago")
    if row.pulled:
        told.append(f"cable lost {row.pulled} times")
    if row.damaged:
        told.append(f"{row.damaged} damaged lines")
    if row.problem:
        told.append(f"{row.problem}. {row.hint}".rstrip())
    return "  ".join(told).rstrip()
