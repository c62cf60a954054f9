"""A socket that reads and writes in bulk for a client that wants a byte here and a packet there. Knows no MQTT.

paho reads a packet with three calls of the system and writes each with one; behind this it takes one for all that has
come, and one for all that is to leave.
"""

import socket

_CHUNK_BYTES = 1 << 17

MOST_UNSENT_BYTES = 1 << 24
"""When so much waits for the peer, nothing more is taken."""


class BufferedSocket:
    """Stands where a connected, non-blocking socket would: `recv` gives what `fill` has read, `send` keeps for `flush`.

    One thread may fill and receive, while another sends and flushes. come: what `fill` has read, of which all before
    `at` was received; whoever takes from it moves `at`. at_end: the peer has hung up after that.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.come = b""
        self.at = 0
        self.at_end = False
        self._unsent = bytearray()

    @property
    def unsent(self) -> bool:
        """True while a part of what was sent has not left."""
        return bool(self._unsent)

    def fileno(self) -> int:
        """Of the socket."""
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:
        """Passed on; it must not block once it is filled or flushed."""
        self._sock.setblocking(flag)

    def fill(self) -> None:
        """Read what has come, once everything before it was received; raises OSError for a broken connection."""
        try:
            data = self._sock.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        self.at_end = not data
        self.come, self.at = data, 0

    def pending(self) -> int:
        """Bytes that `recv` can give."""
        return len(self.come) - self.at

    def recv(self, most: int) -> bytes:
        """Up to `most` bytes; b"" after the peer's end; BlockingIOError when there are none."""
        if not self.pending():
            if self.at_end:
                return b""
            raise BlockingIOError
        data = self.come[self.at : self.at + most]
        self.at += len(data)
        return data

    def send(self, data: bytes | bytearray) -> int:
        """Keep all of `data` for the next flush; BlockingIOError when too much is kept."""
        if len(self._unsent) > MOST_UNSENT_BYTES:
            raise BlockingIOError
        self._unsent += data
        return len(data)

    def flush(self) -> None:
        """Hand to the network what it takes now; raises OSError for a broken connection."""
        if self._unsent:
            try:
                del self._unsent[: self._sock.send(self._unsent)]
            except BlockingIOError:
                return

    def close(self) -> None:
        """Flush if that is possible at once, and hang up."""
        try:
            self.flush()
        except OSError:
            self._unsent.clear()
        self._sock.close()
