"""What the threads of commands and questions tell the console's own, as Textual messages; nothing but data."""

from dataclasses import dataclass
from typing import Any

from textual.message import Message

from luot_controller.console.actions import Action


@dataclass
class Replied(Message):
    """A command ended: with a reply, or with the reason that there is none.

    `number` is the one it was about, `where` the name of the line that it went into; `following` is what is to be done
    once it is done.
    """

    action: Action
    number: int | None
    where: str
    following: Action | None
    outcome: dict[str, Any] | Exception


@dataclass
class Answered(Message):
    """`ask next` ended likewise."""

    outcome: dict[str, Any] | Exception
