"""The order of the line: who is called next, who is ahead of whom. Knows entries only, nothing of visits or cards.

An entry is (key, rank time, visit). Entries are kept apart by service and head start, so within one such line the
order of keys is the order of rank times, and the first entry is both its best and its oldest: finding who is next,
and whom that passes over, looks at one entry per line.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

Entry = tuple[int, int, int]
"""(key_ms, rank_ms, visit id); plain comparison is the order, ties included."""

_ID_BITS = 40
_ID_MASK = (1 << _ID_BITS) - 1
_SLACK = 512


class Choice(NamedTuple):
    """Who goes next, and what `explain` needs: the second best, and the one who has waited longest."""

    best: Entry
    second: Entry | None
    oldest: Entry


class Lines:
    """All the lines of a site."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[int, _Line]] = {}

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
        return sum(self.ahead_in_each(services, entry).values())

    def ahead_in_each(self, services: Iterable[str], entry: Entry) -> dict[str, int]:
        """The same for each of them."""
        key_ms, rank_ms, visit = entry
        ahead: dict[str, int] = {}
        for service in services:
            count = 0
            for head_start_ms, line in self._lines.get(service, _NO_LINES).items():
                # Whoever here has the same key has this rank time; ties go by rank time, then by visit.
                same_ms = key_ms + head_start_ms
                least = visit if same_ms == rank_ms else 0 if same_ms > rank_ms else _ID_MASK
                count += line.before(same_ms << _ID_BITS | least)
            ahead[service] = count
        return ahead

    def choose(self, services: Iterable[str]) -> Choice | None:
        """The next of these services, or None when nobody waits."""
        firsts = [
            (_entry(line.at(0), head_start_ms), head_start_ms, line)
            for service in services
            for head_start_ms, line in self._lines.get(service, {}).items()
            if len(line)
        ]
        if not firsts:
            return None
        oldest = min(firsts, key=_age)[0]
        firsts.sort(key=_first)
        best, head_start_ms, line = firsts[0]
        # The second of all is the second of its line, or the first of another.
        after = [_entry(line.at(1), head_start_ms)] if len(line) > 1 else []
        after += [entry for entry, _, _ in firsts[1:2]]
        return Choice(best, min(after, default=None), oldest)

    def wait_since(self, services: Iterable[str], at_ms: int) -> bool:
        """True when anybody in these services has a rank time before `at_ms`."""
        packed = _packed(at_ms, 0)
        for service in services:
            for line in self._lines.get(service, _NO_LINES).values():
                if line.has_before(packed):
                    return True
        return False

    def page(self, service: str, offset: int, limit: int) -> list[Entry]:
        """`limit` entries of one service in order, after the first `offset`; costs O(offset + limit)."""
        return sorted(self._leading(service, offset + limit))[offset : offset + limit]

    def _leading(self, service: str, count: int) -> Iterator[Entry]:
        """The first `count` of each line of a service."""
        for head_start_ms, line in self._lines.get(service, {}).items():
            for at in range(min(count, len(line))):
                yield _entry(line.at(at), head_start_ms)

    def _line(self, service: str, entry: Entry) -> "_Line":
        key_ms, rank_ms, _ = entry
        return self._lines.setdefault(service, {}).setdefault(rank_ms - key_ms, _Line())


class _Line:
    """One service and head start: rank time and visit of each, packed into one number, in order.

    People come at the end and are called from the front, so both cost nothing but the search: those called stay in the
    list until they are many. In the middle 8 bytes a person move, in one piece: 44 us with 100,000 in the line.
    """

    __slots__ = ("_first", "_packed")

    def __init__(self) -> None:
        self._packed: list[int] = []
        self._first = 0

    def __len__(self) -> int:
        return len(self._packed) - self._first

    def at(self, place: int) -> int:
        """The one with so many before it."""
        return self._packed[self._first + place]

    def before(self, packed: int) -> int:
        """How many are smaller."""
        return bisect_left(self._packed, packed, self._first) - self._first

    def has_before(self, packed: int) -> bool:
        """True when any are smaller."""
        return self._first < len(self._packed) and self._packed[self._first] < packed

    def add(self, packed: int) -> None:
        """Put one in."""
        if self._first and packed < self._packed[self._first]:
            # Back to the front, as after an undo: where the last one called was.
            self._first -= 1
            self._packed[self._first] = packed
        else:
            insort(self._packed, packed, self._first)

    def remove(self, packed: int) -> None:
        """Take one out; a ValueError when it is not there."""
        at = bisect_left(self._packed, packed, self._first)
        if at == len(self._packed) or self._packed[at] != packed:
            raise ValueError(f"visit {packed & _ID_MASK} is not in line")
        if at > self._first:
            del self._packed[at]
            return
        self._first += 1
        if 2 * self._first > len(self._packed) + _SLACK or not len(self):
            del self._packed[: self._first]
            self._first = 0


_NO_LINES: Mapping[int, _Line] = {}


def _packed(rank_ms: int, visit: int) -> int:
    return rank_ms << _ID_BITS | visit


def _entry(packed: int, head_start_ms: int) -> Entry:
    rank_ms = packed >> _ID_BITS
    return rank_ms - head_start_ms, rank_ms, packed & _ID_MASK


def _first(row: tuple[Entry, int, _Line]) -> Entry:
    return row[0]


def _age(row: tuple[Entry, int, _Line]) -> tuple[int, int]:
    return row[0][1:]
