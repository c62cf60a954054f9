"""One reader's session at the broker, in its name: frames up, receipts down, its presence. Never looks into a frame."""

import json
from collections.abc import Callable

from luot_controller.access import Access
from luot_controller.errors import AccessRefused, LuotError
from luot_controller.mqtt import Arrived, Connection
from luot_protocol import faults, ids


class Carried:
    """From a reader's hello to its cable's end. `down` and `changed` are called on a thread of its own, with itself.

    Its client id is that of a reader with a network of its own, so that the broker ends an older session by it.
    """

    def __init__(
        self,
        access: Access,
        reader: str,
        *,
        down: Callable[["Carried", bytes], None],
        changed: Callable[["Carried", bool], None],
    ) -> None:
        self.access = access
        self.reader = reader
        self._down = down
        self._changed = changed
        self._up_topic, down_topic, self._state_topic = ids.link_topics(access.site, reader)
        self._connection = Connection(
            access,
            f"luot-{reader}",
            on_message=self._arrived,
            on_state=self._on_state,
            subscriptions=[down_topic],
            will=(self._state_topic, _state("lost")),
        )

    def start(self) -> None:
        """Begin to connect, and keep connected."""
        self._connection.start()

    @property
    def connected(self) -> bool:
        """True while frames are carried."""
        return self._connection.connected

    @property
    def problem(self) -> LuotError | None:
        """Why they are not; None also before the first attempt has ended."""
        return None if self.connected else self._connection.problem

    @property
    def fault(self) -> int:
        """The same, as the reader is told."""
        return faults.BROKER_REFUSES if isinstance(self.problem, AccessRefused) else faults.BROKER_UNREACHABLE

    def up(self, frame: bytes) -> None:
        """Carry a frame; one that is lost on the way the reader sends again, since no receipt comes."""
        self._connection.publish(self._up_topic, frame)

    def end(self) -> None:
        """The reader has gone, or the bridge ends: the office is told, within a second."""
        self._connection.publish(self._state_topic, _state("lost"), retain=True)
        self._connection.stop()

    def _arrived(self, arrived: Arrived) -> None:
        self._down(self, arrived.payload)

    def _on_state(self, is_up: bool) -> None:
        if is_up:
            self._connection.publish(self._state_topic, _state("ready"), retain=True)
        self._changed(self, is_up)


def _state(state: str) -> bytes:
    return json.dumps({"state": state}).encode()
