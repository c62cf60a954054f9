"""Facts that hold for every kind of embedded broker, and how one is chosen."""

import importlib.util
import socket
import struct
from pathlib import Path

import pytest

from brokers import DEADLINE_S, Peer, RunningBroker
from luot_controller.access import Access
from luot_controller.broker import choice
from luot_controller.broker.choice import KINDS, find_broker, free_port, open_broker
from luot_controller.errors import AccessRefused, BrokerFailed, UsageProblem

FOREIGN_FILTERS = {
    "entry-1": ["link/info-1/down", "link/+/down", "link/+/up", "console/desk-1/reply", "board", "#"],
    "desk-1": ["console/desk-2/reply", "console/+/cmd", "console/desk-1/cmd", "link/entry-1/up", "link/entry-1/down"],
    "watch": ["console/desk-1/answer", "link/+/state", "console/+/ask"],
}
OWN_TOPICS = {"entry-1": "link/entry-1/down", "desk-1": "console/desk-1/reply", "watch": "console/watch/answer"}

FOREIGN_TOPICS = {
    "entry-1": ["link/info-1/up", "link/info-1/state", "link/entry-1/down", "console/desk-1/cmd", "office", "board"],
    "desk-1": [
        "console/desk-2/cmd",
        "console/desk-2/ask",
        "console/desk-1/reply",
        "link/entry-1/up",
        "desk/1",
        "event",
    ],
    "bridge": ["link/bridge/up", "link/entry-9/up", "link/entry-9/state", "link/entry-1/down", "console/desk-1/cmd"],
    "watch": ["console/watch/cmd", "console/desk-1/cmd", "console/desk-1/ask", "link/entry-1/down", "office"],
}
SPOKEN_TOPICS = {
    "entry-1": "link/entry-1/up",
    "desk-1": "console/desk-1/cmd",
    "bridge": "link/info-1/up",
    "watch": "console/watch/ask",
}


def connack(
    port: int, *, name: bytes | None = None, password: bytes | None = None, will: tuple[str, bytes] | None = None
) -> int:
    """The code with which the broker answers a hand-made CONNECT, 5 too when it hangs up; then we die silently."""

    def text(value: bytes) -> bytes:
        return struct.pack(">H", len(value)) + value

    flags = 0x02 | (0x80 if name else 0) | (0x40 if password else 0) | (0x2C if will else 0)
    payload = text(b"by-hand") + (text(will[0].encode()) + text(will[1]) if will else b"")
    payload += b"".join(text(value) for value in (name, password) if value)
    body = text(b"MQTT") + bytes([4, flags, 0, 60]) + payload
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as peer:
        peer.settimeout(DEADLINE_S)
        peer.sendall(bytes([0x10, len(body)]) + body)
        answer = peer.recv(4)
    return answer[3] if answer else 5


@pytest.mark.real
def test_nobody_is_anonymous(any_broker: RunningBroker) -> None:
    """No name, a known name without a password, and an unknown name are all refused; the right pair is not."""
    port = any_broker.broker.port
    password = any_broker.access("desk-1").password.encode()

    assert connack(port) in (4, 5)
    assert connack(port, name=b"controller") in (4, 5)
    assert connack(port, name=b"nobody", password=password) in (4, 5)
    assert connack(port, name=b"desk-2", password=password) in (4, 5)
    assert 0 == connack(port, name=b"desk-1", password=password)


@pytest.mark.real
def test_a_last_will_has_no_more_rights_than_its_owner(any_broker: RunningBroker) -> None:
    """A link that dies with a will on the office's pulse is not heard there; one on its own state is."""
    controller = any_broker.peer("controller", "#")
    password = any_broker.access("entry-1").password.encode()
    for below in ("office", "link/info-1/state", "console/desk-1/cmd"):
        connack(any_broker.broker.port, name=b"entry-1", password=password, will=(any_broker.topic(below), b"forged"))
    own = (any_broker.topic("link/entry-1/state"), b"own")

    assert 0 == connack(any_broker.broker.port, name=b"entry-1", password=password, will=own)
    assert [] == controller.payloads(b"own")


@pytest.mark.real
@pytest.mark.parametrize("name", FOREIGN_TOPICS)
def test_nobody_speaks_for_another(any_broker: RunningBroker, name: str) -> None:
    """What is published to others' topics reaches nobody and is not retained; one's own topic works."""
    controller = any_broker.peer("controller", "#")
    speaker = any_broker.peer(name)
    for topic in FOREIGN_TOPICS[name]:
        assert speaker.connection.publish(any_broker.topic(topic), b"forged", retain=True)
    speaker.connection.publish(any_broker.topic(SPOKEN_TOPICS[name]), b"own")

    assert [] == controller.payloads(b"own")


@pytest.mark.real
@pytest.mark.parametrize("name", FOREIGN_FILTERS)
def test_nobody_listens_to_another(any_broker: RunningBroker, name: str) -> None:
    """Others' topics reach nobody: neither unasked, nor by subscription, which is refused or granted and not served."""
    controller = any_broker.peer("controller")
    secrets = [other for other in {*FOREIGN_FILTERS[name], "link/info-1/down", "link/info-1/up"} if "+" not in other]
    secrets = [topic for topic in secrets if topic not in ("#", OWN_TOPICS[name])]
    for topic in secrets:
        any_broker.retain(topic, b"secret")

    for foreign in [OWN_TOPICS[name], *FOREIGN_FILTERS[name]]:
        try:
            listener = any_broker.peer(name, foreign, OWN_TOPICS[name])
        except AccessRefused:
            continue
        for topic in secrets:
            controller.connection.publish(any_broker.topic(topic), b"secret")
        controller.connection.publish(any_broker.topic(OWN_TOPICS[name]), b"own")
        assert [] == listener.payloads(b"own"), foreign


@pytest.mark.real
def test_consoles_hear_what_is_for_all(any_broker: RunningBroker) -> None:
    """Every console, and watch, is sent the public topics, retained ones when it comes later."""
    controller = any_broker.peer("controller")
    public = ["office", "site", "board", "service/papers", "desk/1", "card/17"]
    for topic in public:
        any_broker.retain(topic, topic.encode())
    filters = ["office", "site", "board", "service/+", "desk/+", "card/+", "event"]
    for name in ("desk-1", "watch"):
        console = any_broker.peer(name, *filters)
        arrived = [console.take() for _ in public]
        assert sorted(topic.encode() for topic in public) == sorted(message.payload for message in arrived)
        assert all(message.retained for message in arrived)
        controller.connection.publish(any_broker.topic("event"), b"event")
        assert b"event" == console.take().payload


@pytest.mark.real
def test_an_empty_retained_message_deletes(any_broker: RunningBroker) -> None:
    """A card's topic is gone once an empty message was retained on it."""
    any_broker.retain("card/17", b"{}")
    any_broker.retain("card/18", b"{}")
    any_broker.retain("card/17", b"")
    console = any_broker.peer("desk-1", "card/+")

    assert any_broker.topic("card/18") == console.take().topic


@pytest.mark.real
def test_new_users_come_in_without_a_restart(any_broker: RunningBroker) -> None:
    """reload adds and removes users; whoever stays keeps the connection and every message."""
    controller = any_broker.peer("controller", "link/+/up")
    pid = any_broker.broker.pid
    any_broker.add_users(consoles=["desk-1"], links=["entry-1", "entry-9"])
    newcomer = any_broker.peer("entry-9")
    newcomer.connection.publish(any_broker.topic("link/entry-9/up"), b"new")

    assert b"new" == controller.take().payload
    assert [True] == controller.states
    assert pid == any_broker.broker.pid
    gone = Peer(any_broker.access("info-1"))
    gone.connection.start()
    with pytest.raises(AccessRefused):
        gone.connection.wait_connected(DEADLINE_S)
    gone.connection.stop()


@pytest.mark.real
def test_a_user_that_is_gone_has_no_rights_left(any_broker: RunningBroker) -> None:
    """A connection that was open when its user was taken away can say nothing more."""
    controller = any_broker.peer("controller", "link/+/up")
    lost = any_broker.peer("info-1")
    any_broker.add_users(consoles=["desk-1"], links=["entry-1", "entry-9"])
    lost.connection.publish(any_broker.topic("link/info-1/up"), b"stolen reader")
    any_broker.peer("entry-9").connection.publish(any_broker.topic("link/entry-9/up"), b"own")

    assert [] == controller.payloads(b"own")


@pytest.mark.real
def test_no_secret_is_readable_by_others(any_broker: RunningBroker) -> None:
    """The broker's files are ours alone and hold no password in clear."""
    folder = any_broker.data / "broker"
    files = list(folder.iterdir())

    assert 0o700 == folder.stat().st_mode & 0o777
    assert {0o600} == {file.stat().st_mode & 0o777 for file in files}
    text = "".join(file.read_text() for file in files)
    assert not [name for name, user in any_broker.users.items() if user.access.password in text]


@pytest.mark.real
def test_it_listens_on_the_loopback_alone(any_broker: RunningBroker) -> None:
    """Unless told otherwise nobody outside this machine can even knock."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = "0A"
    port = f"{any_broker.broker.port:04X}"

    assert ["0100007F"] == [
        row[1].split(":")[0] for row in rows if row[3] == listening and row[1].split(":")[1] == port
    ]


@pytest.mark.real
def test_mosquitto_is_found_outside_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's /usr/sbin is searched though a user's PATH does not name it."""
    monkeypatch.setenv("PATH", "/nowhere")

    assert ("mosquitto", Path("/usr/sbin/mosquitto")) == find_broker()


def test_a_mosquitto_in_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's PATH goes before the system's folders."""
    own = tmp_path / "mosquitto"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert ("mosquitto", own) == find_broker()


def test_amqtt_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mosquitto, or on request, it is amqtt."""
    assert ("amqtt", None) == find_broker("amqtt")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(choice, "SYSTEM_FOLDERS", ())

    assert ("amqtt", None) == find_broker()


@pytest.mark.parametrize("prefer", [None, *KINDS])
def test_no_broker_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefer: str | None) -> None:
    """Where none is found, or not the one that was asked for, the error names the packages."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(choice, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(BrokerFailed, match=prefer or "MQTT broker") as error:
        open_broker(tmp_path, {}, port=1883, prefer=prefer)
    assert "apt-get install mosquitto" in error.value.hint
    assert "pip install 'luot[broker]'" in error.value.hint


def test_an_unknown_kind_is_refused() -> None:
    """A typing mistake is not taken for `any`."""
    with pytest.raises(UsageProblem, match="mosquito"):
        find_broker("mosquito")


def test_a_free_port_can_be_listened_on() -> None:
    """The port is free when it is given."""
    port = free_port()

    with socket.create_server(("127.0.0.1", port)) as listener:
        assert port == listener.getsockname()[1]


def test_access_of_a_running_broker_names_its_port(mosquitto: RunningBroker) -> None:
    """The access files lead to the very port that the broker listens on."""
    assert {mosquitto.broker.port} == {user.access.port for user in mosquitto.users.values()}
    assert Access.from_url(mosquitto.access("watch").url()) == mosquitto.access("watch")
