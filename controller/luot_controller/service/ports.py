"""What the loop needs of its surroundings. Holds no implementation."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Policy, State
from luot_controller.ingest.taps import Preset
from luot_controller.service.hours import Hours


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


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site file says, in the words of the parts that need it.

    `fields` is message SITE, `readers` id to role, `adopted` makes the ledger's entry for a time.
    """

    adopted: Callable[[int], SiteAdopted]
    fields: Mapping[str, Any]
    policy: Policy
    presets: Mapping[str, Preset]
    readers: Mapping[str, str]
    age_limit_ms: int
    hours: Hours


class SiteFile(Protocol):
    """The site file, which may change while the office is open."""

    def changed(self, state: State, asked: bool = False) -> Rules | None:
        """The rules of another file than the one in force; None when nothing has changed.

        Raises UsageProblem, once for each change and whenever `asked`, for a file that cannot be used: what is in
        force stays so.
        """
        ...
