"""luot_tools.bench.taps: the load is what it says it is, and a receipt counts only when it is one."""

from collections import Counter
from itertools import pairwise

import pytest
from bench_ground import READERS, ground

from luot_protocol import codes, frames, office_frames
from luot_tools.bench.taps import BOOT, Answer, SignedTap, Volley, settled

KID, KEY = READERS[0].kid, READERS[0].key


def tap_of(signed: SignedTap) -> frames.Tap:
    """The verified tap of a packet."""
    reader = READERS[signed.id[0]]
    topic = f"luot/1/bench/link/{reader.reader}/up".encode()
    _, found, rest = signed.packet.partition(topic)
    assert found
    return office_frames.read_tap(frames.parse(rest[2:]), reader.key)


@pytest.mark.parametrize(("count", "opening", "opened"), [(50, 1.0, 50), (60, 1.0, 50), (50, 0.1, 5), (90, 1 / 3, 30)])
def test_a_share_opens_visits(count: int, opening: float, opened: int) -> None:
    """Cards not seen before come evenly among the others, the first at once, until there are no more."""
    volley = Volley(ground(50))
    cards = [tap_of(tap).card for tap in volley.make(count, opening)]
    assert (count, opened) == (volley.made, volley.opened)
    assert opened == len(set(cards))
    new = [at for at, card in enumerate(cards) if card not in cards[:at]]
    assert 0 == new[0]
    gaps = {after - before for before, after in pairwise(new)}
    assert max(gaps) - min(gaps) <= 1


def test_no_tap_is_sent_twice() -> None:
    """Readers in turn, each counting on, also from one volley to the next."""
    volley = Volley(ground(10))
    taps = [*volley.make(7), *volley.make(6, 0.5)]
    assert len(taps) == len({tap.id for tap in taps})
    assert {0: 7, 1: 6} == Counter(tap.id[0] for tap in taps)
    assert [(BOOT, tap.id[1]) for tap in taps] == [(tap_of(tap).boot, tap_of(tap).seq) for tap in taps]


def receipt(seq: int, code: int = codes.OPENED, boot: int = BOOT, key: bytes = KEY) -> bytes:
    """A signed receipt."""
    return bytes(office_frames.seal_receipt(frames.Receipt(boot, seq, code, 17, 3), KID, key))


def test_the_first_receipt_of_a_tap_counts() -> None:
    """Its time is the tap's; a later one changes nothing."""
    answers = [Answer(0, 5, receipt(1)), Answer(0, 6, receipt(2, codes.WAITING)), Answer(0, 7, receipt(1))]
    assert {(0, 1): 5, (0, 2): 6} == settled(answers, READERS)


@pytest.mark.parametrize(
    "payload",
    [
        receipt(1, key=bytes(32)),
        receipt(1, codes.UNKNOWN_CARD),
        receipt(1, boot=BOOT + 1),
        receipt(1)[:-1],
        b"",
    ],
    ids=["forged", "ignored", "other boot", "cut", "empty"],
)
def test_what_is_no_receipt_does_not_count(payload: bytes) -> None:
    """A tap that was not taken, or whose answer cannot be trusted, is lost."""
    assert {} == settled([Answer(0, 5, payload)], READERS)
