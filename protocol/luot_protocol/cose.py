"""COSE_Mac0 (RFC 9052, section 6.2) with HMAC-SHA-256 and a key id: the envelope of every frame.

The direction is bound as external data, so a frame sent up can never be played back as one sent down.
"""

import hashlib

from luot_protocol import cbor
from luot_protocol.errors import ProtocolError

TAG_MAC0 = 17
KEY_BYTES = 32
MAC_BYTES = 32

_HEADER_ALG, _HEADER_KID = 1, 4
_HMAC_256_256 = 5  # RFC 9053, table 3
_PROTECTED = cbor.dumps({_HEADER_ALG: _HMAC_256_256})
# How every message and every structure to sign begins: made once, which halves the work for each.
_MESSAGE = cbor.dumps(cbor.Tag(TAG_MAC0, [_PROTECTED, {_HEADER_KID: 0}, 0, 0]))[:-3]
_STRUCTURE = cbor.dumps(["MAC0", _PROTECTED, 0, 0])[:-2]
_BLOCK_BYTES = 64  # SHA-256's block, RFC 2104
_INNER_PAD = int.from_bytes(b"\x36" * _BLOCK_BYTES, "big")
_OUTER_PAD = int.from_bytes(b"\x5c" * _BLOCK_BYTES, "big")


class Envelope:
    """An opened but not yet verified frame: kid (bytes), payload (bytes), mac (bytes)."""

    __slots__ = ("kid", "mac", "payload")

    def __init__(self, kid, payload, mac):
        self.kid = kid
        self.payload = payload
        self.mac = mac


def seal(payload, kid, key, direction):
    """Return the COSE_Mac0 bytes of `payload`; `direction` is the external data both sides agree on (bytes)."""
    mac = _mac(payload, key, direction)
    return _MESSAGE + cbor.byte_string(kid) + cbor.byte_string(payload) + cbor.byte_string(mac)


def parse(data):
    """Take a frame apart without trusting it; raises ProtocolError when it is not a COSE_Mac0 of ours."""
    if data[: len(_MESSAGE)] != _MESSAGE:
        _refuse(cbor.loads(data))
    kid, payload, mac = cbor.loads_all(data, len(_MESSAGE), 3)
    if not isinstance(kid, bytes):
        raise ProtocolError("cose.kid", "not bytes")
    if not isinstance(payload, bytes) or not isinstance(mac, bytes) or len(mac) != MAC_BYTES:
        raise ProtocolError("cose.shape", "payload or MAC")
    return Envelope(kid, payload, mac)


def verify(envelope, key, direction):
    """True when the MAC is right; takes the same time wherever a wrong one differs."""
    wanted = _mac(envelope.payload, key, direction)
    difference = len(wanted) ^ len(envelope.mac)
    for a, b in zip(wanted, envelope.mac):  # noqa: B905 - MicroPython's zip has no strict
        difference |= a ^ b
    return difference == 0


def hmac_sha256(key, message):
    """HMAC (RFC 2104) with SHA-256; MicroPython has no hmac module. Keys are at most one block (64 bytes)."""
    if len(key) > _BLOCK_BYTES:
        raise ProtocolError("key.length", str(len(key)))
    padded = int.from_bytes(key, "big") << 8 * (_BLOCK_BYTES - len(key))
    inner = hashlib.sha256((padded ^ _INNER_PAD).to_bytes(_BLOCK_BYTES, "big") + message).digest()
    return hashlib.sha256((padded ^ _OUTER_PAD).to_bytes(_BLOCK_BYTES, "big") + inner).digest()


def mac_structure(payload, direction):
    """The bytes that the MAC is taken over (RFC 9052, section 6.3)."""
    return _STRUCTURE + cbor.byte_string(direction) + cbor.byte_string(payload)


def _refuse(message):
    """Raise the ProtocolError that says in which way `message`, which does not begin like one of ours, is another."""
    if not isinstance(message, cbor.Tag) or message.number != TAG_MAC0:
        raise ProtocolError("cose.tag", "not a COSE_Mac0")
    if not isinstance(message.value, list) or len(message.value) != 4:
        raise ProtocolError("cose.shape", "not four parts")
    protected, unprotected = message.value[:2]
    if protected != _PROTECTED:
        raise ProtocolError("cose.alg", "not HMAC 256/256")
    if not isinstance(unprotected, dict) or _HEADER_KID not in unprotected:
        raise ProtocolError("cose.kid", "missing")
    # The MAC does not cover these: anybody on the way could add some.
    raise ProtocolError("cose.shape", "other unprotected headers")


def _mac(payload, key, direction):
    if len(key) != KEY_BYTES:
        raise ProtocolError("key.length", str(len(key)))
    return hmac_sha256(key, mac_structure(payload, direction))
