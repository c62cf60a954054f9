"""`luot desk`: opens, pauses and closes a desk."""

from typing import Any

import click

from luot_controller.commands.saying import Office, saying_options
from luot_controller.language import _


@click.group("desk")
def command() -> None:
    """Open, pause and close desks. One that is not open calls nobody and does not count in estimates."""


@command.command("open")
@click.argument("desk")
@saying_options
def open_(desk: str, **where: Any) -> None:
    """Let DESK call, from now on or again."""
    Office(**where).say("OpenDesk", desk, done=lambda _reply: _("Desk {desk} is open.").format(desk=desk))


@command.command("pause")
@click.argument("desk")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays on record.")
@saying_options
def pause(desk: str, reason: str, **where: Any) -> None:
    """Let DESK call nobody for a while; whoever is there is still served."""
    Office(**where).say(
        "PauseDesk", desk, reason=reason, done=lambda _reply: _("Desk {desk} is paused.").format(desk=desk)
    )


@command.command("close")
@click.argument("desk")
@saying_options
def close(desk: str, **where: Any) -> None:
    """Let DESK call nobody any more; who waited for it alone waits for its services again."""
    Office(**where).say("CloseDesk", desk, done=lambda _reply: _("Desk {desk} is closed.").format(desk=desk))
