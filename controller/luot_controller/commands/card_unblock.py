"""`luot card unblock`: a card that was found. Says so to the office, which decides."""

from typing import Any

import click

from luot_controller.commands.options import card_number
from luot_controller.commands.saying import Office, saying_options
from luot_controller.language import _


@click.command("unblock")
@click.argument("number", type=card_number)
@saying_options
def command(number: int, **where: Any) -> None:
    """Let the card NUMBER be used again."""
    Office(**where).say(
        "UnblockCard", number=number, done=lambda _reply: _("Card {number} may be used again.").format(number=number)
    )
