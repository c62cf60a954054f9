"""What the connection's thread tells a screen's own, as Textual messages; nothing but data."""

from dataclasses import dataclass
from typing import Any

from textual.message import Message


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
