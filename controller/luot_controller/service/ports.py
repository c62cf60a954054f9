"""What the loop needs of its surroundings. Holds no implementation."""

from contextlib import AbstractContextManager
from typing import Any, Protocol


class Arrived(Protocol):
    """A message as it came; `arrived_ns` is monotonic."""

    @property
    def topic(self) -> str: ...
    @property
    def payload(self) -> bytes: ...
    @property
    def retained(self) -> bool: ...
    @property
    def arrived_ns(self) -> int: ...


class Bus(Protocol):
    """The broker."""

    def publish(self, topic: str, payload: bytes, retain: bool = False, qos: int = 1) -> bool:
        """Hand over a message; False when there is no connection."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """What is published and acknowledged inside may leave at its end."""
        ...

    def ack(self, arrived: Any) -> None:
        """The message has been dealt with for good."""
        ...
