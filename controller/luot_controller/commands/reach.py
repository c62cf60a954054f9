"""Which office a command means: the way in from a data folder or from an address; opens no connection."""

from pathlib import Path

import click

from luot_controller import access
from luot_controller.access import Access
from luot_controller.errors import UsageProblem
from luot_controller.language import LANGUAGES

url_option = click.option(
    "--url", metavar="URL", help="An office on another machine: mqtt://name:password@host:port/site."
)
language_option = click.option(
    "--language", type=click.Choice(list(LANGUAGES)), help="Default: the language of the office's site file."
)


def find_access(name: str, data: Path, url: str | None) -> Access:
    """The way in under `name`; raises UsageProblem when the URL is somebody else's, DataFolderMissing without one."""
    if url is None:
        return access.load(data, name)
    found = Access.from_url(url)
    if found.name != name:
        raise UsageProblem(
            f"this address is for {found.name}, not for {name}", f"Take the one in access/{name}.json of the office."
        )
    return found
