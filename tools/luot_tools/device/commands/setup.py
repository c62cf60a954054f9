"""`luot device setup`: from a bare board to a reader that works; give the same command again after any trouble."""

import json
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import click

from luot_controller.errors import LuotError, UsageProblem
from luot_tools import firmware
from luot_tools.device import flashing, images, onboard_reader, setup
from luot_tools.device.board import connect
from luot_tools.device.chips import is_board
from luot_tools.device.commands.flash import image_options
from luot_tools.device.commands.options import (
    ProgressLine,
    baud_option,
    chosen,
    data_option,
    json_option,
    port_option,
    tell,
    wired_option,
)
from luot_tools.device.office import Identities, OfficeFolder, SettingsFile
from luot_tools.device.setup import Step, Wish
from luot_tools.serial.errors import BoardNeverPrompts, BoardSilent
from luot_tools.serial.port import found_ports

_STARTS_WITHIN_S = 20.0


@click.command("setup")
@click.argument("reader", required=False)
@data_option
@click.option(
    "--settings",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Instead of an office: the reader's settings.json, made there with luot device provision.",
)
@wired_option
@click.option("--hall", help="On a PC: host:port of the hall that stands in for the card front end.")
@port_option
@baud_option
@image_options[0]
@image_options[1]
@image_options[2]
@click.option("--all", "all_", is_flag=True, help="Every board here that is a reader already, each as it is.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
def command(
    reader: str | None,
    data: Path,
    settings: Path | None,
    wired: bool | None,
    hall: str | None,
    port: str | None,
    baud: int,
    image: Path | None,
    sha256: str | None,
    drive: Path | None,
    all_: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make the board a working READER: MicroPython if need be, our files, settings with a key, a self-test, a start.

    Each step looks first and does only what is missing, so the same command brings a reader up to date, or goes on
    where a pulled cable ended it. READER may be left out for a board that is one already.

    \b
    luot device setup entry-1
    luot device setup entry-1 --image RPI_PICO.uf2
    luot device setup --all
    """
    if all_ and (reader or port or settings or image):
        raise UsageProblem("--all goes with no reader, port, settings or image", "Leave them out, or leave out --all.")
    identities: Identities = OfficeFolder(data, hall) if settings is None else SettingsFile(settings)
    if isinstance(identities, SettingsFile):
        reader = reader or identities.reader
    if image is not None and not dry_run:
        port = _with_micropython(images.load(image, sha256), port, baud, drive)
    ports = [found.address for found in found_ports() if is_board(found)] if all_ else [chosen(port)]
    wish = _Wishes(identities, reader, wired)
    failed: LuotError | None = None
    for address in ports:
        try:
            for step in _steps(address, baud, wish, dry_run):
                _show(address, step, as_json)
        except LuotError as error:
            if not all_:
                raise
            tell(f"{error.subject}. {error.hint}")
            failed = failed or error
    if failed is not None:
        raise failed


class _Wishes:
    """What each board is to become; the firmware is compiled once for each kind of board."""

    def __init__(self, identities: Identities, reader: str | None, wired: bool | None) -> None:
        self._identities = identities
        self._reader = reader
        self._wired = wired
        self._compile = cache(firmware.compiled)

    def of(self, address: str, installed: str) -> Wish:
        """For a board that says it is `installed` already."""
        if not self._reader and not installed:
            raise UsageProblem(
                f"{address}: this board is no reader yet", "Say which it is to be: luot device setup READER"
            )
        return Wish(self._reader or installed, self._identities, self._compile, wired=self._wired)


def _steps(address: str, baud: int, wishes: _Wishes, dry_run: bool) -> Iterator[Step]:
    line = ProgressLine()
    began_s = time.monotonic()
    with connect(address, baud) as board:
        installed = board.call(onboard_reader.installed)
        wish = wishes.of(address, installed["reader"])
        for step in setup.steps(board, wish, dry_run=dry_run, progress=line):
            line.clear()
            yield step
    if not dry_run:
        yield Step("ready", "done", f"{wish.reader}, in {time.monotonic() - began_s:.1f} s")


def _with_micropython(image: images.Image, port: str | None, baud: int, drive: Path | None) -> str:
    """The port of a board on which MicroPython answers: it does already, or it is flashed first."""
    if image.kind == images.UF2 and port is None:
        line = ProgressLine()
        before = {found.address for found in found_ports()}
        flashing.flash(image, None, drive, line)
        line.clear()
        return _appeared(lambda: sorted({found.address for found in found_ports() if is_board(found)} - before))
    address = chosen(port)
    try:
        with connect(address, baud) as board:
            board.enter()
    except (BoardSilent, BoardNeverPrompts):
        flashing.flash(image, address, drive, ProgressLine())
        flashing.wait_until(lambda: _answers(address, baud), _STARTS_WITHIN_S)
    return address


def _appeared(look: Callable[[], list[str]]) -> str:
    if not flashing.wait_until(lambda: bool(look()), _STARTS_WITHIN_S):
        raise LuotError("the board was flashed but does not come back", "Plug it in again and give the same command.")
    return look()[0]


def _answers(address: str, baud: int) -> bool:
    try:
        with connect(address, baud) as board:
            board.enter()
    except LuotError:
        return False
    return True


def _show(address: str, step: Step, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"port": address, **step._asdict()}))
    else:
        click.echo(f"{address}  {step.name:<10} {step.did:<8} {step.detail}")
