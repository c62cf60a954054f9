"""`luot office --demo`: a whole living office in one terminal, gone without a trace when it ends."""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from luot_controller.access import WATCH
from luot_controller.errors import LuotError
from luot_tools.sim.child import LUOT, Child
from luot_tools.sim.crowd import until_first
from luot_tools.sim.living import live
from luot_tools.sim.signals import run_until_stopped
from luot_tools.sim.site import load_site
from luot_tools.sim.terminal import kept_terminal

SPEED = 30.0
"""Office seconds per second: somebody does something every second or two, and a service takes a quarter of a minute."""

YOUR_DESK = "1"

STRIP = "hall.strip"
"""The file from which the console shows the hall."""


def run(*, seed: int, speed: float | None, broker: str | None) -> None:
    """Live until the console is left or, without a terminal, until SIGTERM or SIGINT.

    Raises LuotError when a part cannot be started, or the office ends by itself.
    """
    has_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    run_until_stopped(_demo(seed, SPEED if speed is None else speed, broker, has_terminal))


async def _demo(seed: int, speed: float, broker: str | None, has_terminal: bool) -> None:
    async with AsyncExitStack() as parts:
        folder = Path(parts.enter_context(TemporaryDirectory(prefix="luot-demo-")))
        log = parts.enter_context((folder / "demo.log").open("w", encoding="utf-8", buffering=1))
        speaker = _Speaker(log.write)
        logging.basicConfig(stream=log, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
        data = folder / "office"
        office = Child(
            "the office",
            *LUOT,
            "office",
            *("--data", str(data), "--port", "0", "--speed", str(speed)),
            *(() if broker is None else ("--broker", broker)),
            stdout=log if has_terminal else None,
            hear=speaker.pass_on,
        )
        speaker.tell(f"an office at {speed:g} times the speed, in {folder}")
        parts.push_async_callback(office.stop)
        await office.start()
        living = asyncio.Event()
        jobs = [_watch_over(office), _hall(data, seed, has_terminal, speaker.tell, living.set, folder / STRIP)]
        if has_terminal:
            jobs.append(_console(data, living, speaker, folder / STRIP))
        await until_first(*jobs)


class _Speaker:
    """Talks on stderr until the console has the terminal; then, and always, into the log."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self.is_silent = False

    def tell(self, line: str) -> None:
        """Say what is being done."""
        self.pass_on(f"luot demo: {line}")

    def pass_on(self, line: str) -> None:
        """Say what another said."""
        self._write(line + "\n")
        if not self.is_silent:
            click.echo(line, err=True)


async def _watch_over(office: Child) -> None:
    code = await office.wait()
    raise office.ended(code)


async def _hall(
    data: Path,
    seed: int,
    has_terminal: bool,
    tell: Callable[[str], None],
    on_living: Callable[[], None],
    strip: Path,
) -> None:
    # The office writes it once it knows its port.
    while not (data / "access" / f"{WATCH}.json").exists():
        await asyncio.sleep(0.02)
    desks = [desk for desk in load_site(data).desks if not (has_terminal and desk == YOUR_DESK)]
    await live(
        data,
        seed=seed,
        desks=desks,
        people_per_hour=None,
        say=lambda _line: None,
        tell=tell,
        on_living=on_living,
        strip=strip,
    )


async def _console(data: Path, living: asyncio.Event, speaker: _Speaker, strip: Path) -> None:
    await living.wait()
    speaker.tell(f"your desk is number {YOUR_DESK}; leave the console to end it all")
    speaker.is_silent = True
    console = Child(
        "the console",
        *LUOT,
        "console",
        *("--desk", YOUR_DESK, "--data", str(data), "--strip", str(strip)),
        stdout=None,
        has_terminal=True,
    )
    with kept_terminal():
        try:
            await console.start()
            code = await console.wait()
        finally:
            await console.stop()
    speaker.is_silent = False
    if code:
        raise LuotError(f"the console has ended with exit code {code}", "What it said stands above.")
