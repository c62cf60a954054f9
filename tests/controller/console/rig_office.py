"""The office of the test rig as a console's conversation: real engine, ingest and store, the messages it publishes."""

import json
from typing import Any

from luot_controller.screen.office import OnChange, OnLink
from luot_protocol import topics
from offices import Rig

_WATCHED = ("office", "site", "service", "desk")


class RigOffice:
    """What `client.OfficeClient` is to a console; `sender` is the access that it speaks with."""

    def __init__(self, rig: Rig, sender: str) -> None:
        self.rig, self.sender = rig, sender
        self.replies: list[dict[str, Any]] = []
        self._heard = 0

    def connect(self, on_change: OnChange, on_link: OnLink) -> "RigOffice":
        """What the console takes as its `connect`."""
        self._say, self._link = on_change, on_link
        return self

    def start(self) -> None:
        """Connect at once and say everything."""
        self._link(True)
        self.rig.office._greet()
        self.pass_on()

    def stop(self) -> None:
        """There is nothing to end."""

    def wait_ready(self, _timeout_s: float) -> None:
        """It is ready."""

    def pass_on(self) -> None:
        """Let the console hear what has been published since."""
        heard, self._heard = self._heard, len(self.rig.bus.published)
        for topic, payload, retained in self.rig.bus.published[heard : self._heard]:
            name, topic_id = topics.parse("test", topic)
            if retained and name in _WATCHED:
                self._say(name, topic_id, json.loads(payload) if payload else {})

    def command(self, command: str, desk: str, **fields: Any) -> dict[str, Any]:
        """Say it to the office, as this sender."""
        said = {name: value for name, value in fields.items() if value is not None and name != "timeout_s"}
        self.replies.append(self.rig.command(command, desk, console=self.sender, **said))
        self.rig.office._pulse()
        self.pass_on()
        return self.replies[-1]

    def ask(self, ask: str, *, timeout_s: float = 5.0, desk: str | None = None) -> dict[str, Any]:
        """Ask the office."""
        assert timeout_s > 0
        return self.rig.ask(ask, desk=desk)
