"""`luot device selftest`: whether all of a board works, one line for each thing tried."""

import json
from pathlib import Path

import click

from luot_controller.errors import ExitCode, LuotError
from luot_tools import firmware
from luot_tools.device import checks, onboard, report
from luot_tools.device.commands.options import baud_option, board_at, data_option, json_option, port_option, tell
from luot_tools.device.office import OfficeFolder
from luot_tools.device.setup import with_manifest

_MARKS = {True: "ok  ", False: "BAD ", None: "-   "}


@click.command("selftest")
@click.option(
    "--card", "card_s", type=click.IntRange(0, 60), default=0, help="Wait so many seconds for a card to be held to it."
)
@data_option
@port_option
@baud_option
@json_option
def command(card_s: int, data: Path, port: str | None, baud: int, as_json: bool) -> None:
    """Try MicroPython, files, modules, memory, settings and flash of a board, then let the reader try its own parts.

    Its parts are the card chip and its field, the outbox, the counter of milliseconds, radio and battery. That report
    is signed by the reader's key, and verified where the office's data folder is. The program is started again.
    Exit code 1 when anything is not as it should be; what could not be tried is marked with a hyphen.
    """
    with board_at(port, baud) as board:
        board.restart()
        wanted = with_manifest(firmware.compiled(board.call(onboard.about)["platform"]))
        found = list(checks.run(board, wanted))
        if all(check.is_good for check in found):
            if card_s:
                tell(f"hold a card to the reader, within {card_s} s")
            found += report.ask(board, card_s, lambda reader, kid: _key(data, reader, kid))
            # The modules that were loaded are not to share the memory with the program.
            board.restart()
    if as_json:
        click.echo(json.dumps([{"name": check.name, "ok": check.is_good, "detail": check.detail} for check in found]))
    else:
        for check in found:
            click.echo(f"{_MARKS[check.is_good]} {check.name:<12} {check.detail}")
    if any(check.is_good is False for check in found):
        raise SystemExit(ExitCode.FAILED)


def _key(data: Path, reader: str, kid: str) -> bytes | None:
    """The reader's key, if this office has it under that name."""
    office = OfficeFolder(data)
    try:
        if not data.exists() or office.kid(reader) != kid:
            return None
    except LuotError:
        return None
    return bytes.fromhex(json.loads(office.settings(reader, keep_key=True, wired=False))["key"])
