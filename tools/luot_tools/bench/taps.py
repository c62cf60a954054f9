"""Taps of many cards at several readers, signed beforehand, and the check of their receipts. Sends nothing."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from luot_protocol import codes, frames, topics
from luot_protocol.errors import ProtocolError
from luot_tools.bench.ground import SITE_ID, Ground, ReaderKey
from luot_tools.bench.wire import publishing

TapId = tuple[int, int]
"""(number of the reader, from 0; seq)"""

BOOT = 1


class SignedTap(NamedTuple):
    """One tap as the packet that sends it."""

    id: TapId
    packet: bytes


class Volley:
    """Taps of the cards of `ground` that have not been sent before, all different.

    made: how many so far. opened: how many cards have been taken; the first tap of each opens a visit, any later one
    asks for its place.
    """

    def __init__(self, ground: Ground) -> None:
        self.made = 0
        self.opened = 0
        self._ground = ground
        self._topics = [topics.build(SITE_ID, "link_up", row.reader) for row in ground.readers]

    def make(self, count: int, opening: float = 1.0) -> list[SignedTap]:
        """`count` signed taps, readers in turn; the share `opening` of them, spread evenly, open a visit.

        They are fewer when cards run out.
        """
        left = len(self._ground.cards) - self.opened
        opens = min(left, max(round(count * opening), 0 if self.opened else 1))
        new = {number * count // opens for number in range(opens)}
        return [self._sign(self._new_card() if number in new else self.made % self.opened) for number in range(count)]

    def _new_card(self) -> int:
        self.opened += 1
        return self.opened - 1

    def _sign(self, card: int) -> SignedTap:
        before, at = divmod(self.made, len(self._ground.readers))
        self.made += 1
        reader = self._ground.readers[at]
        tap = frames.Tap(BOOT, before + 1, self._ground.cards[card], 0)
        frame = bytes(frames.seal_tap(tap, reader.kid, reader.key))
        return SignedTap((at, before + 1), publishing(self._topics[at], frame, before))


class Answer(NamedTuple):
    """What came down to a reader."""

    reader: int
    arrived_ns: int
    payload: bytes


def settled(answers: Sequence[Answer], readers: Sequence[ReaderKey]) -> Mapping[TapId, int]:
    """When the first receipt of each tap arrived; one that is forged, or says more than a place, does not count."""
    arrived: dict[TapId, int] = {}
    for answer in answers:
        try:
            receipt = frames.read_receipt(frames.parse(answer.payload), readers[answer.reader].key)
        except ProtocolError:
            continue
        if receipt.boot == BOOT and receipt.code in (codes.OPENED, codes.WAITING):
            arrived.setdefault((answer.reader, receipt.seq), answer.arrived_ns)
    return arrived
