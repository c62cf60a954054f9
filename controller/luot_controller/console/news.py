"""What other threads tell the console's own, as Textual messages; nothing but data."""

from dataclasses import dataclass
from typing import Any

from textual.message import Message

from luot_controller.console.actions import Action


@dataclass
class Heard(Message):
    """The office said something at `at_s`."""

    name: str
    topic_id: str | None
    message: dict[str, Any]
    at_s: float


@dataclass
class Linked(Message):
    """The connection to the broker came up or was lost."""

    up: bool
    at_s: float


@dataclass
class Replied(Message):
    """A command ended: with a reply, or with the reason that there is none.

    `number` is the one it was about; `service` the name of the service into whose line it went.
    """

    action: Action
    number: int | None
    service: str
    outcome: dict[str, Any] | Exception


@dataclass
class Answered(Message):
    """`ask next` ended likewise."""

    outcome: dict[str, Any] | Exception
