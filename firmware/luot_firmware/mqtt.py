"""A small MQTT 3.1.1 client: QoS 1, clean sessions, one connection per object. Every wait has a limit.

Never reconnects and never sends anything twice: whatever goes wrong is an OSError (a fault of the protocol is its
subclass MQTTError), after which the caller makes a new Client.
"""

import asyncio
import struct
import time

from luot_firmware import tcp
from luot_protocol import faults

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK, _PINGREQ, _PINGRESP = (
    0x10,
    0x20,
    0x30,
    0x40,
    0x82,
    0x90,
    0xC0,
    0xD0,
)
_LEVEL = 4  # MQTT 3.1.1
_CONNECT_FLAGS = 0xEE  # user, password, will (retained, QoS 1), clean session
_QOS1, _RETAIN = 0x02, 0x01
_REFUSED = 0x80
_MAX_ID = 65535
_MAX_UNACKNOWLEDGED = 32
_UNAVAILABLE = 3
_CONNACK_WORDS = (
    "",
    "protocol refused",
    "client id refused",
    "broker unavailable",
    "bad user or password",
    "not authorised",
)

MAX_PACKET_BYTES = 512
"""Longest packet that is received: a receipt of 200 bytes and its topic fit twice."""

TIMEOUT_MS = 5000
"""Limit of each wait: for the connection, an acknowledgement, the rest of a packet that has begun, a write."""


class MQTTError(OSError):
    """Raised when the broker refuses, stays silent or sends what MQTT 3.1.1 does not allow; fault: faults.BROKER_*."""

    def __init__(self, complaint, fault=faults.BROKER_MALFORMED):
        super().__init__(complaint)
        self.fault = fault


class Client:
    """One connection to a broker; `on_message(topic, payload)` is called before the message is acknowledged.

    will: (topic, payload), retained; the broker publishes it whenever this connection ends, since close() never says
    goodbye. keepalive_s: after half of it without a packet of ours, a ping is sent.
    """

    def __init__(self, host, port, client_id, user, password, will, on_message, keepalive_s=20, timeout_ms=TIMEOUT_MS):
        self._host = host
        self._port = port
        self._hello = _connect_packet(client_id, user, password, will, keepalive_s)
        self._on_message = on_message
        self._ping_ms = keepalive_s * 500
        self._timeout_ms = timeout_ms
        self._connection = None
        self._writing = asyncio.Lock()
        self._unacknowledged = {}
        self._packet_id = 0
        self._sent_ms = 0
        self._pinged_ms = None

    async def connect(self):
        """Reach the broker and be let in."""
        await self._bounded(self._open(), "no answer")

    async def subscribe(self, topic):
        """Ask for `topic` at QoS 1; a refusal ends run()."""
        packet_id = self._next_id()
        await self._write(_packet(_SUBSCRIBE, struct.pack(">H", packet_id), _text(topic), b"\x01"))

    async def publish(self, topic, payload, retain=False):
        """Send at QoS 1; returns once it is written, and run() ends when it is not acknowledged within the limit."""
        packet_id = self._next_id()
        kind = _PUBLISH | _QOS1 | (_RETAIN if retain else 0)
        await self._write(_packet(kind, _text(topic), struct.pack(">H", packet_id), payload))

    async def receive(self):
        """Take packets as they come, for ever; run this together with keep()."""
        while True:
            await self._take(*await self._read_packet())

    async def keep(self):
        """Ping when idle and watch the limits, for ever."""
        while True:
            await asyncio.sleep(0.25)
            now = time.ticks_ms()
            for sent_ms in self._unacknowledged.values():
                if time.ticks_diff(now, sent_ms) > self._timeout_ms:
                    raise MQTTError("no acknowledgement", faults.BROKER_SILENT)
            if self._pinged_ms is not None:
                if time.ticks_diff(now, self._pinged_ms) > self._timeout_ms:
                    raise MQTTError("no answer to a ping", faults.BROKER_SILENT)
            elif time.ticks_diff(now, self._sent_ms) > self._ping_ms:
                self._pinged_ms = now
                await self._write(bytes((_PINGREQ, 0)))

    def close(self):
        """Drop the connection; safe at any time."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _open(self):
        self._connection = await tcp.dial(self._host, self._port)
        await self._write(self._hello)
        kind, body = await self._read_packet()
        if kind != _CONNACK or len(body) != 2:
            raise MQTTError("not a CONNACK")
        if body[1]:
            words = _CONNACK_WORDS[body[1]] if body[1] < len(_CONNACK_WORDS) else "refused " + str(body[1])
            raise MQTTError(words, faults.BROKER_SILENT if body[1] == _UNAVAILABLE else faults.BROKER_REFUSES)

    async def _bounded(self, coroutine, complaint):
        # What is cut short here ends the connection, so it does not matter what was already read or written.
        try:
            return await asyncio.wait_for(coroutine, self._timeout_ms / 1000)
        except asyncio.TimeoutError:
            raise MQTTError(complaint, faults.BROKER_SILENT if self._connection else faults.BROKER_UNREACHABLE)

    async def _write(self, packet):
        async with self._writing:
            self._sent_ms = time.ticks_ms()
            await self._bounded(self._opened().write(packet), "cannot send")

    async def _read_packet(self):
        kind = (await self._read_exactly(1))[0]
        return kind, await self._bounded(self._read_body(), "packet cut short")

    async def _read_body(self):
        length = 0
        for shift in (0, 7, 14, 21):
            byte = (await self._read_exactly(1))[0]
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise MQTTError("malformed length")
        if length > MAX_PACKET_BYTES:
            raise MQTTError("packet of " + str(length) + " bytes")
        return await self._read_exactly(length) if length else b""

    async def _read_exactly(self, count):
        return await self._opened().read_exactly(count)

    async def _take(self, kind, body):
        if kind & 0xF0 == _PUBLISH:
            await self._take_publish(kind, body)
        elif kind == _PUBACK and len(body) == 2:
            self._unacknowledged.pop(struct.unpack(">H", body)[0], None)
        elif kind == _SUBACK and len(body) == 3:
            if body[2] == _REFUSED:
                raise MQTTError("subscription refused", faults.BROKER_FORBIDS)
            self._unacknowledged.pop(struct.unpack_from(">H", body, 0)[0], None)
        elif kind == _PINGRESP and not body:
            self._pinged_ms = None
        else:
            raise MQTTError("unexpected packet " + hex(kind))

    async def _take_publish(self, kind, body):
        qos = kind >> 1 & 3
        if len(body) < 2 or qos > 1:
            raise MQTTError("malformed PUBLISH")
        start = 2 + struct.unpack_from(">H", body, 0)[0]
        packet_id = body[start : start + 2] if qos else b""
        if len(body) < start + 2 * qos or packet_id == b"\x00\x00":
            raise MQTTError("malformed PUBLISH")
        try:
            topic = body[2:start].decode()
        except UnicodeError:
            raise MQTTError("malformed topic")
        self._on_message(topic, body[start + 2 * qos :])
        if qos:
            await self._write(_packet(_PUBACK, packet_id))

    def _next_id(self):
        if len(self._unacknowledged) >= _MAX_UNACKNOWLEDGED:
            raise MQTTError("too much unacknowledged", faults.BROKER_SILENT)
        while True:
            self._packet_id = self._packet_id % _MAX_ID + 1
            if self._packet_id not in self._unacknowledged:
                self._unacknowledged[self._packet_id] = time.ticks_ms()
                return self._packet_id

    def _opened(self):
        if self._connection is None:
            raise MQTTError("not connected", faults.BROKER_UNREACHABLE)
        return self._connection


def _connect_packet(client_id, user, password, will, keepalive_s):
    topic, payload = will
    head = _text("MQTT") + bytes((_LEVEL, _CONNECT_FLAGS)) + struct.pack(">H", keepalive_s)
    return _packet(_CONNECT, head, _text(client_id), _text(topic), _text(payload), _text(user), _text(password))


def _text(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">H", len(raw)) + raw


def _packet(kind, *parts):
    body = b"".join(parts)
    out = bytearray((kind,))
    length = len(body)
    while length > 0x7F:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    out.append(length)
    return bytes(out) + body
