"""luot_protocol.cose against RFC 4231, Python's own hmac and pycose, in both directions."""

import hmac
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycose.algorithms import HMAC256
from pycose.headers import KID, Algorithm
from pycose.keys import SymmetricKey
from pycose.messages import Mac0Message

from luot_protocol import cose
from luot_protocol.errors import ProtocolError

KEY = bytes(range(32))
UP = b"luot/1/up"

# RFC 4231, test cases 1 to 4: the ones whose key fits into a block.
RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
]

kids = st.binary(max_size=24)
keys = st.binary(min_size=32, max_size=32)
directions = st.binary(max_size=20)


@pytest.mark.parametrize(("key", "message", "mac"), RFC_4231)
def test_hmac_of_the_standard(key: bytes, message: bytes, mac: str) -> None:
    """HMAC-SHA-256 gives what RFC 4231 lists."""
    assert mac == cose.hmac_sha256(key, message).hex()


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_hmac_of_the_library(key: bytes, message: bytes) -> None:
    """For every key up to one block it is Python's own hmac."""
    assert hmac.digest(key, message, "sha256") == cose.hmac_sha256(key, message)


@given(st.binary(max_size=120), kids, keys, directions)
def test_pycose_reads_ours(payload: bytes, kid: bytes, key: bytes, direction: bytes) -> None:
    """pycose takes our frame apart, finds the same parts and verifies the MAC under the same external data."""
    message = Mac0Message.decode(cose.seal(payload, kid, key, direction))
    message.key = SymmetricKey(k=key)
    message.external_aad = direction
    assert (payload, {KID: kid}, {Algorithm: HMAC256}) == (message.payload, message.uhdr, message.phdr)
    assert message.verify_tag()


@given(st.binary(max_size=120), kids, keys, directions)
def test_we_read_pycose(payload: bytes, kid: bytes, key: bytes, direction: bytes) -> None:
    """What pycose encodes is byte for byte what we seal, and verifies."""
    message = Mac0Message(phdr={Algorithm: HMAC256}, uhdr={KID: kid}, payload=payload, external_aad=direction)
    message.key = SymmetricKey(k=key)
    encoded = message.encode()
    assert cose.seal(payload, kid, key, direction) == encoded
    envelope = cose.parse(encoded)
    assert (kid, payload) == (envelope.kid, envelope.payload)
    assert cose.verify(envelope, key, direction)


def test_key_payload_and_direction_are_bound() -> None:
    """Another key, payload or direction, or a MAC with any byte changed or cut, does not verify."""
    good = cose.parse(cose.seal(b"payload", b"kid", KEY, UP))
    assert cose.verify(good, KEY, UP)
    assert not cose.verify(good, bytes(32), UP)
    assert not cose.verify(good, KEY, b"luot/1/down")
    assert not cose.verify(cose.Envelope(b"kid", b"Payload", good.mac), KEY, UP)
    for at in range(cose.MAC_BYTES):
        changed = good.mac[:at] + bytes([good.mac[at] ^ 0x80]) + good.mac[at + 1 :]
        assert not cose.verify(cose.Envelope(b"kid", b"payload", changed), KEY, UP)
        assert not cose.verify(cose.Envelope(b"kid", b"payload", good.mac[:at]), KEY, UP)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_keys_have_32_bytes(length: int) -> None:
    """A key of another length, such as an empty one out of a broken settings file, neither signs nor verifies."""
    envelope = cose.parse(cose.seal(b"", b"kid", KEY, UP))
    with pytest.raises(ProtocolError, match=r"^key\.length"):
        cose.seal(b"", b"kid", bytes(length), UP)
    with pytest.raises(ProtocolError, match=r"^key\.length"):
        cose.verify(envelope, bytes(length), UP)


def test_hmac_refuses_keys_beyond_a_block() -> None:
    """RFC 2104 hashes longer keys first; nothing here has one, so it is an error rather than another MAC."""
    with pytest.raises(ProtocolError, match=r"^key\.length"):
        cose.hmac_sha256(bytes(65), b"")


class Watched(bytes):
    """Bytes that count how many of them were looked at."""

    looked_at = 0

    def __iter__(self) -> Iterator[int]:
        for byte in super().__iter__():
            self.looked_at += 1
            yield byte


@pytest.mark.parametrize("wrong", [0, 31])
def test_a_wrong_mac_is_read_to_its_end(wrong: int) -> None:
    """The comparison does not stop at the first wrong byte, which would tell a forger how far the guess is right."""
    good = cose.parse(cose.seal(b"payload", b"kid", KEY, UP))
    mac = Watched(good.mac[:wrong] + bytes([good.mac[wrong] ^ 1]) + good.mac[wrong + 1 :])
    assert not cose.verify(cose.Envelope(b"kid", b"payload", mac), KEY, UP)
    assert cose.MAC_BYTES == mac.looked_at
