"""`luot console`: a clerk's screen for one desk. Opens the connection and the screen, and closes both."""

from pathlib import Path

import click

from luot_controller.access import SUPERVISOR
from luot_controller.commands.options import data_option
from luot_controller.commands.reach import find_access, language_option, url_option
from luot_controller.errors import UsageProblem
from luot_protocol import ids


@click.command("console")
@click.option("--desk", required=True, metavar="N", help="The desk's id in the site file, such as 1.")
@data_option
@url_option
@language_option
@click.option(
    "--strip", type=click.Path(path_type=Path, dir_okay=False), hidden=True, help="What a simulated hall says."
)
@click.option("--supervisor", is_flag=True, help="As the supervisor: any desk's duty, overrides, and the day.")
def command(supervisor: bool, desk: str, data: Path, url: str | None, language: str | None, strip: Path | None) -> None:
    """Serve one desk: call, recall, start, finish, hold, transfer, undo and more, with one key each.

    \b
    luot console --desk 1
    luot console --desk 1 --supervisor
    luot console --desk 1 --url mqtt://desk-1:password@192.168.1.10:1883/mot-cua
    """
    name = f"desk-{desk}"
    if not ids.is_id(name):
        raise UsageProblem(f"{desk!r} is no desk", "A desk's id is made of a-z, 0-9 and the hyphen, such as 1.")
    access = find_access(SUPERVISOR if supervisor else name, data, url)

    # Textual takes 240 ms to import, which `luot console --help` need not pay.
    from luot_controller.client import OfficeClient
    from luot_controller.console.app import ConsoleApp
    from luot_controller.console.state import CLERK, WATCHED
    from luot_controller.screen.office import OnChange, OnLink

    def connect(on_change: OnChange, on_link: OnLink) -> OfficeClient:
        return OfficeClient(access, on_change=on_change, on_link=on_link, watch=WATCHED)

    app = ConsoleApp(desk, connect, language=language, strip=strip, role=SUPERVISOR if supervisor else CLERK)
    try:
        app.run()
    finally:
        app.office.stop()
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)
