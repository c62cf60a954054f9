"""The two packets that an office's traffic is made of, PUBLISH and PUBACK of MQTT 3.1.1. Knows no connection.

Section numbers are those of the OASIS standard.
"""

from functools import lru_cache
from typing import NamedTuple

PUBLISH = 0x30
PUBACK = 0x40
MOST_IDS = 0xFFFF

_KIND, _RETAINED, _QOS_1, _QOS_BITS = 0xF0, 0x01, 0x02, 0x06
_MORE, _LENGTH_BITS, _LENGTH_BYTES = 0x80, 0x7F, 4
_SHORT = 0x80


class Published(NamedTuple):
    """A PUBLISH; `packet_id` is 0 with QoS 0."""

    topic: str
    payload: bytes
    retained: bool
    packet_id: int


def publish(topic: str, payload: bytes, retain: bool, packet_id: int = 0) -> bytes:
    """The packet that publishes with QoS 1, or with QoS 0 when it has no id; ValueError for a topic that cannot be."""
    name = _name(topic)
    if not packet_id:
        return b"".join((_head(PUBLISH | retain, len(name) + len(payload)), name, payload))
    head = _head(PUBLISH | _QOS_1 | retain, len(name) + 2 + len(payload))
    return b"".join((head, name, packet_id.to_bytes(2, "big"), payload))


def puback(packet_id: int) -> bytes:
    """The packet that acknowledges a PUBLISH with QoS 1."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def whole(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends; None when it is not all there, or its length no length."""
    length = shift = 0
    for position in range(at + 1, min(at + 1 + _LENGTH_BYTES, len(data))):
        byte = data[position]
        length |= (byte & _LENGTH_BITS) << shift
        if byte < _MORE:
            end = position + 1 + length
            return (position + 1, end) if end <= len(data) else None
        shift += 7
    return None


def read_publish(first: int, body: bytes) -> Published:
    """Take a PUBLISH apart, of which `first` is the first byte (3.3); ValueError for a malformed one, or QoS 2."""
    at = 2 + int.from_bytes(body[:2], "big")
    packet_id = 0
    topic = body[2:at].decode()
    if first & _QOS_BITS:
        at += 2
        packet_id = int.from_bytes(body[at - 2 : at], "big")
        if first & _QOS_BITS != _QOS_1 or not packet_id:
            raise ValueError("a message with QoS 2, which nobody asked for, or without an id")
    if at > len(body) or not topic:
        raise ValueError("a PUBLISH that is cut off, or has no topic")
    return Published(topic, body[at:], bool(first & _RETAINED), packet_id)


def read_puback(body: bytes) -> int:
    """The id that a PUBACK acknowledges (3.4); ValueError for a malformed one."""
    if len(body) != 2:
        raise ValueError("a PUBACK that is not one id")
    return body[0] << 8 | body[1]


@lru_cache(maxsize=16_384)  # a site has about so many topics, nearly all of cards
def _name(topic: str) -> bytes:
    raw = topic.encode()
    if not raw or len(raw) > MOST_IDS or any(sign in topic for sign in "+#\0"):
        raise ValueError(f"nothing can be published on {topic!r}")
    return len(raw).to_bytes(2, "big") + raw


def _head(first: int, length: int) -> bytes:
    """How a packet begins (2.2)."""
    if length < _SHORT:
        return bytes((first, length))
    if length < _SHORT * _SHORT:
        return bytes((first, length & _LENGTH_BITS | _MORE, length >> 7))
    head = bytearray((first,))
    while length >= _MORE:
        head.append(length & _LENGTH_BITS | _MORE)
        length >>= 7
    head.append(length)
    return bytes(head)
