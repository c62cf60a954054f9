"""What the console needs of the office beside listening: the part of `client.OfficeClient` that commands and asks."""

from collections.abc import Callable
from typing import Any, Protocol

from luot_controller.screen.office import Office, OnChange, OnLink


class DeskOffice(Office, Protocol):
    """A conversation with one office; see `client.OfficeClient` for what each call raises."""

    def command(
        self,
        command: str,
        desk: str,
        *,
        expects: int | None = None,
        expires_ms: int | None = None,
        timeout_s: float = 5.0,
        **more: Any,
    ) -> dict[str, Any]:
        """Send a key, with what the command needs besides (see messages.COMMAND); blocks until the reply."""

    def ask(self, ask: str, /, *, timeout_s: float = 5.0, desk: str | None = None) -> dict[str, Any]:
        """Send a question; blocks until the answer."""


Connect = Callable[[OnChange, OnLink], DeskOffice]
"""Builds the conversation; both callbacks come from a thread of its own."""
