"""`luot card block`: a lost card. Says so to the office, which decides."""

from typing import Any

import click

from luot_controller.commands.options import card_number
from luot_controller.commands.saying import Office, saying_options
from luot_controller.language import _


@click.command("block")
@click.argument("number", type=card_number)
@click.option("--reason", metavar="TEXT", help="Such as lost or broken; it stays on record.")
@saying_options
def command(number: int, reason: str | None, **where: Any) -> None:
    """Let taps of the card NUMBER change nothing, until it is found; its visit, if it has one, goes on."""
    Office(**where).say(
        "BlockCard",
        number=number,
        reason=reason,
        done=lambda _reply: _("Card {number} is blocked.").format(number=number),
    )
