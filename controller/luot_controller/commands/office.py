"""`luot office`: runs an office in the foreground and says on stdout, one plain line an event, what happens."""

import logging
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click

from luot_controller.access import Access
from luot_controller.bootstrap import run_office
from luot_controller.commands.options import data_option
from luot_controller.engine.events import Fact
from luot_controller.publish.ledger import plain_line
from luot_controller.site_rows import Site


@click.command("office")
@data_option
@click.option("--site", "site_file", type=click.Path(path_type=Path), help="Site file (TOML); copied into the folder.")
@click.option("--url", help="Use this broker instead of an own one: mqtt://controller:password@host:port/site")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the own broker; 0 takes a free one.")
@click.option("--broker", type=click.Choice(["mosquitto", "amqtt"]), help="Which program is the own broker.")
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=1.0, help="Office seconds per second, for demos.")
@click.option("--quiet", is_flag=True, help="Do not print the events.")
@click.option("--demo", is_flag=True, help="A living office in one terminal: simulated hall, your desk is number 1.")
@click.option("--seed", type=int, default=1, help="With --demo: the script of the day.")
def command(
    data: Path,
    site_file: Path | None,
    url: str | None,
    port: int | None,
    broker: str | None,
    speed: float,
    quiet: bool,
    demo: bool,
    seed: int,
) -> None:
    """Run the office: its broker, its controller, its ledger. Ctrl-C ends it; nothing is lost, then or by a kill."""
    if demo:
        run_demo(seed=seed, speed=speed if speed != 1.0 else None, broker=broker)
        return
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stopping, inbox = threading.Event(), queue.SimpleQueue[Any]()

    def stop(_number: int, _frame: object) -> None:
        stopping.set()
        inbox.put(None)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def say(fact: Fact) -> None:
        line = None if quiet else plain_line(fact)
        if line is not None:
            try:
                click.echo(line)
            except BrokenPipeError:
                # Whoever read the lines has gone; the office stays.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    run_office(
        data,
        stopping=stopping,
        inbox=inbox,
        site_file=site_file,
        url=url,
        port=port,
        broker_kind=broker,
        speed=speed,
        on_ready=greet,
        on_fact=say,
    )
    click.echo("luot: the office is closed; everything is in the ledger", err=True)


def greet(site: Site, access: Access, broker: str) -> None:
    """Say on stderr that taps are taken, and how to reach the office."""
    click.echo(f"luot: {site.site.name} is open, broker {broker} at {access.host}:{access.port}", err=True)


def run_demo(*, seed: int, speed: float | None, broker: str | None) -> None:
    """Hand over to the simulated hall, which starts this command again beside it."""
    import importlib

    importlib.import_module("luot_tools.sim.demo").run(seed=seed, speed=speed, broker=broker)
