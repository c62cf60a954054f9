"""The order of the line: who is called next, who is ahead of whom. Knows entries only, nothing of visits or cards.

An entry is (key, rank time, visit). Entries are kept apart by service and head start, so within one such line the
order of keys is the order of rank times, and the first entry is both its best and its oldest: finding who is next,
and whom that passes over, looks at one entry per line. Adding, removing and counting are O(log n).

In a line an entry is one number, rank time and visit side by side: half the memory of a tuple, and compared at once.
"""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from sortedcontainers import SortedList

Entry = tuple[int, int, int]
"""(key_ms, rank_ms, visit id); plain comparison is the order, ties included."""

_ID_BITS = 40
_ID_MASK = (1 << _ID_BITS) - 1


class Choice(NamedTuple):
    """Who goes next, and what `explain` needs: the second best, and the one who has waited longest."""

    best: Entry
    second: Entry | None
    oldest: Entry


class Lines:
    """All the lines of a site."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[int, SortedList[int]]] = {}

    def add(self, service: str, entry: Entry) -> None:
        """Put an entry into the line of its service."""
        self._line(service, entry).add(_packed(entry[1], entry[2]))

    def remove(self, service: str, entry: Entry) -> None:
        """Take an entry out; it must be there."""
        self._line(service, entry).remove(_packed(entry[1], entry[2]))

    def waiting(self, services: Iterable[str]) -> int:
        """How many wait in these services."""
        return sum(len(line) for service in services for line in self._lines.get(service, {}).values())

    def services(self) -> Iterable[str]:
        """Every service that ever had a line."""
        return self._lines.keys()

    def ahead(self, services: Iterable[str], entry: Entry) -> int:
        """How many in these services are called before `entry`, whether or not it is in line itself."""
        key_ms, rank_ms, visit = entry
        count = 0
        for service in services:
            for head_start_ms, line in self._lines.get(service, {}).items():
                # Whoever here has the same key has this rank time; ties go by rank time, then by visit.
                same_ms = key_ms + head_start_ms
                least = visit if same_ms == rank_ms else 0 if same_ms > rank_ms else _ID_MASK
                count += line.bisect_left(_packed(same_ms, least))
        return count

    def choose(self, services: Iterable[str]) -> Choice | None:
        """The next of these services, or None when nobody waits."""
        leading = [entry for service in services for entry in self._leading(service, 2)]
        if not leading:
            return None
        leading.sort()
        oldest = min(leading, key=lambda entry: entry[1:])
        return Choice(leading[0], leading[1] if len(leading) > 1 else None, oldest)

    def page(self, service: str, offset: int, limit: int) -> list[Entry]:
        """`limit` entries of one service in order, after the first `offset`; costs O(offset + limit)."""
        return sorted(self._leading(service, offset + limit))[offset : offset + limit]

    def _leading(self, service: str, count: int) -> Iterable[Entry]:
        """The first `count` of each line of a service."""
        for head_start_ms, line in self._lines.get(service, {}).items():
            for packed in islice(line, count):
                rank_ms = packed >> _ID_BITS
                yield rank_ms - head_start_ms, rank_ms, packed & _ID_MASK

    def _line(self, service: str, entry: Entry) -> "SortedList[int]":
        key_ms, rank_ms, _ = entry
        return self._lines.setdefault(service, {}).setdefault(rank_ms - key_ms, SortedList())


def _packed(rank_ms: int, visit: int) -> int:
    return rank_ms << _ID_BITS | visit
