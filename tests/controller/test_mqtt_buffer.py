"""luot_controller.mqtt_buffer: in bulk on the socket's side, as asked for on the other."""

import socket
from collections.abc import Iterator

import pytest

from luot_controller import mqtt_buffer
from luot_controller.mqtt_buffer import BufferedSocket


@pytest.fixture
def pair() -> Iterator[tuple[BufferedSocket, socket.socket]]:
    """A buffered socket and its peer."""
    ours, peer = socket.socketpair()
    buffered = BufferedSocket(ours)
    buffered.setblocking(False)
    with peer:
        yield buffered, peer
    buffered.close()


def test_what_came_is_given_in_parts(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """One fill reads all; each receive takes what it asks for, and the last is told apart from the end."""
    buffered, peer = pair
    peer.sendall(b"abcdef")
    buffered.fill()
    assert [(b"a", 5), (b"bc", 3), (b"def", 0)] == [(buffered.recv(most), buffered.pending()) for most in (1, 2, 9)]
    with pytest.raises(BlockingIOError):
        buffered.recv(1)


def test_nothing_has_come(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """Filling from a silent peer changes nothing."""
    buffered, _ = pair
    buffered.fill()
    with pytest.raises(BlockingIOError):
        buffered.recv(1)


def test_the_end(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """What came before the peer's end is given, then b""."""
    buffered, peer = pair
    peer.sendall(b"last")
    peer.shutdown(socket.SHUT_WR)
    buffered.fill()
    assert b"last" == buffered.recv(99)
    buffered.fill()
    assert [b"", b""] == [buffered.recv(1), buffered.recv(1)]


def test_what_is_sent_leaves_together(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """Nothing leaves before the flush, and all of it then."""
    buffered, peer = pair
    assert [2, 3] == [buffered.send(b"ab"), buffered.send(b"cde")]
    peer.setblocking(False)
    with pytest.raises(BlockingIOError):
        peer.recv(9)
    assert buffered.unsent
    buffered.flush()
    assert (b"abcde", False) == (peer.recv(9), buffered.unsent)


def test_a_slow_peer_holds_up_nobody(
    pair: tuple[BufferedSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the network does not take waits, in order; when too much waits no more is taken."""
    monkeypatch.setattr(mqtt_buffer, "MOST_UNSENT_BYTES", 1 << 20)
    buffered, peer = pair
    sent = bytes(range(256)) * 8192
    assert len(sent) == buffered.send(sent)
    buffered.flush()
    with pytest.raises(BlockingIOError):
        buffered.send(b"more")
    received = bytearray()
    while len(received) < len(sent):
        received += peer.recv(1 << 20)
        buffered.flush()
    assert (sent, False) == (bytes(received), buffered.unsent)


def test_closing_flushes(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """A goodbye that was sent last still leaves."""
    buffered, peer = pair
    buffered.send(b"goodbye")
    buffered.close()
    assert b"goodbye" == peer.recv(99)


def test_a_broken_connection_is_told(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """Flushing to a peer that is gone raises; closing does not."""
    buffered, peer = pair
    peer.close()
    buffered.send(b"to nobody")
    with pytest.raises(BrokenPipeError):
        buffered.flush()
    buffered.close()
