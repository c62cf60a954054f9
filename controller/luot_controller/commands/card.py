"""`luot card`: enrols and lists the numbered cards of a site."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from luot_controller.bootstrap import open_registry
from luot_controller.commands.options import data_option
from luot_controller.errors import UsageProblem
from luot_protocol.card import card_hash
from luot_protocol.errors import ProtocolError

LARGEST_NUMBER = 9999


@click.group("card")
def command() -> None:
    """Enrol and list the cards. An office that runs notices within two seconds."""


@command.command("import")
@data_option
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
def import_(data: Path, file: TextIO) -> None:
    """Enrol the cards of a CSV FILE with the columns number and uid (hexadecimal); all of them or none.

    The UIDs are not kept: only their hash under the site's key is.
    """
    with open_registry(data) as registry:
        key = registry.card_key()
        cards = [(number, card_hash(key, uid)) for number, uid in _rows(file)]
        registry.add_cards(cards)
    click.echo(f"{len(cards)} cards enrolled")


@command.command("list")
@data_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(data: Path, as_json: bool) -> None:
    """List the numbers that are enrolled."""
    with open_registry(data) as registry:
        numbers = sorted(registry.cards().values())
    click.echo(json.dumps(numbers) if as_json else "\n".join(map(str, numbers)))


def _rows(file: TextIO) -> Iterator[tuple[int, bytes]]:
    try:
        yield from _checked_rows(file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageProblem(
            f"{file.name} is not CSV in UTF-8: {error}", "Save it as such and import it again."
        ) from None


def _checked_rows(file: TextIO) -> Iterator[tuple[int, bytes]]:
    reader = csv.DictReader(file)
    if not {"number", "uid"} <= set(reader.fieldnames or ()):
        raise UsageProblem(f"{file.name}: line 1 must name the columns number and uid", "Mend the file and try again.")
    for row in reader:
        where = f"{file.name}: line {reader.line_num}"
        try:
            number, uid = int(row["number"]), bytes.fromhex(row["uid"].replace(":", ""))
            card_hash(bytes(32), uid)
        except (ValueError, AttributeError, TypeError, ProtocolError):
            raise UsageProblem(
                f"{where}: {row['number']!r}, {row['uid']!r} are not a number and a UID of 4, 7 or 10 bytes",
                "Nothing was enrolled. Mend this line and import the file again.",
            ) from None
        if not 1 <= number <= LARGEST_NUMBER:
            raise UsageProblem(f"{where}: number {number}", f"Numbers run from 1 to {LARGEST_NUMBER}.")
        yield number, uid
