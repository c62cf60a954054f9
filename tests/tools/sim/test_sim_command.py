"""luot_tools.sim.command: `luot sim` lives in an office that somebody else runs, kills and starts again."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from processes import running, until

from luot_controller.engine.events import VisitCalled, VisitFinished, VisitMissed
from luot_controller.errors import DataFolderMissing, OfficeUnreachable, UsageProblem
from luot_controller.settings import sample_site
from luot_controller.store.sqlite import SqliteStore
from luot_tools.sim import connections
from luot_tools.sim.command import command

LUOT = (sys.executable, "-m", "luot_controller.cli")
BROKERS_PASSWORD = '{"site":"mot-cua","name":"watch","password":"x","port":1}'


class Programs:
    """`luot` commands that run until the test ends, each with its output in a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """Start one; what it says goes on in `name`.out and `name`.err."""
        with (self._folder / f"{name}.out").open("ab") as out, (self._folder / f"{name}.err").open("ab") as err:
            process = subprocess.Popen([*LUOT, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self._all.append(process)
        return process

    def said(self, file: str) -> str:
        """What was written to a file so far."""
        return (self._folder / file).read_text(encoding="utf-8")

    def stop(self) -> None:
        """End all of them."""
        for process in reversed(self._all):
            if process.poll() is None:
                process.terminate()
                process.wait(10)


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    """None yet."""
    some = Programs(tmp_path)
    yield some
    some.stop()
    until(lambda: not running(str(tmp_path)), "all processes to end", 5)


def assert_one_at_a_time(data: Path, *desks: str) -> None:
    """By the ledger: these desks alone called, each only once the visit before was over."""
    store = SqliteStore(data)
    at_desk: dict[str, int] = {}
    for _, fact in store.facts(0, 100_000):
        if isinstance(fact, VisitCalled):
            assert fact.desk in desks
            assert fact.desk not in at_desk, "called two"
            at_desk[fact.desk] = fact.visit
        elif isinstance(fact, VisitFinished | VisitMissed):
            assert fact.visit == at_desk.pop(fact.desk)
    store.close()


@pytest.mark.real
def test_a_hall_outlives_an_office_that_is_killed(programs: Programs, tmp_path: Path) -> None:
    """Readers, citizens and clerks go on where they were when the office is back; SIGTERM ends the hall with exit 0."""
    data = str(tmp_path / "office")
    office = programs.start("office", "office", "--data", data, "--port", "0", "--speed", "240")
    until(lambda: "is open" in programs.said("office.err"), "the office to open")
    port = re.search(r"127\.0\.0\.1:(\d+)", programs.said("office.err"))
    assert port is not None
    hall = programs.start("hall", "sim", "--data", data, "--desks", "2,3,4")
    until(lambda: programs.said("office.out").count("finish") >= 2, "two visits")

    again = programs.start("again", "sim", "--data", data)
    assert 2 == again.wait(10)
    assert "already" in programs.said("again.err")

    office.send_signal(signal.SIGKILL)
    office.wait(10)
    until(lambda: "the broker is away" in programs.said("hall.err"), "the hall to notice")
    before = programs.said("hall.out").count("leave")
    programs.start("office", "office", "--data", data, "--port", port[1], "--speed", "240")
    until(lambda: programs.said("hall.out").count("leave") >= before + 4, "more visits")

    hall.terminate()
    assert 0 == hall.wait(10)
    assert_one_at_a_time(tmp_path / "office", "2", "3", "4")
    summary = programs.said("hall.err").splitlines()[-2]
    assert re.fullmatch(
        r"luot sim: \d+ came, \d+ were served, \d+ missed their call(, \d+ found the door full)?", summary
    )
    assert {"come", "tap", "arrive", "leave"} <= {line.split()[1] for line in programs.said("hall.out").splitlines()}


@pytest.mark.real
def test_a_second_hall_finds_the_cards_of_the_first(programs: Programs, tmp_path: Path) -> None:
    """The office enrols a number once: the hall keeps its cards, and its readers' outboxes, with the office's data."""
    data = str(tmp_path / "office")
    programs.start("office", "office", "--data", data, "--port", "0", "--speed", "240")
    until(lambda: "is open" in programs.said("office.err"), "the office to open")
    for name in ("first", "second"):
        hall = programs.start(name, "sim", "--data", data, "--desks", "none", "--seed", str(len(name)))
        until(lambda name=name: ": opened" in programs.said(f"{name}.out"), f"the {name} hall's first visit")
        hall.terminate()
        assert 0 == hall.wait(10)
    assert "call" not in programs.said("office.out"), "no desk has a clerk"


def run(*words: str) -> BaseException | None:
    """Run `luot sim` in this process; returns its error."""
    error = CliRunner().invoke(command, words).exception
    return error if isinstance(error, Exception) else None


def test_a_folder_without_an_office_is_named(tmp_path: Path) -> None:
    """Nothing is made there."""
    error = run("--data", str(tmp_path / "nothing"))
    assert isinstance(error, DataFolderMissing)
    assert "luot office --data" in error.hint
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("words", [["--json"], ["--speed", "20"], ["--language", "en"], ["--tour", "--desks", "2"]])
def test_options_of_the_tour_and_of_the_hall_do_not_mix(words: list[str]) -> None:
    """An option that would do nothing is refused, before anything is looked for."""
    error = run(*words)
    assert isinstance(error, UsageProblem)
    assert f"{words[-2] if len(words) > 1 else words[0]} does" in error.subject
    assert "leave it out" in error.hint


def test_a_desk_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With those that are."""
    (tmp_path / "site.toml").write_text(sample_site(), encoding="utf-8")
    error = run("--data", str(tmp_path), "--desks", "2,9")
    assert isinstance(error, UsageProblem)
    assert "desk 9 is not in the site file" == error.subject
    assert "Desks there: 1, 2, 3, 4." == error.hint


def test_an_office_that_is_not_open_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while, with the way to start it; the exit code is that of `cannot connect`."""
    monkeypatch.setattr(connections, "OPEN_WITHIN_S", 0.2)
    (tmp_path / "site.toml").write_text(sample_site(), encoding="utf-8")
    (tmp_path / "access").mkdir()
    (tmp_path / "access" / "watch.json").write_text(BROKERS_PASSWORD)
    error = run("--data", str(tmp_path))
    assert isinstance(error, OfficeUnreachable)
    assert "luot office --data" in error.hint
    assert os.listdir(tmp_path / "sim") == []
