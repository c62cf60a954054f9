"""`luot office` as a process: how it opens and ends, what it refuses, and that it comes back as it was."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from command_line import luot, office_folder

from brokers import RunningBroker
from e2e.parts import Controller, until
from luot_controller.access import Access, load
from luot_controller.client import OfficeClient
from luot_controller.settings import sample_site
from luot_controller.store.sqlite import SqliteStore
from offices import SITE_TOML, Rig

Run = Callable[..., Controller]

ENDS_WITHIN_S = 2.0


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start an office on a data folder, on a free port unless told otherwise; all of them end with the test."""
    with ExitStack() as running:

        def start(data: Path = tmp_path / "office", *options: str) -> Controller:
            data.mkdir(exist_ok=True)
            controller = Controller(data, *(options or ("--port", "0")))
            running.callback(controller.stop)
            return controller

        yield start


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """The data folder of an office that was killed with people in line, at a desk, missed and done."""
    folder = tmp_path / "busy"
    folder.mkdir()
    rig = Rig(folder)
    for number in range(1, 13):
        rig.tap(number, button=number % 3)
    for command in ("CallNext", "NoShow", "CallNext", "Start", "Finish", "CallNext", "Recall"):
        assert rig.command(command)["ok"]
    assert rig.command("CallNext", desk="2")["ok"]
    rig.store.close()
    return folder


def pid_of(controller: Controller) -> int:
    assert controller._process is not None
    return controller._process.pid


def children(pid: int) -> list[int]:
    """The processes that this one has started and that live."""
    return [int(word) for task in Path(f"/proc/{pid}/task").glob("*/children") for word in task.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def as_asked(access: Access) -> dict[str, Any]:
    """The line, the desks and who is next, as a screen is told by the office."""
    with OfficeClient(access) as client:
        client.wait_ready(30)
        status = client.ask("status")["status"]
        return {
            "waiting": status["waiting"],
            "services": status["services"],
            "desks": status["desks"],
            "lines": {service: client.ask("line", service=service)["line"] for service in ("papers", "land")},
            "next": [client.ask("next", desk=desk)["next"] for desk in ("1", "2")],
        }


def as_shown(access: Access, *wanted: tuple[str, str | None]) -> dict[tuple[str, str | None], dict[str, Any]]:
    """What a screen that has just been switched on finds retained: nothing is asked for."""
    shown: dict[tuple[str, str | None], dict[str, Any]] = {}

    def keep(name: str, of: str | None, fields: dict[str, Any]) -> None:
        shown[name, of] = fields

    with OfficeClient(access, on_change=keep, watch=("office", "site", "board", "service", "desk", "card")) as client:
        client.wait_ready(30)
        until(lambda: set(wanted) <= set(shown), f"{wanted} to be shown")
    return {place: fields for place, fields in shown.items() if place[0] != "office"}


@pytest.mark.real
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_office_opens_and_closes(run: Run, tmp_path: Path, number: signal.Signals) -> None:
    """One line says that it is open and where; a signal ends it at once, with 0, and its broker with it."""
    data = tmp_path / "office"
    controller = run(data)
    port = controller.access("watch").port
    assert f"luot: Bộ phận Một cửa is open, broker mosquitto at 127.0.0.1:{port}\n" == controller.log.decode()
    (broker,) = children(pid_of(controller))
    assert as_shown(controller.access("watch"), ("board", None))

    began = time.monotonic()
    assert 0 == controller._end(number)
    assert time.monotonic() - began < ENDS_WITHIN_S
    assert controller.log.decode().endswith("luot: the office is closed; everything is in the ledger\n")
    assert not is_alive(broker)
    assert "Traceback" not in controller.log.decode()


@pytest.mark.real
def test_a_new_office_has_what_it_needs(run: Run, tmp_path: Path) -> None:
    """The sample site, the ledger, a way in for each console, reader and for watch; all of it for the owner only."""
    data = tmp_path / "deep" / "down" / "office"
    data.parent.mkdir(parents=True)
    run(data)
    assert sample_site() == (data / "site.toml").read_text(encoding="utf-8")
    names = {path.stem for path in (data / "access").iterdir()}
    assert {"controller", "watch", "desk-1", "desk-4", "entry-1", "entry-3"} <= names
    secret = [data / "ledger.sqlite", data / "office.lock", *(data / "access").iterdir()]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in secret}


@pytest.mark.real
def test_a_second_office_is_refused(run: Run, tmp_path: Path) -> None:
    """On the same data: exit 1, the folder is named, and nothing of the first is touched, its site file neither."""
    data = tmp_path / "office"
    controller = run(data)
    before = (data / "site.toml").read_bytes()
    (tmp_path / "other.toml").write_text(SITE_TOML, encoding="utf-8")
    said = luot("office", "--data", data, "--site", tmp_path / "other.toml", "--port", "0")
    assert (1, "") == (said.code, said.out)
    assert f"an office is running on {data} already" in said.err
    assert "--data" in said.err
    assert before == (data / "site.toml").read_bytes()
    assert as_shown(controller.access("watch"), ("board", None))


@pytest.mark.real
def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Exit 1, with the port and what to do; the folder is free for the next try."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for _ in range(2):
            said = luot("office", "--data", tmp_path / "office", "--port", str(port))
            assert (1, "") == (said.code, said.out)
            assert f"port {port} of 127.0.0.1 is taken by another program" in said.err
            assert "choose another port" in said.err


@pytest.mark.real
def test_the_port_is_kept(run: Run, tmp_path: Path) -> None:
    """Started again without --port it takes the one it had, so that readers find it."""
    first = run(tmp_path / "office", "--port", "0")
    port = first.access("watch").port
    first.stop()
    assert port == run(tmp_path / "office", "--quiet").access("watch").port


@pytest.mark.real
def test_killed_it_comes_back_as_it_was(run: Run, busy: Path) -> None:
    """kill -9 with people in line, called and missed: the next office has the same line, desks and next calls."""
    controller = run(busy)
    broker = children(pid_of(controller))
    with OfficeClient(controller.access("desk-2")) as clerk:
        clerk.wait_ready(30)
        assert clerk.command("Start", "2")["ok"]
        assert clerk.command("CallNext", "2")["ok"]
    before, events = as_asked(controller.access("watch")), len(controller.facts())
    assert before["waiting"] > 3
    assert "called" == before["desks"][0]["state"]

    controller.kill()
    until(lambda: not any(map(is_alive, broker)), "the broker to die with its office")
    controller.start()
    assert before == as_asked(controller.access("watch"))
    assert events == len(controller.facts())
    with OfficeClient(controller.access("desk-1")) as clerk:
        clerk.wait_ready(30)
        assert clerk.command("NoShow", "1")["ok"]
        assert before["next"][0]["number"] == clerk.command("CallNext", "1")["called"]


@pytest.mark.real
def test_a_broker_that_dies_is_started_again(run: Run, busy: Path) -> None:
    """Everything that was retained is there again, unasked, and the next command is done."""
    controller = run(busy)
    wanted: list[tuple[str, str | None]] = [("site", None), ("board", None), ("card", "5")]
    wanted += [("service", "papers"), ("service", "land"), ("desk", "1"), ("desk", "2")]
    before = as_shown(controller.access("watch"), *wanted)
    (broker,) = children(pid_of(controller))
    os.kill(broker, signal.SIGKILL)
    until(lambda: [pid for pid in children(pid_of(controller)) if pid != broker], "another broker")
    assert before == as_shown(controller.access("watch"), *wanted)
    with OfficeClient(controller.access("desk-1")) as clerk:
        clerk.wait_ready(30)
        assert clerk.command("Start", "1")["ok"]
    assert 0 == controller.stop()


@pytest.mark.real
def test_lines_of_what_happens(busy: Path) -> None:
    """stdout has a plain line for each event; when its reader goes, the office stays and ends well."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "luot_controller.cli", "office", "--data", str(busy), "--port", "0"]
    with ExitStack() as ending:
        office = ending.enter_context(subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE))
        ending.callback(office.kill)
        os.close(writing)
        assert office.stderr is not None
        assert b" is open" in office.stderr.readline()
        with OfficeClient(load(busy, "desk-1")) as clerk, os.fdopen(reading) as lines:
            clerk.wait_ready(30)
            assert clerk.command("Start", "1")["ok"]
            assert "start   card" in lines.readline()
            lines.close()
            for command_ in ("Finish", "CallNext", "Start"):
                assert clerk.command(command_, "1")["ok"]
        office.send_signal(signal.SIGTERM)
        assert b"luot: the office is closed; everything is in the ledger\n" == office.stderr.read()
        assert 0 == office.wait(10)


@pytest.mark.real
def test_another_broker(run: Run, mosquitto: RunningBroker, tmp_path: Path) -> None:
    """With --url the office works on a broker that it did not start and does not end."""
    data = office_folder(tmp_path / "elsewhere", SITE_TOML.replace('id = "test"', 'id = "demo"'))
    controller = run(data, "--url", mosquitto.access("controller").url())
    assert "broker another's at" in controller.log.decode()
    assert [] == children(pid_of(controller))
    assert as_shown(mosquitto.access("watch"), ("board", None), ("desk", "2"))
    assert 0 == controller.stop()
    assert mosquitto.broker.alive


@pytest.mark.real
def test_another_brokers_mistakes(mosquitto: RunningBroker, tmp_path: Path) -> None:
    """A wrong address, another site, a wrong password: each says so, with its exit code."""
    data = office_folder(tmp_path / "elsewhere", SITE_TOML.replace('id = "test"', 'id = "demo"'))
    good = mosquitto.access("controller").url()
    wrong_password = good.replace(mosquitto.access("controller").password, "n0t-the-one")
    for url, code, says in (
        ("mqtt://nobody", 2, "mqtt://name:password@host:port/site"),
        (good.replace("/demo", "/test"), 2, "this address is for the site test, the site file is of demo"),
        (wrong_password, 3, "refuses controller: Not authorized"),
    ):
        said = luot("office", "--data", data, "--url", url)
        assert (code, "") == (said.code, said.out)
        assert says in said.err
        assert "n0t-the-one" not in said.err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('role = "info"', 'role = "tv"', "line 42: readers[1].role = 'tv': one of entry, info, desk"),
        ("typical_min = 9", "typical_min = 0", "line 9: services[0].typical_min = 0: Expected `int` >= 1"),
        ('name = "Test"', 'nam = "Test"', "line 4: site.nam = 'Test': there is no such key here; allowed: id, name"),
    ],
)
def test_a_bad_site_file(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Exit 2 with file, line, key, value and what is allowed; no ledger is made, the folder keeps no bad file."""
    bad = tmp_path / "bad.toml"
    bad.write_text(SITE_TOML.replace(old, new), encoding="utf-8")
    said = luot("office", "--data", tmp_path / "office", "--site", bad, "--port", "0")
    assert (2, "") == (said.code, said.out)
    assert f"luot: {bad}, {says}" in said.err
    assert "Traceback" not in said.err
    assert ["office.lock"] == [path.name for path in (tmp_path / "office").iterdir()]


def test_a_site_file_that_drops_what_is_in_use(busy: Path, tmp_path: Path) -> None:
    """Exit 2 with what to keep; the site file that was there stays, and so the office can go on."""
    smaller = tmp_path / "smaller.toml"
    smaller.write_text(SITE_TOML.replace('"first"', '"other"'), encoding="utf-8")
    said = luot("office", "--data", busy, "--site", smaller, "--port", "0")
    assert (2, "") == (said.code, said.out)
    assert "first still has visits: keep it" in said.err
    assert str(smaller) in said.err
    assert SITE_TOML == (busy / "site.toml").read_text(encoding="utf-8")


@pytest.mark.real
def test_a_new_site_file_is_kept(run: Run, tmp_path: Path) -> None:
    """Given once, it is the office's own from then on."""
    mine = tmp_path / "mine.toml"
    mine.write_text(SITE_TOML, encoding="utf-8")
    run(tmp_path / "office", "--port", "0", "--site", str(mine)).stop()
    mine.unlink()
    assert b"luot: Test is open" in run(tmp_path / "office").log


@pytest.mark.parametrize("site", ["nowhere.toml", "."])
def test_no_site_file(tmp_path: Path, site: str) -> None:
    """A site file that is not there, or is a folder, is named."""
    said = luot("office", "--data", tmp_path / "office", "--site", tmp_path / site)
    assert (2, "") == (said.code, said.out)
    assert str(tmp_path / site) in said.err


def test_no_data_folder_can_be_made(tmp_path: Path) -> None:
    """A file in its place or in its way: exit 2, with the folder and what to do."""
    (tmp_path / "file").touch()
    for data in (tmp_path / "file", tmp_path / "file" / "office"):
        said = luot("office", "--data", data, "--port", "0")
        assert (2, "") == (said.code, said.out)
        assert str(data) in said.err
        assert "--data" in said.err


def test_a_ledger_of_a_newer_version(busy: Path) -> None:
    """Exit 1 with what to do, before any broker is started."""
    store = SqliteStore(busy)
    store._db.execute("PRAGMA user_version = 99")
    store.close()
    said = luot("office", "--data", busy, "--port", "0")
    assert (1, "") == (said.code, said.out)
    assert "was written by a newer version" in said.err
    assert "Install the newer version" in said.err
