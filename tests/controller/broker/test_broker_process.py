"""Facts about the broker as a child process: its start, its end, and everything that may kill it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokers import DEADLINE_S, RunBroker, RunningBroker, until
from luot_controller.broker import process
from luot_controller.broker.choice import Broker, free_port, open_broker
from luot_controller.broker.mosquitto import Mosquitto
from luot_controller.broker.users import User, credentials
from luot_controller.errors import BrokerFailed

PARENT_SCRIPT = """
import sys, time
from pathlib import Path
from luot_controller.broker.choice import free_port, open_broker
from luot_controller.broker.users import credentials
data, port = Path(sys.argv[1]), free_port()
broker = open_broker(data, credentials(data, "demo", port=port), port=port, prefer=sys.argv[2])
broker.start()
print(broker.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def users(tmp_path: Path) -> dict[str, User]:
    """The users of an office without desks and readers."""
    return credentials(tmp_path, "demo")


@pytest.fixture
def program(tmp_path: Path, users: dict[str, User]) -> Iterator["ProgramRunner"]:
    """A function that makes a Mosquitto whose program is the given shell script."""
    runner = ProgramRunner(tmp_path, users)
    yield runner
    for broker in runner.brokers:
        broker.stop()


class ProgramRunner:
    """Makes brokers of shell scripts."""

    def __init__(self, folder: Path, users: dict[str, User]) -> None:
        self._folder = folder
        self._users = users
        self.brokers: list[Mosquitto] = []

    def __call__(self, script: str) -> Mosquitto:
        path = self._folder / "program"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        self.brokers.append(Mosquitto(path, self._folder / "broker", self._users, port=free_port()))
        return self.brokers[-1]


def is_running(pid: int) -> bool:
    """True while a process of this id exists and is not a mere zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pid_of(broker: Broker) -> int:
    assert broker.pid is not None
    return broker.pid


@pytest.mark.real
def test_start_and_stop_are_idempotent(any_broker: RunningBroker) -> None:
    """A second start keeps the process, a second stop is no error, and nothing is left of it."""
    pid = pid_of(any_broker.broker)
    any_broker.broker.start()
    assert pid == any_broker.broker.pid
    any_broker.broker.stop()
    any_broker.broker.stop()

    assert not any_broker.broker.alive
    assert any_broker.broker.pid is None
    assert not is_running(pid)


@pytest.mark.real
def test_a_stopped_broker_stays_stopped_until_started(any_broker: RunningBroker) -> None:
    """ensure does not bring back what was stopped on purpose; start does, on the same port."""
    any_broker.broker.stop()

    assert not any_broker.broker.ensure()
    any_broker.broker.start()
    assert any_broker.peer("desk-1").connection.connected


@pytest.mark.real
def test_a_killed_broker_comes_back_on_the_same_port(any_broker: RunningBroker) -> None:
    """kill -9 is seen, and ensure starts it again with the same port and the same passwords."""
    pid = pid_of(any_broker.broker)
    any_broker.restart()

    assert pid != any_broker.broker.pid
    assert any_broker.peer("desk-1").connection.connected


@pytest.mark.real
def test_a_broker_that_cannot_come_back_is_not_hammered(mosquitto: RunningBroker) -> None:
    """A failed restart leaves `problem`; the next try waits longer each time, and success clears it."""
    mosquitto.crash()
    attempts = set()
    with socket.create_server(("127.0.0.1", mosquitto.broker.port)):
        for _ in range(100):
            assert not mosquitto.broker.ensure()
            attempts.add(id(mosquitto.broker.problem))
        assert "is taken" in str(mosquitto.broker.problem)
    until(mosquitto.broker.ensure)

    assert 1 == len(attempts)
    assert mosquitto.broker.problem is None


@pytest.mark.real
@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
def test_it_dies_with_the_office(tmp_path: Path, kind: str) -> None:
    """kill -9 of the process that started it ends the broker too."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT_SCRIPT, str(tmp_path), kind], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    try:
        alive = is_running(pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(DEADLINE_S)

        assert alive
        until(lambda: not is_running(pid), "the broker's end")
    finally:
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.real
def test_it_outlives_the_thread_that_started_it(tmp_path: Path, users: dict[str, User]) -> None:
    """The kernel ends a child with the thread that made it, so that thread is one of our own."""
    broker = open_broker(tmp_path, users, port=free_port())
    starter = threading.Thread(target=broker.start)
    starter.start()
    starter.join(DEADLINE_S)
    try:
        assert broker.alive
        broker.reload(credentials(tmp_path, "demo", links=["entry-1"]))
        assert broker.alive
    finally:
        broker.stop()


@pytest.mark.real
def test_ctrl_c_does_not_reach_it(any_broker: RunningBroker) -> None:
    """It has a session of its own: the office stops it after its last words."""
    assert os.getsid(0) != os.getsid(pid_of(any_broker.broker))


@pytest.mark.real
@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
def test_a_taken_port_is_said_so(run_broker: RunBroker, tmp_path: Path, users: dict[str, User], kind: str) -> None:
    """The error names the port and how to find who has it, and the other program is left alone."""
    other = run_broker()
    broker = open_broker(tmp_path, users, port=other.broker.port, prefer=kind)

    with pytest.raises(BrokerFailed, match=f"port {other.broker.port} .* is taken") as error:
        broker.start()
    assert f":{other.broker.port}" in error.value.hint
    assert not broker.alive
    assert other.broker.alive


def test_a_foreign_address_is_said_so(tmp_path: Path, users: dict[str, User]) -> None:
    """An address that this machine has not (TEST-NET-3) is an error before anything is started."""
    with pytest.raises(BrokerFailed, match=r"cannot listen on 203\.0\.113\.1"):
        open_broker(tmp_path, users, port=1883, bind="203.0.113.1").start()


@pytest.mark.real
def test_all_addresses_can_be_asked_for(tmp_path: Path, users: dict[str, User]) -> None:
    """With 0.0.0.0 it starts as well, for readers in the office's network."""
    broker = open_broker(tmp_path, users, port=free_port("0.0.0.0"), bind="0.0.0.0")
    broker.start()
    try:
        with socket.create_connection(("127.0.0.2", broker.port), DEADLINE_S):
            pass
    finally:
        broker.stop()


@pytest.mark.real
def test_a_folder_with_a_space_and_vietnamese_letters_works(tmp_path: Path) -> None:
    """mosquitto's configuration takes the rest of a line as a path."""
    data = tmp_path / "bộ phận một cửa"
    broker = open_broker(data, credentials(data, "demo"), port=free_port())
    broker.start()
    broker.stop()


@pytest.mark.real
def test_a_program_that_ends_is_quoted(program: ProgramRunner) -> None:
    """What it said last is in the error, and where all of it is."""
    broker = program("echo 'unknown option: tea' >&2; exit 3")

    with pytest.raises(BrokerFailed, match="ended at once") as error:
        broker.start()
    assert "unknown option: tea" in error.value.hint
    assert str(broker.log) in error.value.hint
    assert not broker.alive


@pytest.mark.real
def test_a_program_that_never_answers_is_ended(program: ProgramRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that runs but takes no connection is killed, SIGTERM refused or not, and reported."""
    monkeypatch.setattr(process, "START_WITHIN_S", 0.2)
    monkeypatch.setattr(process, "STOP_WITHIN_S", 0.2)
    broker = program("trap '' TERM; echo $$ >&2; while :; do sleep 0.01; done")

    with pytest.raises(BrokerFailed, match="does not answer"):
        broker.start()
    assert not is_running(int(broker.log.read_text()))


@pytest.mark.real
def test_a_program_that_is_not_there_is_quoted(tmp_path: Path, users: dict[str, User]) -> None:
    """A path that leads nowhere is named in the error."""
    broker = Mosquitto(tmp_path / "missing", tmp_path / "broker", users, port=free_port())

    with pytest.raises(BrokerFailed) as error:
        broker.start()
    assert "missing: No such file or directory" in error.value.hint


def test_reload_without_a_running_broker_waits_for_the_start(tmp_path: Path, users: dict[str, User]) -> None:
    """New users are remembered, and nothing is started by it."""
    broker = open_broker(tmp_path, users, port=free_port())
    broker.reload(credentials(tmp_path, "demo", links=["entry-1"]))

    assert not broker.alive


@pytest.mark.real
def test_a_reload_that_does_not_work_is_an_error(mosquitto: RunningBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the broker does not take the new user in time, the caller is told which."""
    monkeypatch.setattr(process, "RELOAD_WITHIN_S", 0.1)
    monkeypatch.setattr(signal, "SIGHUP", 0)

    with pytest.raises(BrokerFailed, match="does not take entry-9"):
        mosquitto.add_users(links=["entry-9"])
