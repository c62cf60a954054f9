"""The order of the line: who is called next, who is ahead of whom. Knows entries only, nothing of visits or cards.

An entry is (key, rank time, visit). Entries are kept apart by service and head start, so within one such line the
order of keys is the order of rank times, and the first entry is both its best and its oldest: finding who is next,
and whom that passes over, looks at one entry per line. Adding, removing and counting are O(log n).
"""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from sortedcontainers import SortedList

Entry = tuple[int, int, int]
"""(key_ms, rank_ms, visit id); plain comparison is the order, ties included."""


class Choice(NamedTuple):
    """Who goes next, and what `explain` needs: the second best, and the one who has waited longest."""

    best: Entry
    second: Entry | None
    oldest: Entry


class Lines:
    """All the lines of a site."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[int, SortedList[Entry]]] = {}

    def add(self, service: str, entry: Entry) -> None:
        """Put an entry into the line of its service."""
        self._line(service, entry).add(entry)

    def remove(self, service: str, entry: Entry) -> None:
        """Take an entry out; it must be there."""
        self._line(service, entry).remove(entry)

    def waiting(self, services: Iterable[str]) -> int:
        """How many wait in these services."""
        return sum(len(line) for service in services for line in self._of(service))

    def services(self) -> Iterable[str]:
        """Every service that ever had a line."""
        return self._lines.keys()

    def ahead(self, services: Iterable[str], entry: Entry) -> int:
        """How many in these services are called before `entry`, whether or not it is in line itself."""
        return sum(line.bisect_left(entry) for service in services for line in self._of(service))

    def choose(self, services: Iterable[str]) -> Choice | None:
        """The next of these services, or None when nobody waits."""
        lines = [line for service in services for line in self._of(service) if line]
        if not lines:
            return None
        leading = sorted(entry for line in lines for entry in islice(line, 2))
        oldest = min((line[0] for line in lines), key=lambda entry: entry[1:])
        return Choice(leading[0], leading[1] if len(leading) > 1 else None, oldest)

    def page(self, service: str, offset: int, limit: int) -> list[Entry]:
        """`limit` entries of one service in order, after the first `offset`; costs O(offset + limit)."""
        leading = sorted(entry for line in self._of(service) for entry in islice(line, offset + limit))
        return leading[offset : offset + limit]

    def _of(self, service: str) -> Iterable["SortedList[Entry]"]:
        return self._lines.get(service, {}).values()

    def _line(self, service: str, entry: Entry) -> "SortedList[Entry]":
        key_ms, rank_ms, _ = entry
        return self._lines.setdefault(service, {}).setdefault(rank_ms - key_ms, SortedList())
