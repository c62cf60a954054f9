"""luot_protocol.card: the keyed hash that stands for a card."""

import hashlib
import hmac

import pytest

from luot_protocol.card import UID_BYTES, card_hash
from luot_protocol.errors import ProtocolError

CARD_KEY = bytes(range(32))


@pytest.mark.parametrize("length", UID_BYTES)
def test_it_is_a_keyed_hash(length: int) -> None:
    """16 bytes of HMAC-SHA-256 over a fixed prefix and the UID; without the site's key nobody can list all UIDs."""
    uid = bytes(range(length))
    assert hmac.digest(CARD_KEY, b"luot card" + uid, "sha256")[:16] == card_hash(CARD_KEY, uid)
    assert card_hash(bytes(32), uid) != card_hash(CARD_KEY, uid)
    assert hashlib.sha256(uid).digest()[:16] != card_hash(CARD_KEY, uid)


def test_the_uid_may_come_from_a_drivers_buffer() -> None:
    """Drivers hand out bytearrays and memoryviews."""
    assert card_hash(CARD_KEY, b"\x04\xa1\xb2\xc3") == card_hash(CARD_KEY, bytearray(b"\x04\xa1\xb2\xc3"))
    assert card_hash(CARD_KEY, b"\x04\xa1\xb2\xc3") == card_hash(CARD_KEY, memoryview(b"\x04\xa1\xb2\xc3"))


@pytest.mark.parametrize("length", [0, 3, 5, 8, 11])
def test_other_lengths_are_no_uid(length: int) -> None:
    """ISO/IEC 14443-3 knows UIDs of 4, 7 and 10 bytes."""
    with pytest.raises(ProtocolError, match=r"^card\.uid"):
        card_hash(CARD_KEY, bytes(length))


@pytest.mark.parametrize("length", [0, 16, 33])
def test_the_key_has_32_bytes(length: int) -> None:
    """An empty or short key out of a broken settings file is refused: its hashes would be no secret."""
    with pytest.raises(ProtocolError, match=r"^key\.length"):
        card_hash(bytes(length), b"\x04\xa1\xb2\xc3")
