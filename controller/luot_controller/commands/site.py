"""`luot site`: checks a site file, and lets an office that runs take it into force."""

import json
from pathlib import Path
from typing import Any

import click

from luot_controller.commands.saying import Office, saying_options
from luot_controller.errors import LuotError
from luot_controller.language import _
from luot_controller.settings import FILE, load_site
from luot_controller.site_watch import proposal


@click.group("site")
def command() -> None:
    """Check the site file, and change it while the office is open."""


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def check(file: Path, as_json: bool) -> None:
    """Read FILE as the office does; a mistake is named by line, key, value and what is allowed."""
    site = load_site(file)
    counts = {name: len(getattr(site, name)) for name in ("services", "classes", "desks", "readers", "integrators")}
    if as_json:
        click.echo(json.dumps({"id": site.site.id, **counts}))
    else:
        click.echo(f"{file}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


@command.command("reload")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@saying_options
def reload(file: Path | None, data: Path, **where: Any) -> None:
    """Let the office take FILE into force, or its own site file as it is now.

    A refused file changes nothing: the office says why and goes on with the old one.
    """
    office = Office(data=data, **where)
    proposed = proposal(data / FILE)
    if file is not None:
        load_site(file)
        fresh = proposed.with_suffix(".new")
        fresh.write_bytes(file.read_bytes())
        fresh.replace(proposed)
    try:
        office.say("ReloadSite", done=lambda _reply: _("The site file is in force."))
    except LuotError:
        proposed.unlink(missing_ok=True)
        raise
