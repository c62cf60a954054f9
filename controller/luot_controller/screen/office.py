"""What every screen needs of the office: the part of `client.OfficeClient` that listens and can change nothing."""

from collections.abc import Callable
from typing import Any, Protocol

OnChange = Callable[[str, str | None, dict[str, Any]], None]
OnLink = Callable[[bool], None]


class Office(Protocol):
    """A conversation with one office, listening only; see `client.OfficeClient` for what each call raises."""

    def start(self) -> None:
        """Begin to connect, and keep connected; returns at once."""

    def stop(self) -> None:
        """End the conversation."""

    def wait_ready(self, timeout_s: float) -> None:
        """Return once the office is open; raises LuotError with the reason when it is not within the limit."""


Connect = Callable[[OnChange, OnLink], Office]
"""Builds the conversation; both callbacks come from a thread of its own."""
