"""Which readers give numbers to new cards just now, and which number is next. Kept in memory only: a start ends it all.

Each has a time limit that must be renewed, so that a reader whose technician has gone serves citizens again by itself.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from luot_controller.ingest.keys import EnrolCards
from luot_protocol.messages import LARGEST_NUMBER


@dataclass(slots=True)
class Enrolment:
    """One reader's, from `began_ms` to `until_ms` (office time): the next card gets `number`, or the
    first free one after it, unless it is paused.
    """

    by: str
    began_ms: int
    until_ms: int
    number: int
    paused: bool = False


class Enrolments:
    """The newest one of each reader, also when its time is over: a tap made in its time may still be under way."""

    def __init__(self) -> None:
        self._of: dict[str, Enrolment] = {}

    def begin(self, said: EnrolCards, now_ms: int, for_ms: int) -> Enrolment | None:
        """Let the reader enrol, or go on enrolling; None for one that is to go on and does not enrol."""
        known = self.now(said.reader, now_ms)
        if known is None:
            if said.number is None:
                return None
            known = self._of[said.reader] = Enrolment(said.by, now_ms, now_ms, said.number)
        known.until_ms, known.paused = now_ms + for_ms, said.paused
        if said.number is not None:
            known.number = said.number
        return known

    def end(self, reader: str, now_ms: int) -> None:
        """From now on the reader is a reader again."""
        known = self.now(reader, now_ms)
        if known is not None:
            known.until_ms = now_ms

    def now(self, reader: str, now_ms: int) -> Enrolment | None:
        """The reader's, if it enrols at `now_ms`."""
        known = self._of.get(reader)
        return known if known is not None and known.began_ms <= now_ms < known.until_ms else None

    def during(self, reader: str, tap_ms: int) -> Enrolment | None:
        """The one in whose time a tap was made, the end included."""
        known = self._of.get(reader)
        return known if known is not None and known.began_ms <= tap_ms <= known.until_ms else None

    def all_now(self, now_ms: int) -> Iterator[tuple[str, Enrolment]]:
        """Each reader that enrols at `now_ms`, and how."""
        for reader in self._of:
            found = self.now(reader, now_ms)
            if found is not None:
                yield reader, found


def free_number(first: int, taken: Container[int], reserved: tuple[int, int] | None) -> int | None:
    """The first number from `first` on that no card has and that is not for visits without a card."""
    low, high = reserved or (0, 0)
    for number in range(max(first, 1), LARGEST_NUMBER + 1):
        if number not in taken and not low <= number <= high:
            return number
    return None
