"""Facts of mosquitto alone: what its configuration must say, and how it deals with too much."""

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from brokers import RunningBroker, until
from luot_controller.broker.mosquitto import PACKET_OVERHEAD_BYTES
from luot_controller.mqtt import MAX_PAYLOAD_BYTES


@pytest.mark.real
def test_it_keeps_nothing_on_disk(mosquitto: RunningBroker) -> None:
    """Nothing relies on the broker's memory, so none is written: only our files and its log are there."""
    mosquitto.peer("controller").connection.publish(mosquitto.topic("board"), b"{}", retain=True)
    mosquitto.broker.stop()

    names = {file.name for file in (mosquitto.data / "broker").iterdir()}
    assert {"mosquitto.conf", "passwords", "rights", "broker.log"} == names


@pytest.mark.real
def test_its_log_does_not_grow_with_refused_strangers(mosquitto: RunningBroker) -> None:
    """Someone who tries passwords all day does not fill the disk."""
    log = mosquitto.data / "broker" / "broker.log"
    before = log.stat().st_size
    for _ in range(20):
        codes: list[int] = []
        stranger = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        stranger.username_pw_set("desk-1", "wrong")
        stranger.on_connect = lambda *call, codes=codes: codes.append(call[3].value)
        stranger.connect("127.0.0.1", mosquitto.broker.port)
        while not codes:
            stranger.loop(1.0)
        stranger.disconnect()

    assert before == log.stat().st_size


@pytest.mark.real
def test_whoever_sends_too_much_is_disconnected(mosquitto: RunningBroker) -> None:
    """A packet beyond the limit ends that connection, and the message reaches nobody."""
    controller = mosquitto.peer("controller", "link/+/up")
    access = mosquitto.access("entry-1")
    ended: list[object] = []
    greedy = paho.Client(CallbackAPIVersion.VERSION2, "greedy", reconnect_on_failure=False)
    greedy.username_pw_set(access.name, access.password)
    greedy.on_disconnect = lambda *call: ended.append(call)
    greedy.connect(access.host, access.port)
    greedy.loop_start()
    until(greedy.is_connected)
    greedy.publish(mosquitto.topic("link/entry-1/up"), b"x" * (MAX_PAYLOAD_BYTES + PACKET_OVERHEAD_BYTES), qos=1)
    until(lambda: ended)
    greedy.loop_stop()
    mosquitto.peer("entry-1").connection.publish(mosquitto.topic("link/entry-1/up"), b"fair")

    assert [] == controller.payloads(b"fair")
