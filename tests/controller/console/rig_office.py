"""The office of the test rig as a console's conversation: real engine, ingest and store, the messages it publishes."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fake_office import Clock

from luot_controller.errors import LuotError
from luot_controller.screen.office import OnChange, OnLink
from luot_protocol import topics
from offices import Rig

_WATCHED = ("office", "site", "service", "desk")


class RigOffice:
    """What `client.OfficeClient` is to a console; `sender` is the access that it speaks with, `clock` the console's."""

    problem: LuotError | None = None

    def __init__(self, folder: Path, sender: str = "desk-1") -> None:
        self._thread = ThreadPoolExecutor(1)
        self.rig: Rig = self.do(lambda: Rig(folder))
        self.sender = sender
        self.clock = Clock()
        self.desks = {row.id for row in self.rig.site.desks}
        self.commands: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        self._heard = 0
        self._passing = threading.Lock()

    def do(self, what: Callable[[], Any]) -> Any:
        """Do it on the one thread that may touch the database."""
        return self._thread.submit(what).result()

    def connect(self, on_change: OnChange, on_link: OnLink) -> "RigOffice":
        """What the console takes as its `connect`."""
        self._say, self._link = on_change, on_link
        return self

    def start(self) -> None:
        """Connect at once and say everything."""
        self._link(True)
        self.do(self.rig.office._greet)
        self._pass_on()

    def stop(self) -> None:
        """Close the files and end the thread."""
        self.do(self.rig.store.close)
        self._thread.shutdown()

    def wait_ready(self, _timeout_s: float) -> None:
        """It is ready."""

    def pulse(self) -> None:
        """The office says that it lives."""
        self.do(self.rig.office._pulse)
        self._pass_on()

    def command(self, command: str, desk: str, **fields: Any) -> dict[str, Any]:
        """Say it to the office, as this sender."""
        said = {name: value for name, value in fields.items() if value is not None and name != "timeout_s"}
        self.commands.append({"command": command, "desk": desk, **said})
        self.replies.append(self.do(lambda: self.rig.command(command, desk, console=self.sender, **said)))
        self.pulse()
        return self.replies[-1]

    def ask(self, ask: str, *, timeout_s: float = 5.0, desk: str | None = None) -> dict[str, Any]:
        """Ask the office."""
        assert timeout_s > 0
        answer: dict[str, Any] = self.do(lambda: self.rig.ask(ask, desk=desk))
        return answer

    def _pass_on(self) -> None:
        """Let the console hear what has been published since."""
        with self._passing:
            heard, self._heard = self._heard, len(self.rig.bus.published)
            for topic, payload, retained in self.rig.bus.published[heard : self._heard]:
                name, topic_id = topics.parse("test", topic)
                if retained and name in _WATCHED:
                    self._say(name, topic_id, json.loads(payload) if payload else {})
