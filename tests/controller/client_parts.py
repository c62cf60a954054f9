"""Stand-ins around OfficeClient: an office and a connection that do as the test says, and a screen that keeps."""

import json
from typing import Any

from brokers import DEADLINE_S, RunningBroker
from luot_controller.access import Access
from luot_controller.client import OfficeClient
from luot_controller.mqtt import Arrived, Connection

OPEN = {"state": "open", "epoch": 1, "at_ms": 5_000, "speed": 1}


class FakeOffice:
    """Answers commands and asks as the controller does, from `answers`; keeps what it heard, in order."""

    def __init__(self, running: RunningBroker, answers: dict[str, dict[str, Any]] | None = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answers = answers or {}
        self.running = running
        self._connection = Connection(
            running.access("controller"),
            "fake-office",
            on_message=self._answer,
            on_state=self._connected,
            subscriptions=[running.topic("console/+/cmd"), running.topic("console/+/ask")],
        )
        self._connection.start()
        self._connection.wait_connected(DEADLINE_S)

    def say(self, below: str, message: Any, retain: bool = True) -> None:
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        assert self._connection.publish(self.running.topic(below), payload, retain)

    def stop(self) -> None:
        self._connection.stop()

    def _connected(self, connected: bool) -> None:
        if connected:
            self.say("office", OPEN)

    def _answer(self, arrived: Arrived) -> None:
        message = json.loads(arrived.payload)
        self.heard.append(message)
        answer = self.answers.get(message.get("command") or message["ask"])
        if answer is not None:
            below = arrived.topic.removeprefix(self.running.topic(""))
            below = below.replace("/cmd", "/reply").replace("/ask", "/answer")
            self.say(below, {"id": message["id"], **answer}, retain=False)


class FakeConnection:
    """A connection that is up when the test says so, and keeps every try to publish."""

    newest: "FakeConnection"

    def __init__(
        self, access: Access, _client_id: str, *, on_message: Any, on_state: Any, subscriptions: list[str]
    ) -> None:
        self.connected = False
        self.problem = None
        self.subscriptions = subscriptions
        self.on_state = on_state
        self.tried: list[dict[str, Any]] = []
        self._root = f"luot/1/{access.site}/"
        self._on_message = on_message
        FakeConnection.newest = self

    def publish(self, _topic: str, payload: bytes) -> bool:
        self.tried.append(json.loads(payload))
        return self.connected

    def hear(self, below: str, message: dict[str, Any]) -> None:
        self._on_message(Arrived(self._root + below, json.dumps(message).encode(), retained=True, arrived_ns=0))


class Screen:
    """An OfficeClient that keeps what it was told."""

    def __init__(self, access: Access, **options: Any) -> None:
        self.changes: list[tuple[str, str | None, dict[str, Any]]] = []
        self.links: list[bool] = []
        self.client = OfficeClient(
            access, on_change=lambda *change: self.changes.append(change), on_link=self.links.append, **options
        )
