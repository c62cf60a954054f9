"""What the technician's screen knows of the readers, gathered from messages; asks, sends and shows nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from luot_controller.fleet.findings import Figures, Finding, Row, Urgency, figures, findings, urgency
from luot_controller.screen.fields import text
from luot_controller.screen.plain import plain
from luot_controller.screen.pulse import Pulse

WATCHED = ("office", "site", "reader")
"""The topic names that the screen is made of."""


class Reader(NamedTuple):
    """One reader as it is now; `obeyed` is which order it carried out last."""

    id: str
    role: str
    figures: Figures
    findings: list[Finding]
    obeyed: object

    @property
    def urgency(self) -> Urgency:
        """Of what is most urgent about it."""
        return urgency(self.findings)


def ranked(rows: Iterable[Row], at_ms: int | None, speed: float) -> list[Reader]:
    """All readers, those first that need somebody first; `rows` are messages READER with their ids."""
    rows = list(rows)
    shown = [figures(row) for row in rows]
    versions = [one.version for one in shown if one.version is not None]
    readers = []
    for row, one in zip(rows, shown, strict=True):
        health = row.get("health")
        obeyed = health.get("obeyed") if isinstance(health, dict) else None
        found = findings(row, at_ms, speed, versions)
        readers.append(Reader(plain(row.get("id")), plain(row.get("role")), one, found, obeyed))
    return sorted(readers, key=lambda reader: (reader.urgency, -len(reader.findings), reader.id))


class View:
    """The read model of the screen."""

    def __init__(self, now_s: float) -> None:
        self.pulse = Pulse(now_s)
        self.site_name = ""
        self.language: str | None = None
        self._speed = 1.0
        self._rows: dict[str, dict[str, Any]] = {}

    def readers(self, now_s: float) -> list[Reader]:
        """All of them as they are at `now_s`, the most urgent first."""
        rows = ({"id": reader, **row} for reader, row in self._rows.items())
        return ranked(rows, self.pulse.office_ms(now_s), self._speed)

    def hear(self, name: str, topic_id: str | None, message: Mapping[str, Any], heard_s: float) -> None:
        """Take in one message of the watched topics."""
        if name == "office":
            self.pulse.hear(message, heard_s)
            self._speed = self.pulse.lasting_ms(1) / 1000
        elif name == "site" and message:
            self.site_name, self.language = plain(message.get("name")), text(message, "language")
        elif name == "reader" and topic_id:
            self._rows.pop(topic_id, None)
            if message:
                self._rows[topic_id] = dict(message)
