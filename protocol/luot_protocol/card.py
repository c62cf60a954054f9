"""A card's identity on the wire: a keyed hash, so that a UID never leaves the reader in clear."""

from luot_protocol.cose import KEY_BYTES, hmac_sha256
from luot_protocol.errors import ProtocolError

UID_BYTES = (4, 7, 10)
"""Lengths of an ISO/IEC 14443-3 UID: single, double and triple size."""

HASH_BYTES = 16
"""Kept bytes of the hash; at 128 bits two cards of one site never meet by chance."""


def card_hash(card_key, uid):
    """Hash `uid` (4, 7 or 10 bytes) with the site's 32-byte card key to 16 bytes."""
    if len(card_key) != KEY_BYTES:
        raise ProtocolError("key.length", str(len(card_key)))
    if len(uid) not in UID_BYTES:
        raise ProtocolError("card.uid", str(len(uid)) + " bytes")
    return hmac_sha256(card_key, b"luot card" + bytes(uid))[:HASH_BYTES]
