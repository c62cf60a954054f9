"""The receipt of a tap: made of the fact that settled it, whenever it is asked for."""

import pytest

from luot_controller.engine.events import TapAnswered, TapIgnored, TapSettled
from luot_controller.publish.receipts import receipt_frame
from luot_protocol import codes, frames

KID, KEY = b"\1\2\3\4", bytes(range(32))


def received(settled: TapSettled) -> frames.Receipt:
    """What the reader makes of it."""
    receipt: frames.Receipt = frames.read_receipt(frames.parse(receipt_frame(settled, KID, KEY)), KEY)
    return receipt


def test_everything_arrives() -> None:
    """Each field of the fact stands in the receipt."""
    told = received(TapAnswered(99, "entry-1", "k", 3, 9, codes.OPENED, 17, 5, 4, 10, 25, "2", True))
    assert (3, 9, codes.OPENED, 17, 4, 10, 25, "2", True) == (
        told.boot,
        told.seq,
        told.code,
        told.number,
        told.ahead,
        told.lo_min,
        told.hi_min,
        told.desk,
        told.closes_first,
    )


def test_what_is_not_known_is_left_out() -> None:
    """No place, no range and no desk: None at the reader, not zero; and no warning."""
    told = received(TapAnswered(99, "info-1", "k", 3, 9, codes.NOT_IN_LINE, 17))
    assert (None, None, None, None) == (told.ahead, told.lo_min, told.hi_min, told.desk)
    assert told.closes_first is False
    assert 0 == received(TapAnswered(99, "entry-1", "k", 3, 9, codes.OPENED, 17, 1, 0, 0, 5)).ahead


@pytest.mark.parametrize("number", [None, 17])
def test_a_refusal(number: int | None) -> None:
    """An ignored tap gets its code, and the number where the card is known."""
    told = received(TapIgnored(99, "entry-1", "k", 3, 9, codes.TOO_OLD, number))
    assert (3, 9, codes.TOO_OLD, number) == (told.boot, told.seq, told.code, told.number)
    assert codes.is_refusal(told.code)


def test_the_same_again() -> None:
    """Made twice of one fact, also after it has been through the ledger, it is the same to the byte."""
    fact = TapAnswered(99, "entry-1", "k", 3, 9, codes.OPENED, 17, 5, 4, 10, None)
    assert receipt_frame(fact, KID, KEY) == receipt_frame(fact, KID, KEY)


def test_the_largest_fits() -> None:
    """The largest numbers and the longest desk id stay within a frame's 200 bytes."""
    u32 = (1 << 32) - 1
    largest = TapAnswered(99, "r" * 32, "k", u32, u32, 255, u32, u32, u32, u32, u32, "d" * 32, True)
    assert len(receipt_frame(largest, KID, KEY)) <= frames.MAX_BYTES
