"""luot_tools.bench.load: taps leave when they are due, and what does not come back is lost."""

import socket
from collections.abc import Iterator
from itertools import pairwise

import pytest
from bench_ground import READERS, ground

from luot_protocol import codes, frames, office_frames
from luot_tools.bench import load
from luot_tools.bench.load import Readers, percentile
from luot_tools.bench.taps import BOOT, SignedTap, Volley


class Answering:
    """Stands for a reader's connection to an office that answers each tap at once, but for those in `silent`."""

    def __init__(self, reader: int, silent: frozenset[int] = frozenset()) -> None:
        self.sent: list[int] = []
        self.most_ahead = 0
        self._reader = READERS[reader]
        self._silent = silent
        self._answers: list[bytes] = []
        self._here, self._there = socket.socketpair()
        self._seqs: dict[bytes, int] = {}

    def expect(self, taps: list[SignedTap]) -> None:
        """Know which tap is in which packet."""
        self._seqs.update({tap.packet: tap.id[1] for tap in taps})

    def fileno(self) -> int:
        return self._here.fileno()

    def send(self, packets: bytes) -> None:
        while packets:
            length = 2 + packets[1]  # a tap's packet is shorter than 128 bytes
            seq, packets = self._seqs[packets[:length]], packets[length:]
            self.sent.append(seq)
            if seq not in self._silent:
                answer = frames.Receipt(BOOT, seq, codes.OPENED, 17)
                self._answers.append(bytes(office_frames.seal_receipt(answer, self._reader.kid, self._reader.key)))
                self._there.send(b"!")
        self.most_ahead = max(self.most_ahead, len(self._answers))

    def take(self) -> list[bytes]:
        self._here.recv(4096)
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> None:
        self._here.close()
        self._there.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has not come within a twentieth of a second is lost."""
    monkeypatch.setattr(load, "PATIENCE_S", 0.05)


@pytest.fixture
def wires() -> Iterator[list[Answering]]:
    """Two readers; to taps 3 and 4 of the second no answer comes."""
    both = [Answering(0), Answering(1, frozenset((3, 4)))]
    yield both
    for wire in both:
        wire.close()


def taps_for(wires: list[Answering], count: int) -> list[SignedTap]:
    """Taps that these connections know."""
    taps = Volley(ground(200)).make(count)
    for number, wire in enumerate(wires):
        wire.expect([tap for tap in taps if tap.id[0] == number])
    return taps


@pytest.mark.usefixtures("impatient")
def test_at_a_rate_each_tap_is_sent_once_and_the_unanswered_are_lost(wires: list[Answering]) -> None:
    """In order; due at even intervals, and settled no earlier than due."""
    outcome = Readers(READERS, wires).at_rate(taps_for(wires, 40), 1000, limit_s=1.0, share=0.9)  # type: ignore[arg-type]
    assert outcome is not None
    assert [list(range(1, 21))] * 2 == [wire.sent for wire in wires]
    assert 2 == outcome.lost
    due = sorted(outcome.due_ns.values())
    assert {1_000_000} == {after - before for before, after in pairwise(due)}
    assert min(outcome.latencies_ms()) >= 0


@pytest.mark.usefixtures("impatient")
def test_a_hopeless_rate_is_given_up() -> None:
    """With most taps unanswered and more behind them, the rest is not sent."""
    silent = [Answering(number, frozenset(range(500))) for number in range(2)]
    taps = taps_for(silent, 200)
    assert Readers(READERS, silent).at_rate(taps, 1000, limit_s=0.01, share=0.9) is None  # type: ignore[arg-type]
    assert sum(len(wire.sent) for wire in silent) < len(taps)
    for wire in silent:
        wire.close()


@pytest.mark.usefixtures("impatient")
def test_a_burst_keeps_to_its_window(wires: list[Answering]) -> None:
    """Never more unanswered at one reader than the window; all are sent all the same."""
    outcome = Readers(READERS, wires).as_burst(taps_for(wires, 100), window=8)  # type: ignore[arg-type]
    assert [list(range(1, 51))] * 2 == [wire.sent for wire in wires]
    assert (2, 98) == (outcome.lost, len(outcome.settled_ns))
    assert max(wire.most_ahead for wire in wires) <= 8
    assert outcome.per_s > 0


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentiles(share: float, expected: float) -> None:
    """The value that so many do not exceed."""
    assert expected == percentile(list(range(1, 101)), share)
