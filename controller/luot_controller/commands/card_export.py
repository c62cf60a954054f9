"""`luot card export`: the cards as CSV, which only an office with this site's key can read again. Changes nothing."""

from pathlib import Path
from typing import TextIO

import click

from luot_controller import card_rows
from luot_controller.bootstrap import open_registry
from luot_controller.commands.options import data_option


@click.command("export")
@data_option
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="A file; default: standard output.")
def command(data: Path, out: TextIO) -> None:
    """Print the cards as CSV with the columns number, card and key, for luot card import.

    `card` is the hash that the office keeps in place of the UID, `key` says under which site's key it was made.
    """
    with open_registry(data) as registry:
        text = card_rows.written(registry.card_key(), registry.cards())
    out.write(text)
