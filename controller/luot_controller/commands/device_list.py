"""`luot device list`: the readers of the site file and the names of their keys. Shows no secret."""

import json
from pathlib import Path

import click

from luot_controller.bootstrap import open_registry
from luot_controller.commands.options import data_option
from luot_controller.settings import FILE, load_site


@click.command("list")
@data_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(data: Path, as_json: bool) -> None:
    """List the readers of the site file and whether each has a key."""
    with open_registry(data) as registry:
        site = load_site(data / FILE)
        kids = {key.reader: key.kid.hex() for key in registry.reader_keys()}
    rows = [
        {"id": row.id, "role": row.role.value, "provisioned": row.id in kids, "kid": kids.get(row.id)}
        for row in site.readers
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['id']:<32} {row['role']:<8} {'provisioned' if row['provisioned'] else 'no key yet'}")
