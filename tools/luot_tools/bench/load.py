"""Sends signed taps, at a rate or as fast as they are answered, and notes when each left and came back. Judges none."""

import select
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from typing import NamedTuple

from luot_protocol import topics
from luot_tools.bench.ground import ReaderKey, reader_access
from luot_tools.bench.taps import Answer, SignedTap, TapId, settled
from luot_tools.bench.wire import Wire

PATIENCE_S = 5.0
"""Nothing has come for so long: what is missing then is lost."""

_TICK_S = 0.001
_END_TICK_S = 0.1
_NS = 1_000_000_000


class Outcome(NamedTuple):
    """When each tap was due, and when its verified receipt came; monotonic ns."""

    due_ns: Mapping[TapId, int]
    settled_ns: Mapping[TapId, int]

    @property
    def lost(self) -> int:
        """Taps without a receipt."""
        return len(self.due_ns) - len(self.settled_ns)

    @property
    def per_s(self) -> float:
        """Receipts by the time from the first tap to the last receipt."""
        return len(self.settled_ns) * _NS / (max(self.settled_ns.values()) - min(self.due_ns.values()))

    def latencies_ms(self) -> list[float]:
        """From due to receipt, sorted."""
        return sorted((at - self.due_ns[tap]) / 1e6 for tap, at in self.settled_ns.items())


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of the sorted values do not exceed."""
    return ordered[ceil(share * len(ordered)) - 1]


class Readers:
    """A connection for each reader."""

    def __init__(self, readers: Sequence[ReaderKey], wires: Sequence[Wire]) -> None:
        self._readers = readers
        self._wires = wires

    def at_rate(self, taps: Sequence[SignedTap], per_s: float, limit_s: float, share: float) -> Outcome | None:
        """Send each tap when it is due, whatever comes back; its time runs from then, also when we are late ourselves.

        None as soon as it is plain that not even `share` of the taps can be settled within `limit_s`: when more than
        the rest of them left with so many unanswered before them that these alone take longer.
        """
        began = time.monotonic_ns()
        step = _NS / per_s
        answers: list[Answer] = []
        sent = late = 0
        heard_ns = began
        while len(answers) < len(taps):
            now = time.monotonic_ns()
            due = min(len(taps), int((now - began) / step) + 1)
            if sent - len(answers) > per_s * limit_s:
                late += due - sent
                if late > (1 - share) * len(taps):
                    self._await(sent - len(answers))
                    return None
            self._send(taps[sent:due])
            sent = due
            came = self._take(_TICK_S if sent < len(taps) else _END_TICK_S)
            answers += came
            if came or sent < len(taps):
                heard_ns = time.monotonic_ns()
            elif now - heard_ns > PATIENCE_S * _NS:
                break
        return self._outcome({tap.id: began + int(number * step) for number, tap in enumerate(taps)}, answers)

    def as_burst(self, taps: Sequence[SignedTap], window: int) -> Outcome:
        """Send all as fast as receipts come, at most `window` of each reader ahead of them; due at the start."""
        began = time.monotonic_ns()
        waiting: list[list[SignedTap]] = [[] for _ in self._wires]
        for tap in reversed(taps):
            waiting[tap.id[0]].append(tap)
        open_taps = Counter[int]()
        answers: list[Answer] = []
        while len(answers) < len(taps):
            for reader, rest in enumerate(waiting):
                # Refilled by halves, so that packets go out in company.
                if rest and open_taps[reader] <= window // 2:
                    batch = [rest.pop() for _ in range(min(len(rest), window - open_taps[reader]))]
                    open_taps[reader] += len(batch)
                    self._send(batch)
            came = self._take(PATIENCE_S)
            if not came:
                break
            answers += came
            for answer in came:
                open_taps[answer.reader] -= 1
        return self._outcome(dict.fromkeys((tap.id for tap in taps), began), answers)

    def _await(self, count: int) -> None:
        """Take so many answers for nothing, unless none comes any more."""
        while count > 0 and (came := self._take(PATIENCE_S)):
            count -= len(came)

    def _outcome(self, due_ns: Mapping[TapId, int], answers: Sequence[Answer]) -> Outcome:
        arrived_ns = settled(answers, self._readers)
        return Outcome(due_ns, {tap: at for tap, at in arrived_ns.items() if tap in due_ns})

    def _send(self, taps: Sequence[SignedTap]) -> None:
        packets: dict[int, list[bytes]] = {}
        for tap in taps:
            packets.setdefault(tap.id[0], []).append(tap.packet)
        for reader, some in packets.items():
            self._wires[reader].send(b"".join(some))

    def _take(self, wait_s: float) -> list[Answer]:
        """What has come; PUBACKs alone count as nothing, and do not end the wait early unless it is short."""
        until = time.monotonic() + wait_s
        while True:
            ready, _, _ = select.select(self._wires, (), (), max(0.0, until - time.monotonic()))
            arrived_ns = time.monotonic_ns()
            came = [Answer(self._wires.index(wire), arrived_ns, payload) for wire in ready for payload in wire.take()]
            if came or time.monotonic() >= until:
                return came


@contextmanager
def connected(data: Path, readers: Sequence[ReaderKey]) -> Iterator[Readers]:
    """Every reader connected to the broker of the office on `data`."""
    with ExitStack() as stack:
        wires = []
        for row in readers:
            access = reader_access(data, row.reader)
            down = topics.build(access.site, "link_down", row.reader)
            wires.append(stack.enter_context(Wire(access, f"bench-{row.reader}", down)))
        yield Readers(readers, wires)
