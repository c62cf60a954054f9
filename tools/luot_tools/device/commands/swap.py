"""`luot device swap`: a spare board in the place of a dead reader; give the same command again after any trouble."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from luot_controller.errors import UsageProblem
from luot_tools.device import swap
from luot_tools.device.board import connect
from luot_tools.device.chips import is_board
from luot_tools.device.commands.options import ProgressLine, baud_option, data_option, json_option, tell, wired_option
from luot_tools.device.office import OfficeFolder
from luot_tools.device.setup import Step, Wish
from luot_tools.serial.port import found_ports


@click.command("swap")
@click.argument("reader")
@data_option
@click.option(
    "--from", "from_", metavar="PORT", help="Of the old board, if it still answers: its unsent taps are saved."
)
@click.option("--to", metavar="PORT", help="Of the spare. Default: the only other board at this machine.")
@wired_option
@click.option("--hall", help="On a PC: host:port of the hall that stands in for the card front end.")
@baud_option
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
def command(
    reader: str,
    data: Path,
    from_: str | None,
    to: str | None,
    wired: bool | None,
    hall: str | None,
    baud: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Let a spare board become READER in place of a dead one: same role and name, a new key, no tap lost.

    With --from the taps that the old board could not send are read out of it and handed to the office, each once and at
    the time when it was made, as far as the old board still knows it: do not restart it or pull its power before.
    Its frames go over cable or network as the old board's did. Without --from only the key changes. Frames under the
    old key are refused as soon as the new one is made.

    \b
    luot device swap entry-1 --from /dev/ttyACM0 --to /dev/ttyACM1
    luot device swap entry-1
    """
    to = to or _other(from_)
    if to == from_:
        raise UsageProblem(f"{to} is both the old board and the spare", "Plug in the spare too, and name both ports.")
    office = OfficeFolder(data, hall)
    office.kid(reader)
    work = swap.Swap(Wish(reader, office, wired=wired), office, data / f"unsent-{reader}.json")
    began_s = time.monotonic()
    for address, step in _steps(work, from_, to, baud, dry_run):
        took_s = time.monotonic() - began_s
        if as_json:
            click.echo(json.dumps({"port": address, **step._asdict(), "at_s": round(took_s, 1)}))
        else:
            click.echo(f"{took_s:6.1f} s  {address}  {step.name:<10} {step.did:<8} {step.detail}")
    if from_ is None and not dry_run:
        tell("if the old board answers over a cable one day: the same command with --from saves its taps.")


def _steps(work: swap.Swap, from_: str | None, to: str, baud: int, dry_run: bool) -> Iterator[tuple[str, Step]]:
    with ExitStack() as boards:
        old = None if from_ is None else boards.enter_context(connect(from_, baud))
        spare = boards.enter_context(connect(to, baud))
        if old is not None:
            work = swap.like_the_old(old, work)
            for step in swap.take_taps(old, work, dry_run=dry_run):
                yield old.address, step
        line = ProgressLine()
        for step in swap.take_place(spare, work, dry_run=dry_run, progress=line):
            line.clear()
            yield spare.address, step
        if old is not None and not dry_run:
            for step in swap.let_go(old):
                yield old.address, step
            work.file.unlink(missing_ok=True)
        if not dry_run:
            yield spare.address, Step("ready", "done", f"{work.wish.reader} is this board")


def _other(from_: str | None) -> str:
    boards = [found.address for found in found_ports() if is_board(found) and found.address != from_]
    if len(boards) == 1:
        return boards[0]
    if boards:
        raise UsageProblem(f"there are {len(boards)} boards", f"Name the spare with --to: {', '.join(boards)}.")
    raise UsageProblem("there is no spare board at this machine", "Plug one in, or name its port with --to.")
