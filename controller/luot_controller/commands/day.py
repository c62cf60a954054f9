"""`luot day`: opens and closes the day."""

from typing import Any

import click

from luot_controller.commands.saying import Office, Reply, saying_options
from luot_controller.language import _


@click.group("day")
def command() -> None:
    """Open and close the day; with opening hours in the site file that happens by itself."""


@command.command("open")
@saying_options
def open_(**where: Any) -> None:
    """Let visits be opened and called; each desk is then opened by its clerk, or with luot desk open."""
    Office(**where).say("OpenDay", done=lambda _reply: _("The day is open."))


@command.command("close")
@saying_options
def close(**where: Any) -> None:
    """End the day: the site file says what becomes of those still here, and the desks close."""

    def done(reply: Reply) -> str:
        counts = reply.get("closed") or {}
        return _(
            "The day is closed: {finished} finished, {expired} expired, {kept} kept; {cards_out} cards are not back."
        ).format(**{name: counts.get(name, 0) for name in ("finished", "expired", "kept", "cards_out")})

    Office(**where).say("CloseDay", done=done)
