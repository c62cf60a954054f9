"""`luot card list`: the numbers that are enrolled. Shows no card's hash."""

import json
from pathlib import Path

import click

from luot_controller.bootstrap import open_registry
from luot_controller.commands.options import data_option


@click.command("list")
@data_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(data: Path, as_json: bool) -> None:
    """List the numbers that are enrolled."""
    with open_registry(data) as registry:
        numbers = sorted(registry.cards().values())
    click.echo(json.dumps(numbers) if as_json else "\n".join(map(str, numbers)))
