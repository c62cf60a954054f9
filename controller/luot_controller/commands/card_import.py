"""`luot card import`: enrols the cards of a list, all of them or none. Keeps no UID."""

import json
from pathlib import Path
from typing import TextIO

import click

from luot_controller import card_rows
from luot_controller.bootstrap import open_registry
from luot_controller.commands.options import data_option
from luot_controller.settings import FILE, load_site


@click.command("import")
@data_option
@click.option("--dry-run", is_flag=True, help="Only check the file.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
def command(data: Path, dry_run: bool, as_json: bool, file: TextIO) -> None:
    """Enrol the cards of a CSV FILE with the columns number and uid (hexadecimal); all of them or none.

    The UIDs are not kept: only their hash under the site's key is. What luot card export wrote is taken too. An office
    that runs notices within two seconds.
    """
    with open_registry(data) as registry:
        reserved = load_site(data / FILE).policy().reserved
        cards = card_rows.read(file, registry.card_key(), registry.cards(), reserved)
        if not dry_run:
            registry.add_cards(cards)
    if as_json:
        click.echo(json.dumps({"enrolled": 0 if dry_run else len(cards), "fit": len(cards)}))
    else:
        click.echo(f"{len(cards)} cards {'can be enrolled' if dry_run else 'enrolled'}")
