"""`luot board`: the hall's screen. Opens the connection and the screen, and closes both."""

import os
import signal
import sys
from pathlib import Path

import click

from luot_controller.access import WATCH
from luot_controller.commands.options import data_option
from luot_controller.commands.reach import find_access, language_option, url_option
from luot_controller.errors import UsageProblem


@click.command("board")
@data_option
@url_option
@language_option
@click.option("--light", is_flag=True, help="Dark on light, for a bright hall.")
def command(data: Path, url: str | None, language: str | None, light: bool) -> None:
    """Show the hall who is called to which desk, and how long a wait is.

    Fills the terminal it is started in, needs no keyboard, and heals by itself. Leave with q.

    \b
    luot board
    luot board --url mqtt://watch:password@192.168.1.10:1883/mot-cua
    """
    access = find_access(WATCH, data, url)
    if not (sys.stdout.isatty() or sys.stderr.isatty()):
        raise UsageProblem("there is no terminal to draw on", "Start it on a screen, its output not sent elsewhere.")
    _need_no_keyboard()

    # Textual takes 240 ms to import, which `luot board --help` need not pay.
    from luot_controller.board.app import BoardApp
    from luot_controller.board.state import WATCHED
    from luot_controller.client import OfficeClient
    from luot_controller.screen.office import OnChange, OnLink

    def connect(on_change: OnChange, on_link: OnLink) -> OfficeClient:
        return OfficeClient(access, on_change=on_change, on_link=on_link, watch=WATCHED)

    app = BoardApp(connect, language=language, light=light)
    # A kiosk is stopped by its service manager, which must not leave the terminal in disorder.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: app.exit())
    try:
        app.run(mouse=False)
    finally:
        app.office.stop()
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)


def _need_no_keyboard() -> None:
    """Put a pipe on which nothing ever comes in the place of an input that is no terminal.

    Textual reads an input at its end, such as /dev/null, again and again: 65 % of a core.
    """
    if not sys.stdin.isatty():
        listened_to, _never_written_to = os.pipe()
        os.dup2(listened_to, sys.stdin.fileno())
