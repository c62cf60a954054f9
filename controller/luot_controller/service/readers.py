"""What the office has heard of each reader since its start. Kept in memory only; decides nothing about the line."""

from collections.abc import Container, Mapping
from typing import NamedTuple

from luot_controller.ingest.taps import Key, Report
from luot_controller.service.turn import Fields
from luot_protocol import faults, office_frames

NOT_ITS_KEY = ("frame.mac", "frame.kid")
"""What is wrong with the frames of a reader that was not given the key that the office has for it."""


class _Name(NamedTuple):
    """What a report is known by."""

    kid: bytes
    boot: int
    number: int


class Readers:
    """One row for each reader of the site file: message READER, and its id.

    changed: the readers whose row says something new, for whoever publishes them.
    """

    def __init__(self, roles: Mapping[str, str]) -> None:
        self.changed: set[str] = set()
        self._rows: dict[str, Fields] = {reader: {"id": reader, "role": role} for reader, role in roles.items()}
        self._links: dict[str, str] = {}
        self._named: dict[str, _Name] = {}
        self._enrolling: set[str] = set()

    def adopt(self, roles: Mapping[str, str]) -> list[str]:
        """Let these be the readers from now on, and return those who are none any more."""
        gone = [reader for reader in self._rows if reader not in roles]
        self._rows = {
            reader: {**self._rows.get(reader, {"id": reader}), "role": role} for reader, role in roles.items()
        }
        self.changed.difference_update(gone)
        return gone

    def keyed(self, readers: Container[str]) -> None:
        """These are the readers that the office has a key for; a row that is new is shown with all the others."""
        for reader, row in self._rows.items():
            has_key = reader in readers
            if row.setdefault("key", has_key) != has_key:
                row["key"] = has_key
                self.changed.add(reader)

    def alerted(self, reader: str, alerts: list[str]) -> None:
        """These are the alerts about a reader now."""
        row = self._rows.get(reader)
        if row is not None and row.pop("alerts", []) != alerts:
            self.changed.add(reader)
        if row is not None and alerts:
            row["alerts"] = alerts

    def order_to_blink(self, reader: str, keys: Mapping[bytes, Key]) -> tuple[str, bytes] | str:
        """The link and the frame of an order to blink; the code of a refusal where there can be none."""
        if reader not in self._rows:
            return "unknown_reader"
        name = self._named.get(reader)
        if name is None or name.kid not in keys:
            return "reader_unheard"
        order = {"boot": name.boot, "count": name.number}
        return self._links[reader], bytes(office_frames.seal_identify(order, name.kid, keys[name.kid].key))

    def rows(self) -> list[Fields]:
        """All of them, in the site file's order."""
        return list(self._rows.values())

    def message(self, reader: str) -> Fields:
        """Message READER."""
        return {key: value for key, value in self._rows[reader].items() if key != "id"}

    def heard(self, reader: str, link: str, at_ms: int, depth: int | None) -> None:
        """A frame of `reader` was verified that came over `link`; `depth` is what it keeps unsent, if it said so."""
        row = self._rows[reader]
        self._links[reader] = link
        row["last_seen_ms"] = at_ms
        if depth is not None:
            row["depth"] = depth
        if faults.NAMES[faults.KEY_WRONG] in row.get("faults", ()):
            row["faults"] = [fault for fault in row["faults"] if fault != faults.NAMES[faults.KEY_WRONG]]
            self.changed.add(reader)

    def report(self, report: Report, link: str, at_ms: int) -> bool:
        """Take a report of health; False for one that is not newer than the last under the same key."""
        health = dict(report.health)
        name = _Name(report.kid, health["boot"], health["count"])
        last = self._named.get(report.reader)
        if last is not None and last.kid == name.kid and name <= last:
            return False
        self._named[report.reader] = name
        self.heard(report.reader, link, at_ms, health.get("depth"))
        self._rows[report.reader].update(
            faults=[faults.name(fault) for fault in health.pop("faults", ())], health=health
        )
        self.changed.add(report.reader)
        return True

    def enrol(self, numbers: Mapping[str, int]) -> None:
        """These readers, and no others, enrol cards; by reader the number of the next, 0 while paused."""
        for reader in self._enrolling - numbers.keys():
            if self._rows.get(reader, {}).pop("enrols", None) is not None:
                self.changed.add(reader)
        for reader, number in numbers.items():
            row = self._rows.get(reader)
            if row is not None and row.get("enrols") != number:
                row["enrols"] = number
                self.changed.add(reader)
        self._enrolling = set(numbers)

    def not_verified(self, link: str, code: str) -> None:
        """A frame came over `link` that was refused with `code`; a reader that is its own link has the wrong key."""
        row = self._rows.get(link)
        if row is None or code not in NOT_ITS_KEY:
            return
        known = row.setdefault("faults", [])
        if faults.NAMES[faults.KEY_WRONG] not in known:
            known.insert(0, faults.NAMES[faults.KEY_WRONG])
            self.changed.add(link)

    def presence(self, link: str, state: str) -> None:
        """The link says that it is `ready` or `sleeping`, or the broker says that it is `lost`."""
        for reader, row in self._rows.items():
            if self._links.get(reader, reader) == link and row.get("link") != state:
                row["link"] = state
                self.changed.add(reader)
