"""`luot card`: enrols and lists the numbered cards of a site, and blocks and replaces lost ones."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from luot_controller.bootstrap import open_registry
from luot_controller.commands.options import data_option
from luot_controller.commands.saying import Office, Reply, saying_options
from luot_controller.errors import UsageProblem
from luot_controller.language import _
from luot_controller.settings import FILE, load_site
from luot_protocol.card import card_hash
from luot_protocol.errors import ProtocolError

LARGEST_NUMBER = 9999


@click.group("card")
def command() -> None:
    """Enrol, list, block and replace cards. An office that runs notices within two seconds."""


@command.command("import")
@data_option
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
def import_(data: Path, file: TextIO) -> None:
    """Enrol the cards of a CSV FILE with the columns number and uid (hexadecimal); all of them or none.

    The UIDs are not kept: only their hash under the site's key is.
    """
    with open_registry(data) as registry:
        key = registry.card_key()
        reserved = load_site(data / FILE).policy().reserved or (0, 0)
        cards = [(number, card_hash(key, uid)) for number, uid in _rows(file)]
        for number, _hash in cards:
            if reserved[0] <= number <= reserved[1]:
                raise UsageProblem(
                    f"{file.name}: number {number} is one of those for visits without a card",
                    "Nothing was enrolled. Give the cards other numbers, or change [numbers] in the site file.",
                )
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


@command.command("block")
@click.argument("number", type=click.IntRange(1, LARGEST_NUMBER))
@click.option("--reason", metavar="TEXT", help="Such as lost or broken; it stays on record.")
@saying_options
def block(number: int, reason: str | None, **where: Any) -> None:
    """Let taps of the card NUMBER change nothing, until it is found; its visit, if it has one, goes on."""
    Office(**where).say(
        "BlockCard",
        number=number,
        reason=reason,
        done=lambda _reply: _("Card {number} is blocked.").format(number=number),
    )


@command.command("unblock")
@click.argument("number", type=click.IntRange(1, LARGEST_NUMBER))
@saying_options
def unblock(number: int, **where: Any) -> None:
    """Let the card NUMBER be used again."""
    Office(**where).say(
        "UnblockCard", number=number, done=lambda _reply: _("Card {number} may be used again.").format(number=number)
    )


@command.command("replace")
@click.argument("number", type=click.IntRange(1, LARGEST_NUMBER))
@click.argument("replacement", type=click.IntRange(1, LARGEST_NUMBER))
@saying_options
def replace(number: int, replacement: int, **where: Any) -> None:
    """Let the card REPLACEMENT take over the visit of the lost card NUMBER, place and all; NUMBER is blocked."""
    numbers = {"number": number, "replacement": replacement}

    def done(_reply: Reply) -> str:
        return _("The visit of card {number} goes on with card {replacement}.").format(**numbers)

    Office(**where).say("ReplaceCard", done=done, number=number, replacement=replacement)


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
