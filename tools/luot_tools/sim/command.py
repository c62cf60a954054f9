"""`luot sim`: lets a hall live in an office that runs, or plays the tour, and says on stdout what happens there."""

import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from click.core import ParameterSource

from luot_controller.errors import DataFolderMissing, UsageProblem
from luot_tools.sim.living import live
from luot_tools.sim.signals import run_until_stopped
from luot_tools.sim.tour import playing
from luot_tools.sim.tour.playing import FASTEST, SLOWEST, SPEED


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
@click.option("--tour", is_flag=True, help="Instead: a story of a minute in an office of its own, every claim checked.")
@click.option("--json", "as_json", is_flag=True, help="With --tour: one JSON object for each step.")
@click.option(
    "--speed",
    type=click.FloatRange(SLOWEST, FASTEST),
    default=SPEED,
    show_default=True,
    help="With --tour: office seconds per second.",
)
@click.option(
    "--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="With --tour: of its lines."
)
@click.pass_context
def command(
    context: click.Context,
    data: Path,
    seed: int,
    desks: str,
    people_per_hour: float | None,
    tour: bool,
    as_json: bool,
    speed: float,
    language: str,
) -> None:
    """Let a simulated hall live in an office that runs: real readers, citizens with cards, clerks. For practice only.

    It takes over the entry readers of the site file: real ones must be provisioned again afterwards.

    \b
    luot office --speed 30 &
    luot sim --desks 2,3,4
    luot sim --tour --language en
    """
    _check_together(context, tour)
    if tour:
        if not playing.run(speed=speed, language=language, as_json=as_json, out=_say, tell=_tell):
            raise click.Abort
        return
    with _sole_hall(data):
        run_until_stopped(
            live(data, seed=seed, desks=_desks(desks), people_per_hour=people_per_hour, say=_say, tell=_tell)
        )
    _tell("the hall is empty")


_ONLY_WITH_TOUR = {"as_json": "--json", "speed": "--speed", "language": "--language"}
_NEVER_WITH_TOUR = {"seed": "--seed", "desks": "--desks", "people_per_hour": "--people-per-hour"}


def _check_together(context: click.Context, tour: bool) -> None:
    for name, option in (_NEVER_WITH_TOUR if tour else _ONLY_WITH_TOUR).items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            hint = "The tour is always the same: leave it out." if tour else "Add --tour, or leave it out."
            raise UsageProblem(f"{option} does {'not ' if tour else 'only '}go with --tour", hint)


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
