"""What the console needs of the office: the part of `client.OfficeClient` that it uses, and nothing of how it works."""

from collections.abc import Callable
from typing import Any, Protocol

OnChange = Callable[[str, str | None, dict[str, Any]], None]
OnLink = Callable[[bool], None]

WATCHED = ("office", "site", "service", "desk")
"""The topic names that the screen is made of."""


class Office(Protocol):
    """A conversation with one office; see `client.OfficeClient` for what each call raises."""

    def start(self) -> None:
        """Begin to connect, and keep connected; returns at once."""

    def stop(self) -> None:
        """End the conversation."""

    def wait_ready(self, timeout_s: float) -> None:
        """Return once the office is open; raises LuotError with the reason when it is not within the limit."""

    def command(
        self,
        command: str,
        desk: str,
        /,
        *,
        expects: int | None = None,
        expires_ms: int | None = None,
        timeout_s: float = 5.0,
        number: int | None = None,
        service: str | None = None,
    ) -> dict[str, Any]:
        """Send a clerk's key, with a `number` or a `service` where it needs one; blocks until the reply."""

    def ask(self, ask: str, /, *, timeout_s: float = 5.0, desk: str | None = None) -> dict[str, Any]:
        """Send a question; blocks until the answer."""


Connect = Callable[[OnChange, OnLink], Office]
"""Builds the conversation; both callbacks come from a thread of its own."""
