"""What the board knows of the office, gathered from its messages; asks nothing, sends nothing, shows nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from luot_controller.board.calls import Calls
from luot_controller.screen.fields import named, text, whole
from luot_controller.screen.plain import plain
from luot_controller.screen.pulse import Pulse

WATCHED = ("office", "site", "board", "service", "desk")
"""The topic names that the board is made of; of desks, only how often a number was called again."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service and its line; `waiting` is None until the office has told it, waits are in minutes.

    `closes_first`: the office may close before a newcomer is served.
    """

    name: str
    waiting: int | None = None
    lo_min: int | None = None
    hi_min: int | None = None
    closes_first: bool = False


class View:
    """The read model of the board."""

    def __init__(self, now_s: float) -> None:
        self.pulse = Pulse(now_s)
        self.calls = Calls()
        self.site_name = ""
        self.language: str | None = None
        self.waiting: int | None = None
        self._names: dict[str, str] = {}
        self._lines: dict[str, Service] = {}

    @property
    def services(self) -> list[Service]:
        """Every service known, in the site's order."""
        ids = [*self._names, *sorted(set(self._lines) - set(self._names))]
        return [self._service(service) for service in ids]

    def hear(self, name: str, topic_id: str | None, message: Mapping[str, Any], heard_s: float) -> None:
        """Take in one message of the watched topics, as `OfficeClient.on_change` gives it."""
        if name == "office":
            self.pulse.hear(message, heard_s)
        elif name == "site" and message:
            self.site_name, self.language = plain(message.get("name")), text(message, "language")
            self._names = {row["id"]: plain(row.get("name")) for row in named(message, "services")}
        elif name == "board":
            self.calls.hear(message, heard_s)
            self.waiting = whole(message, "waiting")
        elif name == "service" and topic_id:
            self._lines.pop(topic_id, None)
            if message:
                lo_min, hi_min = whole(message, "lo_min"), whole(message, "hi_min")
                closes_first = message.get("closes_first") is True
                self._lines[topic_id] = Service("", whole(message, "waiting") or 0, lo_min, hi_min, closes_first)
        elif name == "desk" and topic_id:
            self.calls.hear_desk(topic_id, message, heard_s)

    def _service(self, service: str) -> Service:
        return replace(self._lines.get(service, Service("")), name=self._names.get(service) or plain(service))
