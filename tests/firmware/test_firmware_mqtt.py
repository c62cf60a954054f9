"""The MQTT client against a broker that misbehaves in every way we know, and against mosquitto."""

import contextlib
import fcntl
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from surroundings import ENVIRONMENT, HEAP, HERE, USERS, Mosquitto, eventually, micropython, run_micropython

pytestmark = pytest.mark.real

CONNECT = (
    b"\x10\x34\x00\x04MQTT\x04\xee\x00\x14"  # level 4; user, password, will retained at QoS 1, clean; keepalive 20 s
    b"\x00\x05probe\x00\x0bprobe/state\x00\x04lost\x00\x06reader\x00\x06secret"
)
PUBLISH_BYTES = 9
WELCOME = b"\x20\x02\x00\x00"


def probe(function: str, port: int, heap: str = HEAP) -> list[str]:
    """Run a function of mqtt_probe to its end; returns the lines it printed."""
    done = run_micropython(HERE / "on_device.py", HERE, "mqtt_probe", function, port, heap=heap)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def milliseconds(lines: list[str]) -> int:
    return int(lines[-1].removeprefix("ms "))


class ScriptedBroker:
    """Accepts one connection and runs a script on it; `got` is all it read, packet by packet."""

    def __init__(self, script: Callable[["ScriptedBroker"], None]) -> None:
        self.got: list[bytes] = []
        self._server = socket.socket()
        self._server.bind(("127.0.0.1", 0))
        self._server.listen()
        self._server.settimeout(20)
        self.port: int = self._server.getsockname()[1]
        self._script = script
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def read(self) -> bytes:
        """The next packet, b"" at the end of the connection."""
        head = self.connection.recv(2, socket.MSG_WAITALL)
        packet = head + self.connection.recv(head[1], socket.MSG_WAITALL) if len(head) == 2 and head[1] else head
        self.got.append(packet)
        return packet

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def wait_for_the_end(self) -> None:
        while self.read():
            pass

    def waiting_bytes(self) -> int:
        """What has come but is not read; unlike reading, asking sends no acknowledgement."""
        return int.from_bytes(fcntl.ioctl(self.connection, termios.FIONREAD, bytes(4)), sys.byteorder)

    def stop(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._server.close()

    def _serve(self) -> None:
        self.connection, _ = self._server.accept()
        with self.connection, contextlib.suppress(ConnectionError):
            self.connection.settimeout(20)
            self._script(self)


def readable(part: object) -> str | None:
    """Bytes in the name of a test."""
    return (part[:12].hex() or "nothing") if isinstance(part, bytes) else None


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[ScriptedBroker], None]], ScriptedBroker]]:
    brokers: list[ScriptedBroker] = []

    def start(script: Callable[[ScriptedBroker], None]) -> ScriptedBroker:
        brokers.append(ScriptedBroker(script))
        return brokers[-1]

    yield start
    for broker in brokers:
        broker.stop()


Scripted = Callable[[Callable[[ScriptedBroker], None]], ScriptedBroker]


def after_welcome(*parts: bytes) -> Callable[[ScriptedBroker], None]:
    """Let the client in, then send these parts, then read to the end."""

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.send(WELCOME)
        broker.read()
        for part in parts:
            broker.send(part)
        broker.wait_for_the_end()

    return script


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "MQTTError no answer"),
        (b"\x20\x02\x00", "MQTTError no answer"),
        (b"\x20", "MQTTError no answer"),
        (b"\x20\x02\x00\x01", "MQTTError protocol refused"),
        (b"\x20\x02\x00\x04", "MQTTError bad user or password"),
        (b"\x20\x02\x00\x05", "MQTTError not authorised"),
        (b"\x20\x02\x00\x63", "MQTTError refused 99"),
        (b"\x20\x03\x00\x00\x00", "MQTTError not a CONNACK"),
        (b"\xd0\x00", "MQTTError not a CONNACK"),
        (b"\x20\xff\xff\xff\xff", "MQTTError malformed length"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "MQTTError no answer"),
    ],
    ids=readable,
)
def test_a_bad_connack_ends_the_attempt(scripted: Scripted, answer: bytes, error: str) -> None:
    """Refusals, silence, half answers and other protocols are one error each, within the limit of 400 ms."""

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.send(answer)
        broker.wait_for_the_end()

    broker = scripted(script)
    lines = probe("listen", broker.port)
    assert [f"error {error}"] == lines[:-1]
    assert CONNECT == broker.got[0]


def test_nobody_listening_is_an_error() -> None:
    """A refused TCP connection is an OSError at once."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        lines = probe("listen", closed.getsockname()[1])
    assert lines[0].startswith("error OSError")


def test_a_full_backlog_is_an_error() -> None:
    """A host that never completes the TCP connection is given up within the limit."""
    with socket.socket() as deaf, contextlib.ExitStack() as waiting:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(deaf.getsockname())
        lines = probe("listen", deaf.getsockname()[1])
    assert ["error MQTTError no answer"] == lines[:-1]
    assert milliseconds(lines) >= 400


@pytest.mark.parametrize(
    ("packet", "error"),
    [
        (b"\x30\xff\xff\xff\x7f", "MQTTError packet of 268435455 bytes"),
        (b"\x30\x81\x04", "MQTTError packet of 513 bytes"),
        (b"\x30\xff\xff\xff\xff", "MQTTError malformed length"),
        (b"\x30\x80", "MQTTError packet cut short"),
        (b"\x32\x10\x00\x04down", "MQTTError packet cut short"),
        (b"\x30\x00", "MQTTError malformed PUBLISH"),
        (b"\x30\x01\x00", "MQTTError malformed PUBLISH"),
        (b"\x30\x04\x00\x09ab", "MQTTError malformed PUBLISH"),
        (b"\x32\x06\x00\x04down", "MQTTError malformed PUBLISH"),
        (b"\x32\x08\x00\x04down\x00\x00", "MQTTError malformed PUBLISH"),
        (b"\x34\x08\x00\x04down\x00\x01", "MQTTError malformed PUBLISH"),
        (b"\x36\x08\x00\x04down\x00\x01", "MQTTError malformed PUBLISH"),
        (b"\x30\x04\x00\x02\xff\xff", "MQTTError malformed topic"),
        (b"\x90\x03\x00\x01\x80", "MQTTError subscription refused"),
        (b"\x90\x02\x00\x01", "MQTTError unexpected packet 0x90"),
        (b"\x40\x01\x00", "MQTTError unexpected packet 0x40"),
        (b"\xd0\x01\x00", "MQTTError unexpected packet 0xd0"),
        (b"\x20\x02\x00\x00", "MQTTError unexpected packet 0x20"),
        (b"\x00\x00", "MQTTError unexpected packet 0x0"),
        (b"\xf0\x00", "MQTTError unexpected packet 0xf0"),
        (b"", "MQTTError no acknowledgement"),
    ],
    ids=readable,
)
def test_a_malformed_packet_ends_the_session(scripted: Scripted, packet: bytes, error: str) -> None:
    """Whatever MQTT does not allow, or promises and never sends, is one error within the limit."""
    lines = probe("listen", scripted(after_welcome(packet)).port)
    assert ["connected", f"error {error}"] == lines[:-1]


def test_a_closed_connection_is_an_error(scripted: Scripted) -> None:
    """A broker that hangs up ends the session at once."""

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.send(WELCOME)
        broker.read()

    lines = probe("listen", scripted(script).port)
    assert lines[1].startswith("error OSError")


def test_a_broker_that_reads_nothing_is_an_error(scripted: Scripted) -> None:
    """A write that cannot go on ends within the limit."""
    done = threading.Event()

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.send(WELCOME)
        done.wait(20)

    broker = scripted(script)
    try:
        lines = probe("stuff", broker.port, heap="4M")
    finally:
        done.set()
    assert ["connected", "error MQTTError cannot send"] == lines[:-1]


def test_messages_are_taken_and_acknowledged(scripted: Scripted) -> None:
    """QoS 1 and 0 arrive, also byte by byte and several at once; each QoS 1 is acknowledged with its id."""
    one, two = b"\x32\x0d\x00\x04down\x12\x34hello", b"\x30\x07\x00\x04down!"

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.send(WELCOME)
        broker.read()
        broker.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        broker.send(b"\x90\x03\x00\x01\x01")
        for byte in one:
            broker.send(bytes([byte]))
        broker.send(two + one)
        broker.read()
        broker.read()

    broker = scripted(script)
    lines = probe("listen", broker.port)
    hello = "message down b'hello'"
    assert ["connected", hello, "message down b'!'", hello] == lines[:4]
    assert [b"\x82\x09\x00\x01\x00\x04down\x01", b"\x40\x02\x12\x34", b"\x40\x02\x12\x34"] == broker.got[1:]


def test_packet_ids_wrap_and_skip_those_in_use(scripted: Scripted) -> None:
    """After 65535 comes 1; an id that is still unacknowledged is not taken again."""

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.send(WELCOME)
        for _ in range(5):
            broker.read()

    broker = scripted(script)
    probe("ids", broker.port)
    assert [65533, 65535, 1, 2, 3] == [struct.unpack(">H", packet[6:8])[0] for packet in broker.got[1:6]]
    assert {b"\x32\x07\x00\x02up"} == {packet[:6] for packet in broker.got[1:6]}


def test_unacknowledged_messages_are_bounded(scripted: Scripted) -> None:
    """The 33rd message without an acknowledgement ends the session, so they never fill the memory."""
    broker = scripted(after_welcome())
    lines = probe("flood", broker.port)
    assert ["connected", "error MQTTError too much unacknowledged"] == lines[:-1]


def test_small_packets_do_not_wait_for_each_other(scripted: Scripted) -> None:
    """30 packets reach a broker that delays TCP's acknowledgements within 30 ms; with Nagle on it is over 40."""
    took_s = []

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
        broker.send(WELCOME)
        eventually(lambda: broker.waiting_bytes() > 0, "the first")
        started = time.monotonic()
        eventually(lambda: broker.waiting_bytes() == 30 * PUBLISH_BYTES, "the last")
        took_s.append(time.monotonic() - started)

    for _ in range(5):  # a busy machine may hold up one attempt, Nagle would hold up each
        broker = scripted(script)
        probe("burst", broker.port)
        broker.stop()
        if took_s[-1] < 0.03:
            return
    pytest.fail(f"took {took_s} s")


def test_it_pings_when_idle(scripted: Scripted) -> None:
    """With a keepalive of a second a ping is sent every half, and a missing answer ends the session."""

    def script(broker: ScriptedBroker) -> None:
        broker.read()
        broker.send(WELCOME)
        for _ in range(3):
            if broker.read() == b"\xc0\x00":
                broker.send(b"\xd0\x00")
        broker.wait_for_the_end()

    broker = scripted(script)
    lines = probe("idle", broker.port)
    assert ["connected", "error MQTTError no answer to a ping"] == lines[:-1]
    assert [b"\xc0\x00"] * 4 == broker.got[1:5]
    assert milliseconds(lines) >= 2000


def test_mosquitto_carries_300_messages(mosquitto: Mosquitto) -> None:
    """QoS 1 there and back through the real broker, each message once and in order."""
    lines = probe("echo", mosquitto.port)
    assert ["connected", "message b'0'", "message b'299'", "ended"] == lines[:-1]


def test_mosquitto_refuses_a_wrong_password(mosquitto: Mosquitto) -> None:
    """The refusal has its own words."""
    assert ["error MQTTError not authorised"] == probe("refused", mosquitto.port)[:-1]


def test_mosquitto_keeps_presence(mosquitto: Mosquitto) -> None:
    """The retained state is ready while it lives and, by its will, lost after it was killed."""
    states: list[bytes] = []
    watch = paho.Client(CallbackAPIVersion.VERSION2, "watch")
    watch.username_pw_set("office", USERS["office"])
    watch.on_connect = lambda *_: watch.subscribe("probe/state", 1)
    watch.on_message = lambda _client, _data, message: states.append(message.payload)
    watch.connect("127.0.0.1", mosquitto.port)
    watch.loop_start()
    command = micropython(HERE / "on_device.py", HERE, "mqtt_probe", "presence", mosquitto.port)
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: states == [b"ready"], "ready")
        started = time.monotonic()
        process.kill()
        eventually(lambda: states[-1] == b"lost", "lost")
        assert time.monotonic() - started < 2
    finally:
        process.kill()
        process.wait()
        watch.disconnect()
        watch.loop_stop()
