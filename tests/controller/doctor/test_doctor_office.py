"""`luot doctor` beside a running office, a hanging one, one whose broker is another's, and from another machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from patient import access, ask_doctor, office_folder, unchanged

from brokers import RunningBroker
from e2e.parts import Controller, enrol, luot
from luot_controller.access import WATCH, load
from luot_controller.doctor.finding import Finding, Level
from luot_controller.doctor.office import LOCK, held_by, look
from luot_controller.language import use

pytestmark = pytest.mark.real


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Controller]:
    """A real one, with a broker and cards of its own."""
    data = tmp_path / "office"
    data.mkdir(mode=0o700)
    controller = Controller(data, "--broker", "mosquitto", "--port", "0")
    enrol(controller, 2)
    yield controller
    controller.stop()


def looked(data: Path, timeout_s: float = 20.0) -> list[Finding]:
    """What the doctor says of the office at the address in this folder."""
    with unchanged(data / "access"):
        return list(look(load(data, WATCH), data, timeout_s))


def test_an_office_from_its_start_to_its_end(office: Controller) -> None:
    """Open, hanging, and closed: only a hanging one cannot serve."""
    for reader in ("entry-1", "entry-2", "entry-3"):
        luot("device", "provision", reader, "--data", office.data, "--out", office.data.parent / reader)
    (office.data / "office.log").chmod(0o600)
    said = ask_doctor(office.data, "--timeout", "20")
    assert (0, {}, "ok") == (said.code, said.faults, said.found["office"][0])
    assert held_by(office.data / LOCK) is not None
    office.hang()
    try:
        (found,) = looked(office.data, 1.0)
        assert (Level.FAIL, "office.hangs") == found[:2]
    finally:
        office.go_on()
    office.stop()
    assert [(Level.OK, "port")] == [found[:2] for found in looked(office.data)]


def test_from_another_machine(office: Controller) -> None:
    """With an address alone: the office and what it says of its readers; without one, where to look."""
    way = load(office.data, WATCH)
    assert [(Level.OK, "office"), (Level.WARN, "readers")] == [found[:2] for found in look(way, None, 20.0)]
    office.stop()
    (found,) = look(way, None, 20.0)
    assert (Level.FAIL, "port.unreachable") == found[:2]


def test_another_program_at_the_port(tmp_path: Path) -> None:
    """One that speaks no MQTT."""
    data = office_folder(tmp_path / "office")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        access(data, taken.getsockname()[1])
        (found,) = looked(data, 0.5)
    assert (Level.FAIL, "port.foreign") == found[:2]
    assert "ss -ltnp" in found.todo


def test_another_office_at_the_port(tmp_path: Path) -> None:
    """A broker that knows none of our passwords; and our own without an office behind it."""
    use("en")
    data, other = office_folder(tmp_path / "office"), tmp_path / "other"
    other.mkdir()
    running = RunningBroker(other, "mosquitto", "test", [], [])
    try:
        access(data, running.access(WATCH).port)
        (found,) = looked(data)
        assert (Level.FAIL, "port.foreign") == found[:2]
        (found,) = looked(other, 0.5)
        assert (Level.WARN, "office.away") == found[:2]
    finally:
        running.stop()
