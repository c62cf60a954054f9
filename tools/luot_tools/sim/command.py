"""`luot sim`: lets a hall live in an office that runs, and says on stdout what its citizens do."""

import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from luot_controller.errors import DataFolderMissing, UsageProblem
from luot_tools.sim.living import live
from luot_tools.sim.signals import run_until_stopped


@click.command("sim")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("office"),
    envvar="LUOT_DATA",
    show_default=True,
    help="The office's data folder (or $LUOT_DATA).",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The script of the day.")
@click.option("--desks", default="all", show_default=True, help="Desks with a simulated clerk: 2,3,4, or all or none.")
@click.option("--people-per-hour", type=click.FloatRange(0, min_open=True), help="Default: what the desks can bear.")
def command(data: Path, seed: int, desks: str, people_per_hour: float | None) -> None:
    """Let a simulated hall live in an office that runs: real readers, citizens with cards, clerks. For practice only.

    It takes over the entry readers of the site file: real ones must be provisioned again afterwards.

    \b
    luot office --speed 30 &
    luot sim --desks 2,3,4
    """
    with _sole_hall(data):
        run_until_stopped(
            live(data, seed=seed, desks=_desks(desks), people_per_hour=people_per_hour, say=_say, tell=_tell)
        )
    _tell("the hall is empty")


def _desks(text: str) -> Sequence[str] | None:
    if text == "all":
        return None
    return [] if text == "none" else [desk.strip() for desk in text.split(",")]


def _say(line: str) -> None:
    print(line, flush=True)


def _tell(line: str) -> None:
    print(f"luot sim: {line}", file=sys.stderr, flush=True)


@contextmanager
def _sole_hall(data: Path) -> Iterator[None]:
    try:
        lock = os.open(data / "sim.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        raise DataFolderMissing(
            f"{data} holds no office", f"Start one there first: luot office --data {data}"
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UsageProblem(
            f"a simulated hall lives in the office on {data} already", "Stop it first: its readers are these readers."
        ) from None
    finally:
        os.close(lock)
