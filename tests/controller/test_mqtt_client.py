"""luot_controller.mqtt_client: paho's session with the traffic beside it, against a peer that says what it is told."""

import select
import socket
from collections.abc import Iterator

import pytest

from brokers import DEADLINE_S
from luot_controller import mqtt_buffer
from luot_controller.access import Access
from luot_controller.mqtt_client import Client, NotMqtt
from luot_controller.mqtt_packets import MOST_IDS, Published, puback, publish

CONNACK, PINGRESP = b"\x20\x02\x00\x00", b"\xd0\x00"


class Ends:
    """A connected client and its peer; `heard` is what came to the client."""

    def __init__(self, listener: socket.socket, manual_ack: bool = False) -> None:
        self.heard: list[Published] = []
        access = Access(site="demo", name="desk-1", password="x", port=listener.getsockname()[1])
        self.client = Client(access, "one", None, self.heard.append, manual_ack, DEADLINE_S)
        self.client.connect(access.host, access.port)
        self.peer, _ = listener.accept()
        self.peer.settimeout(DEADLINE_S)
        self.client.write()
        self.peer.recv(1024)
        self.say(CONNACK)

    def say(self, *pieces: bytes) -> None:
        """The peer says these bytes, each piece after the one before was read."""
        for piece in pieces:
            self.peer.sendall(piece)
            select.select([self.client], (), (), DEADLINE_S)
            self.client.read()

    def close(self) -> None:
        """Hang up at both ends."""
        self.peer.close()
        if self.client.buffer is not None:
            self.client.buffer.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def ends(listener: socket.socket) -> Iterator[Ends]:
    pair = Ends(listener)
    yield pair
    pair.close()


def test_however_the_stream_is_cut_the_messages_are_the_same(ends: Ends) -> None:
    """What comes whole is read in one go, what comes in pieces is put together by paho: nobody can tell which."""
    stream = (
        publish("a", b"1", False, 7) + puback(9) + PINGRESP + publish("b", bytes(200), True) + publish("c", b"", True)
    )
    wanted = [Published("a", b"1", False, 7), Published("b", bytes(200), True, 0), Published("c", b"", True, 0)]
    for cut in range(1, len(stream)):
        ends.say(stream[:cut], stream[cut:])
        assert wanted == ends.heard, f"cut after {cut} bytes"
        ends.heard.clear()


@pytest.mark.parametrize(
    "said",
    [
        b"\x30\x02\x00\x09",
        b"\x34\x05\x00\x01a\x00\x01",
        b"\x40\x03\x00\x01\x00",
        b"\x40\x01\x00",
        b"\x70\x02\x00\x01",
        b"\x30\xff\xff\xff\xff\xff",
        b"\xf0\x00",
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_malformed_is_no_mqtt(ends: Ends, said: bytes, whole: bool) -> None:
    """In one piece and byte by byte; what was said before it still counts."""
    ends.say(publish("a", b"before", False))
    with pytest.raises(NotMqtt):
        ends.say(*([said] if whole else (bytes((byte,)) for byte in said)))
    assert [b"before"] == [message.payload for message in ends.heard]


def test_a_message_is_under_way_until_its_puback(ends: Ends) -> None:
    """There are 65,535 ids: no more messages are taken than that, until a PUBACK frees one; QoS 0 needs none."""
    assert all(ends.client.publish("a", b"", 1, False) for _ in range(MOST_IDS))
    assert [False, True] == [ends.client.publish("a", b"", qos, False) for qos in (1, 0)]
    ends.say(puback(2))
    assert not ends.client.publish("a", b"", 1, False)  # ids are used in turn
    ends.say(puback(1), puback(1))
    assert [True, True, False] == [ends.client.publish("a", b"", 1, False) for _ in range(3)]


def test_what_is_published_leaves_with_the_next_write_in_one_piece(ends: Ends) -> None:
    """In the order in which it was published, each with an id of its own."""
    ends.client.publish("a", b"1", 1, False)
    ends.client.publish("b", b"2", 0, True)
    ends.client.ack(3)
    ends.client.publish("a", b"3", 1, False)
    assert ends.client.write()
    wanted = publish("a", b"1", False, 1) + publish("b", b"2", True) + puback(3) + publish("a", b"3", False, 2)
    assert wanted == ends.peer.recv(1024)


@pytest.mark.parametrize("manual_ack", [True, False])
def test_who_acknowledges(listener: socket.socket, manual_ack: bool) -> None:
    """The client itself once its message was heard, or with manual_ack only whoever calls `ack`; never QoS 0."""
    pair = Ends(listener, manual_ack)
    pair.say(publish("a", b"", False, 5) + publish("a", b"", False))
    pair.client.ack(6)
    pair.client.write()
    assert (b"" if manual_ack else puback(5)) + puback(6) == pair.peer.recv(1024)
    pair.close()


def test_a_peer_that_takes_nothing_any_more_is_given_up(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are refused when too much waits; a PUBACK that cannot be sent would end the traffic for ever."""
    monkeypatch.setattr(mqtt_buffer, "MOST_UNSENT_BYTES", 0)
    assert [True, False] == [ends.client.publish("a", b"", 1, False) for _ in range(2)]
    assert ends.client.keep_alive()
    ends.client.ack(1)
    assert not ends.client.keep_alive()


def test_the_end_of_the_stream_ends_the_reading(ends: Ends) -> None:
    """After what came before it."""
    ends.peer.sendall(publish("a", b"last", False))
    ends.peer.shutdown(socket.SHUT_WR)
    while ends.client.read():
        select.select([ends.client], (), (), DEADLINE_S)
    assert [b"last"] == [message.payload for message in ends.heard]
