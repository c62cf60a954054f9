"""luot_tools.bench.wire: enough of MQTT to be believed, against a real broker and against what a network does."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import msgspec
import pytest

from brokers import RunningBroker
from luot_controller.access import Access
from luot_controller.broker.choice import free_port
from luot_controller.errors import AccessRefused, OfficeUnreachable
from luot_tools.bench.wire import Wire, publishing

NOBODY = Access(site="bench", name="entry-1", password="x")
CONSENT = b"\x20\x02\0\0"


@pytest.mark.real
def test_messages_go_up_and_come_down(mosquitto: RunningBroker) -> None:
    """Short ones, empty ones and long ones, whole and in order, both ways, many in one packet of the network."""
    controller = mosquitto.peer("controller", "link/+/up")
    payloads = [b"", b"x", bytes(range(256)) * 40, *(str(number).encode() for number in range(300))]
    up, down = mosquitto.topic("link/entry-1/up"), mosquitto.topic("link/entry-1/down")
    with Wire(mosquitto.access("entry-1"), "bench", down) as wire:
        wire.send(b"".join(publishing(up, payload, number) for number, payload in enumerate(payloads)))
        assert payloads == [controller.take().payload for _ in payloads]
        for payload in payloads:
            assert controller.connection.publish(down, payload)
        came: list[bytes] = []
        while len(came) < len(payloads):
            came += wire.take()
        assert payloads == came


@pytest.mark.real
def test_the_broker_decides_who_comes_in(mosquitto: RunningBroker) -> None:
    """A wrong password ends it."""
    with pytest.raises(AccessRefused):
        Wire(msgspec.structs.replace(mosquitto.access("entry-1"), password="wrong"), "bench")


@pytest.fixture
def answering() -> Iterator[Callable[..., Access]]:
    """A function that starts a server which sends these pieces to whoever connects, each on its own, and hangs up."""
    threads = []

    def start(*pieces: bytes) -> Access:
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            with listener, listener.accept()[0] as peer:
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peer.recv(1024)
                for piece in pieces:
                    peer.sendall(piece)
                peer.shutdown(socket.SHUT_WR)
                peer.settimeout(1)
                with contextlib.suppress(OSError):  # what came in is read, or the peer would see a reset and no end
                    while peer.recv(1024):
                        pass

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return msgspec.structs.replace(NOBODY, port=listener.getsockname()[1])

    yield start
    for thread in threads:
        thread.join(10)


def test_packets_may_be_cut_anywhere(answering: Callable[..., Access]) -> None:
    """One byte at a time makes the same messages; then the end is told."""
    payloads = [b"one", b"two" * 100, b""]
    stream = CONSENT + b"".join(publishing("a/b", payload, number) for number, payload in enumerate(payloads))
    came: list[bytes] = []
    with Wire(answering(*(bytes((byte,)) for byte in stream)), "bench") as wire:
        while len(came) < len(payloads):
            came += wire.take()
        assert payloads == came
        with pytest.raises(OfficeUnreachable):
            wire.take()


@pytest.mark.parametrize("pieces", [(), (b"\x20",), (b"\x40\x02\0\1",)])
def test_a_peer_that_is_no_broker(answering: Callable[..., Access], pieces: tuple[bytes, ...]) -> None:
    """It hangs up, or says something else first."""
    with pytest.raises(OfficeUnreachable):
        Wire(answering(*pieces), "bench")


def test_nobody_there() -> None:
    """No broker is the office's trouble, and is named with its address."""
    access = msgspec.structs.replace(NOBODY, port=free_port())
    with pytest.raises(OfficeUnreachable, match=str(access.port)):
        Wire(access, "bench")
