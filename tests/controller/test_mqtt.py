"""Facts about one MQTT connection that mends itself."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from brokers import DEADLINE_S, Peer, RunningBroker, until
from luot_controller import mqtt
from luot_controller.access import Access
from luot_controller.errors import AccessRefused, OfficeUnreachable
from luot_controller.mqtt import MAX_PAYLOAD_BYTES, Connection, Will

DYING_SCRIPT = """
import sys, time
from luot_controller.access import Access
from luot_controller.mqtt import Connection, Will
access = Access.from_url(sys.argv[1])
connection = Connection(access, "dying", on_message=print, will=Will(sys.argv[2], b'{"state":"lost"}'))
connection.start()
connection.wait_connected(30)
connection.publish(sys.argv[2], b'{"state":"ready"}', retain=True)
time.sleep(600)
"""


class AnsweringServer:
    """A TCP server that answers every CONNECT with these bytes and counts them."""

    def __init__(self, answer: bytes) -> None:
        self.connects = 0
        self._answer = answer
        self._held: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._held.append(peer)
            peer.settimeout(DEADLINE_S)
            if peer.recv(1024):
                self.connects += 1
                peer.sendall(self._answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE_S)
        for peer in self._held:
            peer.close()


@pytest.fixture
def serve() -> Iterator[Any]:
    servers: list[AnsweringServer] = []

    def start(answer: bytes) -> AnsweringServer:
        servers.append(AnsweringServer(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between tries, except after a refusal."""
    monkeypatch.setattr(mqtt, "FIRST_RETRY_S", 0.001)
    monkeypatch.setattr(mqtt, "LONGEST_RETRY_S", 0.001)
    monkeypatch.setattr(mqtt, "REFUSED_RETRY_S", 600.0)


def at(port: int) -> Access:
    return Access(site="demo", name="desk-1", password="x", port=port)


def test_an_office_that_is_not_there_is_unreachable(refused_port: int) -> None:
    """wait_connected ends at its limit, and the error names the address and says what to do."""
    peer = Peer(at(refused_port))
    peer.connection.start()
    until(lambda: peer.connection.problem)

    with pytest.raises(OfficeUnreachable, match=f"127.0.0.1:{refused_port}.*refused") as error:
        peer.connection.wait_connected(0.05)
    peer.connection.stop()

    assert "luot office" in error.value.hint
    assert [] == peer.states


def test_a_connection_that_was_never_started_is_unreachable() -> None:
    """Waiting for it ends at the limit too, and stopping it is no error."""
    peer = Peer(at(1))

    with pytest.raises(OfficeUnreachable, match="no answer within"):
        peer.connection.wait_connected(0.01)
    peer.connection.stop()


def test_a_stopped_connection_stays_stopped(refused_port: int) -> None:
    """Starting it again does nothing, waiting for it says so at once."""
    peer = Peer(at(refused_port))
    peer.connection.stop()
    peer.connection.start()

    with pytest.raises(OfficeUnreachable, match="stopped"):
        peer.connection.wait_connected(DEADLINE_S)


def test_a_host_name_that_does_not_exist_is_unreachable() -> None:
    """An unknown name does not end the thread; it is tried again for ever."""
    peer = Peer(Access(site="demo", name="desk-1", password="x", host="nowhere.invalid"))
    peer.connection.start()
    until(lambda: peer.connection.problem)

    with pytest.raises(OfficeUnreachable, match=r"nowhere\.invalid"):
        peer.connection.wait_connected(0.01)
    peer.connection.stop()


def test_a_peer_that_does_not_speak_mqtt_is_given_up(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that accepts and says nothing does not hold the connection for ever."""
    monkeypatch.setattr(mqtt, "READY_WITHIN_S", 0.05)
    peer = Peer(at(serve(b"").port))
    peer.connection.start()
    until(lambda: peer.connection.problem)

    with pytest.raises(OfficeUnreachable, match="does not speak MQTT"):
        peer.connection.wait_connected(0.01)
    peer.connection.stop()


@pytest.mark.parametrize("said", [b"\x20\3\0\0\0", b"\x20\2\0\0\x30\2\0\x09", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_peer_that_speaks_something_else_is_given_up(serve: Any, said: bytes) -> None:
    """Not waited for, not believed, and named as what it is."""
    peer = Peer(at(serve(said).port))
    peer.connection.start()
    until(lambda: peer.connection.problem)
    peer.connection.stop()

    assert "does not speak MQTT" in str(peer.connection.problem)


def test_a_broker_that_falls_silent_is_given_up(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that answers no PINGREQ is lost, though its socket stands."""
    monkeypatch.setattr(mqtt, "KEEPALIVE_S", 1)
    peer = Peer(at(serve(b"\x20\2\0\0").port))
    peer.connection.start()
    until(lambda: False in peer.states)
    peer.connection.stop()

    assert [True, False] == peer.states[:2]


@pytest.mark.usefixtures("fast")
def test_a_refusal_is_told_at_once_and_not_hammered(serve: Any) -> None:
    """While a busy broker is tried five times, one that refuses the password is tried once."""
    refusing, busy = serve(b"\x20\2\0\5"), serve(b"\x20\2\0\3")
    refused, waiting = Peer(at(refusing.port)), Peer(at(busy.port))
    refused.connection.start()

    with pytest.raises(AccessRefused, match="refuses desk-1"):
        refused.connection.wait_connected(DEADLINE_S)
    waiting.connection.start()
    until(lambda: busy.connects >= 5)
    with pytest.raises(OfficeUnreachable):
        waiting.connection.wait_connected(0.01)
    refused.connection.stop()
    waiting.connection.stop()

    assert 1 == refusing.connects


def test_publishing_without_a_connection_returns_false(refused_port: int) -> None:
    """Nothing is kept for later: whoever publishes derives it anew when on_state says connected."""
    peer = Peer(at(refused_port))
    peer.connection.start()

    assert not peer.connection.publish("luot/1/demo/board", b"{}")
    peer.connection.stop()


@pytest.mark.real
def test_nagle_is_off(mosquitto: RunningBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP_NODELAY is set on our socket: without it a tap waits 50 ms for the board."""
    chosen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(socket.socket, "setsockopt", lambda _self, *option: chosen.append(option))
    mosquitto.peer("desk-1")

    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in chosen


@pytest.mark.real
def test_messages_arrive_whole_and_in_order(mosquitto: RunningBroker) -> None:
    """Topic, payload and the retained flag arrive as they were; a thousand messages keep their order."""
    controller = mosquitto.peer("controller")
    mosquitto.retain("board", b"\x00\xffbefore")
    before_ns = time.monotonic_ns()
    console = mosquitto.peer("desk-1", "board")
    first = console.take()
    for number in range(1000):
        controller.connection.publish(mosquitto.topic("board"), b"%d" % number)

    assert (mosquitto.topic("board"), b"\x00\xffbefore", True) == (first.topic, first.payload, first.retained)
    assert before_ns <= first.arrived_ns <= time.monotonic_ns()
    arrived = [console.take() for _ in range(1000)]
    assert [b"%d" % number for number in range(1000)] == [message.payload for message in arrived]
    assert not any(message.retained for message in arrived)


@pytest.mark.real
def test_the_longest_message_arrives_and_a_longer_one_is_not_sent(
    mosquitto: RunningBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """MAX_PAYLOAD_BYTES pass the broker; one byte more is refused here, loudly, and the connection lives on."""
    controller = mosquitto.peer("controller", "event")

    assert controller.connection.publish(mosquitto.topic("event"), b"x" * MAX_PAYLOAD_BYTES)
    with caplog.at_level(logging.ERROR):
        assert not controller.connection.publish(mosquitto.topic("event"), b"x" * (MAX_PAYLOAD_BYTES + 1))
    assert MAX_PAYLOAD_BYTES == len(controller.take().payload)
    assert "too many for one message" in caplog.text
    assert [True] == controller.states


@pytest.mark.real
def test_manual_acks_hold_the_broker_back(mosquitto: RunningBroker) -> None:
    """With manual_ack a message is acknowledged by `ack` alone: the 1,001st comes only after the first is."""
    controller = mosquitto.peer("controller", "link/+/up", manual_ack=True)
    link = mosquitto.peer("entry-1")
    for number in range(1001):
        link.connection.publish(mosquitto.topic("link/entry-1/up"), b"%d" % number)
    link.connection.publish(mosquitto.topic("link/entry-1/up"), b"unqueued", qos=0)

    arrived = [controller.take() for _ in range(1001)]
    assert b"unqueued" == arrived[-1].payload
    controller.connection.ack(arrived[0])
    assert b"1000" == controller.take().payload


@pytest.mark.real
def test_an_ack_of_an_earlier_connection_does_nothing(mosquitto: RunningBroker) -> None:
    """A tap committed after a reconnect must not acknowledge another message that bears the same packet id now."""
    controller = mosquitto.peer("controller", "link/+/up", manual_ack=True)
    link = mosquitto.peer("entry-1")
    link.connection.publish(mosquitto.topic("link/entry-1/up"), b"old")
    old = controller.take()
    mosquitto.restart()
    until(lambda: controller.states == link.states == [True, False, True])
    for number in range(1001):
        link.connection.publish(mosquitto.topic("link/entry-1/up"), b"%d" % number)
    before = [controller.take() for _ in range(1000)]
    assert old.packet_id in {message.packet_id for message in before}

    controller.connection.ack(old)
    # On one connection the broker takes the ack above before the message below, so a wrong ack would show first.
    controller.connection.publish(mosquitto.topic("link/entry-1/up"), b"unqueued", qos=0)

    assert b"unqueued" == controller.take().payload


@pytest.mark.real
def test_after_a_broker_crash_it_reconnects_and_subscribes_again(any_broker: RunningBroker) -> None:
    """kill -9 of the broker costs what was under way, not the connection; on_state tells both changes."""
    console, controller = any_broker.peer("desk-1", "board"), any_broker.peer("controller")
    any_broker.crash()
    until(lambda: not console.connection.connected and not controller.connection.connected)
    assert not controller.connection.publish(any_broker.topic("board"), b"lost")
    until(any_broker.broker.ensure)
    until(lambda: console.states == controller.states == [True, False, True])
    controller.connection.publish(any_broker.topic("board"), b"again")

    assert b"again" == console.take().payload
    assert console.connection.problem is None


@pytest.mark.real
def test_callbacks_that_raise_do_not_end_the_connection(
    mosquitto: RunningBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug in on_message or on_state is logged; the next message arrives all the same."""
    calls: list[Any] = []

    def fail(what: Any) -> None:
        calls.append(what)
        raise RuntimeError("a bug")

    connection = Connection(
        mosquitto.access("desk-1"), "buggy", on_message=fail, on_state=fail, subscriptions=[mosquitto.topic("board")]
    )
    connection.start()
    connection.wait_connected(DEADLINE_S)
    controller = mosquitto.peer("controller")
    controller.connection.publish(mosquitto.topic("board"), b"1")
    controller.connection.publish(mosquitto.topic("board"), b"2")
    until(lambda: len(calls) == 3)
    connection.stop()

    assert [b"1", b"2"] == [call.payload for call in calls[1:3]]
    assert 4 == caplog.text.count("RuntimeError: a bug")


@pytest.mark.real
def test_what_was_published_before_stop_arrives(mosquitto: RunningBroker) -> None:
    """The controller's last word, `stopped`, and all before it reach the broker before the goodbye."""
    console = mosquitto.peer("desk-1", "event")
    controller = mosquitto.peer("controller", will=Will(mosquitto.topic("event"), b"lost"))
    for number in range(500):
        controller.connection.publish(mosquitto.topic("event"), b"%d" % number)
    controller.connection.publish(mosquitto.topic("event"), b"stopped")
    controller.connection.stop()
    controller.connection.stop()
    mosquitto.peer("controller").connection.publish(mosquitto.topic("event"), b"after")

    assert [b"%d" % number for number in range(500)] == console.payloads(b"stopped")
    assert b"after" == console.take().payload  # and no last will before it
    assert [True, False] == controller.states
    assert not controller.connection.publish(mosquitto.topic("event"), b"too late")


@pytest.mark.real
def test_whenever_it_is_stopped_it_says_goodbye(mosquitto: RunningBroker) -> None:
    """A hundred connections stopped in mid-traffic: no broker takes one of them for dead and sends its will."""
    console = mosquitto.peer("desk-1", "event")
    for number in range(100):
        controller = mosquitto.peer("controller", "event", will=Will(mosquitto.topic("event"), b"lost"))
        for _ in range(number % 5):
            controller.connection.publish(mosquitto.topic("event"), b"%d" % number)
        controller.connection.stop()
    mosquitto.peer("controller").connection.publish(mosquitto.topic("event"), b"after")

    assert b"lost" not in console.payloads(b"after")


@pytest.mark.real
def test_a_callback_may_stop_its_own_connection(mosquitto: RunningBroker) -> None:
    """stop() on the connection's own thread returns instead of waiting for itself."""
    stopped = threading.Event()
    connection = Connection(
        mosquitto.access("desk-1"),
        "own-thread",
        on_message=lambda _: (connection.stop(), stopped.set()),
        subscriptions=[mosquitto.topic("board")],
    )
    connection.start()
    connection.wait_connected(DEADLINE_S)
    mosquitto.peer("controller").connection.publish(mosquitto.topic("board"), b"{}")

    assert stopped.wait(DEADLINE_S)
    until(lambda: not connection.connected)


@pytest.mark.real
def test_a_wrong_password_is_refused(any_broker: RunningBroker) -> None:
    """The real brokers' refusal becomes AccessRefused, with what to do next."""
    access = Access(site="demo", name="desk-1", password="wrong", port=any_broker.broker.port)
    peer = Peer(access)
    peer.connection.start()

    with pytest.raises(AccessRefused, match="refuses desk-1") as error:
        peer.connection.wait_connected(DEADLINE_S)
    peer.connection.stop()
    assert "access" in error.value.hint


@pytest.mark.real
def test_the_last_will_speaks_for_a_killed_process(any_broker: RunningBroker) -> None:
    """kill -9 of a process makes the broker publish its will, retained."""
    topic = any_broker.topic("link/entry-1/state")
    controller = any_broker.peer("controller", "link/+/state")
    process = subprocess.Popen([sys.executable, "-c", DYING_SCRIPT, any_broker.access("entry-1").url(), topic])
    try:
        assert b'{"state":"ready"}' == controller.take().payload
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(DEADLINE_S)

    assert b'{"state":"lost"}' == controller.take().payload
    retained = any_broker.peer("controller", "link/+/state").take()
    assert (b'{"state":"lost"}', True) == (retained.payload, retained.retained)
