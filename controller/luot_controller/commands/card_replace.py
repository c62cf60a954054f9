"""`luot card replace`: a visit goes on with another card. Says so to the office, which decides."""

from typing import Any

import click

from luot_controller.commands.options import card_number
from luot_controller.commands.saying import Office, Reply, saying_options
from luot_controller.language import _


@click.command("replace")
@click.argument("number", type=card_number)
@click.argument("replacement", type=card_number)
@saying_options
def command(number: int, replacement: int, **where: Any) -> None:
    """Let the card REPLACEMENT take over the visit of the lost card NUMBER, place and all; NUMBER is blocked."""
    numbers = {"number": number, "replacement": replacement}

    def done(_reply: Reply) -> str:
        return _("The visit of card {number} goes on with card {replacement}.").format(**numbers)

    Office(**where).say("ReplaceCard", done=done, number=number, replacement=replacement)
