"""Just enough of MQTT 3.1.1 to load an office: publishes packets made beforehand, takes what comes. Never reconnects.

The controller's own client would be the limit of what it can measure: 10,000 messages/s of it fill a core.
"""

import socket
import struct
from typing import Self

from luot_controller.access import Access
from luot_controller.errors import AccessRefused, OfficeUnreachable

WITHIN_S = 20.0

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
_QOS_1 = 0x02
_CLEAN_WITH_NAME_AND_PASSWORD = 0xC2
_MOST_IDS = 0xFFFF
_CHUNK_BYTES = 1 << 18


def publishing(topic: str, payload: bytes, number: int) -> bytes:
    """The packet that publishes `payload` with QoS 1; `number` is how many the connection has published before."""
    packet_id = struct.pack(">H", number % _MOST_IDS + 1)
    return _packet(_PUBLISH | _QOS_1, _text(topic) + packet_id + payload)


class Wire:
    """One connection, subscribed to at most one topic; a blocking socket for one thread."""

    def __init__(self, access: Access, client_id: str, subscription: str | None = None) -> None:
        """Connect; raises OfficeUnreachable or AccessRefused."""
        self._rest = b""
        try:
            self._socket = socket.create_connection((access.host, access.port), WITHIN_S)
        except OSError as error:
            raise OfficeUnreachable(f"no broker at {access.host}:{access.port}: {error}") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        flags = bytes((4, _CLEAN_WITH_NAME_AND_PASSWORD, 0, 0))
        names = b"".join(map(_text, (client_id, access.name, access.password)))
        self._socket.sendall(_packet(_CONNECT, _text("MQTT") + flags + names))
        if self._first(_CONNACK)[1:] != b"\0":
            raise AccessRefused(f"the broker does not let {access.name} in")
        if subscription is not None:
            self._socket.sendall(_packet(_SUBSCRIBE, b"\0\1" + _text(subscription) + b"\1"))
            if self._first(_SUBACK)[2:] != b"\1":
                raise AccessRefused(f"the broker does not let {access.name} read {subscription}")

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def send(self, packets: bytes) -> None:
        """Hand packets to the socket. OfficeUnreachable."""
        try:
            self._socket.sendall(packets)
        except OSError as error:
            raise OfficeUnreachable(f"the broker takes nothing: {error}") from None

    def take(self) -> list[bytes]:
        """The payloads of what has come, acknowledged; waits for something when nothing has. OfficeUnreachable."""
        return self._payloads(self._receive())

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _payloads(self, data: bytes) -> list[bytes]:
        payloads, acknowledgements = [], []
        self._rest += data
        at = 0
        while (end := _end(self._rest, at)) is not None:
            kind = self._rest[at]
            if kind & 0xF0 == _PUBLISH:
                body = _body(self._rest, at)
                payload = body + 2 + int.from_bytes(self._rest[body : body + 2], "big")
                if kind & _QOS_1:
                    acknowledgements.append(b"\x40\x02" + self._rest[payload : payload + 2])
                    payload += 2
                payloads.append(self._rest[payload:end])
            at = end
        self._rest = self._rest[at:]
        if acknowledgements:
            self.send(b"".join(acknowledgements))
        return payloads

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(_CHUNK_BYTES)
        except OSError as error:
            raise OfficeUnreachable(f"the broker does not answer: {error}") from None
        if not data:
            raise OfficeUnreachable("the broker hung up")
        return data

    def _first(self, kind: int) -> bytes:
        """The body of the next packet, which must be of this kind; what comes after it stays for `take`."""
        while (end := _end(self._rest, 0)) is None:
            self._rest += self._receive()
        if self._rest[0] != kind:
            raise OfficeUnreachable(f"the broker answered with a packet of kind {self._rest[0]:#x}")
        body, self._rest = self._rest[_body(self._rest, 0) : end], self._rest[end:]
        return body


def _packet(kind: int, body: bytes) -> bytes:
    length = bytearray()
    rest = len(body)
    while rest > 0x7F:
        length.append(rest & 0x7F | 0x80)
        rest >>= 7
    length.append(rest)
    return bytes((kind,)) + bytes(length) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _end(data: bytes, at: int) -> int | None:
    """Where the packet at `at` ends; None when it is not all there."""
    length = shift = 0
    for position in range(at + 1, min(at + 5, len(data))):
        length |= (data[position] & 0x7F) << shift
        shift += 7
        if data[position] < 0x80:
            end = position + 1 + length
            return end if end <= len(data) else None
    return None


def _body(data: bytes, at: int) -> int:
    """Where the body of the whole packet at `at` begins."""
    at += 1
    while data[at] >= 0x80:
        at += 1
    return at + 1
