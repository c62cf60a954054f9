"""`luot device setup`: from a bare board to a reader that works; give the same command again after any trouble."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click

from luot_controller.errors import LuotError, UsageProblem
from luot_tools import firmware
from luot_tools.device import flashing, images, label, onboard_reader, setup
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
from luot_tools.device.commands.side_by_side import side_by_side
from luot_tools.device.files import Progress
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
@click.option(
    "--label",
    "labels",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Draw the label in this folder, too, as SVG and PNG.",
)
@click.option("--all", "all_", is_flag=True, help="Every board here that is a reader already, each as it is, at once.")
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
    labels: Path | None,
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
    luot device setup entry-1 --image bundle
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
    if not ports:
        raise UsageProblem("there is no board at this machine", "Plug one in.")
    work = _Work(wish, baud, dry_run, labels)
    if not all_:
        line = ProgressLine()
        for step in work.steps(ports[0], line):
            line.clear()
            _show(ports[0], step, as_json)
        return
    failed = side_by_side(ports, work.steps, lambda address, what: _show(address, what, as_json))
    if failed:
        raise failed[0]


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


class _Work(NamedTuple):
    """What is done to each board; labels: where its label is drawn, None for none."""

    wishes: _Wishes
    baud: int
    dry_run: bool
    labels: Path | None

    def steps(self, address: str, progress: Progress) -> Iterator[Step]:
        """All of it, for the board at `address`."""
        began_s = time.monotonic()
        with connect(address, self.baud) as board:
            installed = board.call(onboard_reader.installed)
            wish = self.wishes.of(address, installed["reader"])
            yield from setup.steps(board, wish, dry_run=self.dry_run, progress=progress)
        if self.dry_run:
            return
        if self.labels is not None:
            settings = json.loads(wish.identities.settings(wish.reader, keep_key=True))
            paths = [self.labels / (wish.reader + suffix) for suffix in label.SUFFIXES]
            label.write(settings, paths)
            yield Step("label", "done", " and ".join(map(str, paths)))
        yield Step("ready", "done", f"{wish.reader}, in {time.monotonic() - began_s:.1f} s")


def _with_micropython(found: Sequence[images.Image], port: str | None, baud: int, drive: Path | None) -> str:
    """The port of a board on which MicroPython answers: it does already, or it is flashed first."""
    chips = {image.chip for image in found if image.kind == images.UF2}
    if port is None and (drive or flashing.drives(chips) or all(image.kind == images.UF2 for image in found)):
        line = ProgressLine()
        before = {port.address for port in found_ports()}
        flashing.flash(found, None, drive, line)
        line.clear()
        return _appeared(lambda: sorted({port.address for port in found_ports() if is_board(port)} - before))
    address = chosen(port)
    try:
        with connect(address, baud) as board:
            board.enter()
    except (BoardSilent, BoardNeverPrompts):
        flashing.flash(found, address, drive, ProgressLine())
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


def _show(address: str, what: Step | LuotError, as_json: bool) -> None:
    if isinstance(what, LuotError):
        tell(f"{what.subject}. {what.hint}")
    elif as_json:
        click.echo(json.dumps({"port": address, **what._asdict()}))
    else:
        click.echo(f"{address}  {what.name:<10} {what.did:<8} {what.detail}")
