"""`luot card retire`: a card goes out of use. Says so to the office, which decides."""

from typing import Any

import click

from luot_controller.commands.options import card_number
from luot_controller.commands.saying import Office, saying_options
from luot_controller.language import _


@click.command("retire")
@click.argument("number", type=card_number)
@click.option("--reason", metavar="TEXT", help="Such as broken; it stays on record.")
@saying_options
def command(number: int, reason: str | None, **where: Any) -> None:
    """Take the card NUMBER out of use for good: no reader knows it any more, and another card may have its number."""
    Office(**where).say(
        "RetireCard",
        number=number,
        reason=reason,
        done=lambda _reply: _("Card {number} is retired, and its number is free.").format(number=number),
    )
