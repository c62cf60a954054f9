"""luot_controller.mqtt_packets: PUBLISH and PUBACK, byte by byte as MQTT 3.1.1 has them."""

import pytest

from luot_controller import mqtt_packets as packets
from luot_controller.mqtt_packets import Published


@pytest.mark.parametrize(
    ("packet", "message"),
    [
        (b"\x30\x06\x00\x03a/bx", ("a/b", b"x", False)),
        (b"\x31\x05\x00\x03a/b", ("a/b", b"", True)),
        (b"\x32\x08\x00\x03a/b\x01\x02x", ("a/b", b"x", False, 258)),
        (b"\x33\x0a\x00\x05l\xc6\xb0\xc6\xa1\xff\xfez", ("lươ", b"z", True, 65534)),
    ],
)
def test_a_publish_is_these_bytes(packet: bytes, message: tuple[str, bytes, bool]) -> None:
    """Written and read back, with QoS 0 and 1, retained or not, and a topic that is not ASCII."""
    assert packet == packets.publish(*message)
    assert (2, len(packet)) == packets.whole(packet, 0)
    assert Published(*message, *(() if len(message) == 4 else (0,))) == packets.read_publish(packet[0], packet[2:])


@pytest.mark.parametrize(("length", "head"), [(127, 2), (128, 3), (16_383, 3), (16_384, 4), (2_097_152, 5)])
def test_a_length_takes_as_many_bytes_as_it_must(length: int, head: int) -> None:
    """Of one to four bytes (2.2.3), and a packet is whole with its last byte only."""
    packet = packets.publish("a", bytes(length - 3), False)
    assert (head, head + length) == packets.whole(packet, 0)
    assert [None] * 3 == [packets.whole(packet[:cut], 0) for cut in (len(packet) - 1, head - 1, 1)]


def test_a_length_of_five_bytes_is_none() -> None:
    """No packet has one."""
    assert packets.whole(b"\x30\xff\xff\xff\xff\x01" + bytes(99), 0) is None


@pytest.mark.parametrize(
    ("first", "body"),
    [
        (0x30, b""),
        (0x30, b"\x00"),
        (0x30, b"\x00\x00payload"),
        (0x30, b"\x00\x09short"),
        (0x30, b"\x00\x02\xc6\x41"),
        (0x32, b"\x00\x01a"),
        (0x32, b"\x00\x01a\x01"),
        (0x32, b"\x00\x01a\x00\x00no id"),
        (0x34, b"\x00\x01a\x00\x01QoS 2"),
        (0x36, b"\x00\x01a\x00\x01QoS 3"),
    ],
)
def test_a_malformed_publish_is_refused(first: int, body: bytes) -> None:
    """Cut off, without topic or id, not UTF-8, or of a quality that was not asked for: ValueError, nothing else."""
    with pytest.raises(ValueError):  # noqa: PT011 - UnicodeDecodeError is one
        packets.read_publish(first, body)


def test_a_puback_is_four_bytes() -> None:
    """And is read back; a longer or shorter one is malformed."""
    assert b"\x40\x02\x12\x34" == packets.puback(0x1234)
    assert 0x1234 == packets.read_puback(b"\x12\x34")
    for body in (b"", b"\x01", b"\x00\x01\x00"):
        with pytest.raises(ValueError, match="PUBACK"):
            packets.read_puback(body)


@pytest.mark.parametrize("topic", ["", "a/+/b", "a/#", "a\0b", "a" * 65_536])
def test_nothing_is_published_on_an_impossible_topic(topic: str) -> None:
    """A broker would hang up on it."""
    with pytest.raises(ValueError, match="nothing can be published"):
        packets.publish(topic, b"", False)
