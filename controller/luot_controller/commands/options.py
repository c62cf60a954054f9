"""Options that several commands share, so that they are spelled and explained alike."""

from pathlib import Path

import click

from luot_controller.language import LANGUAGES
from luot_protocol.messages import LARGEST_NUMBER

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("office"),
    envvar="LUOT_DATA",
    show_default=True,
    help="The office's data folder (or $LUOT_DATA).",
)

ledger_language_option = click.option(
    "--language", type=click.Choice(list(LANGUAGES)), help="Default: the language of the office's site file."
)

card_number = click.IntRange(1, LARGEST_NUMBER)
