"""`luot doctor` on a folder without a running office: each fault is made, found, and told what to do about."""

import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from patient import ask_doctor, office_folder, run

from luot_controller.broker.choice import Found, free_port
from luot_controller.commands import doctor
from luot_controller.doctor import disk, ledger, program
from luot_controller.errors import BrokerFailed
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE


@pytest.fixture(autouse=True)
def _port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever listens on this machine's 1883."""
    monkeypatch.setattr(doctor, "DEFAULT_PORT", free_port())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office_folder(tmp_path_factory.mktemp("made") / "office")


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """The folder of an office that was closed in order."""
    return Path(shutil.copytree(made, tmp_path / "office"))


def rewrite(data: Path, *statements: str) -> None:
    """Change the ledger behind the office's back."""
    db = sqlite3.connect(data / FILE)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_an_office_that_can_serve(data: Path) -> None:
    """Everything is looked at, all is well, and exit code 0 says so though it does not run."""
    said = ask_doctor(data)
    assert (0, {}) == (said.code, said.faults)
    parts = ("python", "packages", "broker", "disk", "site", "access", "ledger", "cards", "clock", "port")
    assert [] == [word for word in parts if word not in said.found]
    assert {f"{FILE}-wal", f"{FILE}-shm"}.isdisjoint(path.name for path in data.iterdir())


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_folder(tmp_path: Path, is_there: bool) -> None:
    """Nothing has run here, or the folder is still to be made: an office can start, and none of it is made now."""
    folder = tmp_path / "new"
    if is_there:
        folder.mkdir()
    said = ask_doctor(folder)
    assert (0, {}) == (said.code, said.faults)
    assert "site.none" in said.found
    assert is_there == folder.exists()


def test_what_people_read(data: Path) -> None:
    """A line for each finding, and below it what to do; the last line is the answer. Vietnamese as the site says."""
    rewrite(data, "DELETE FROM card")
    done = run("--data", str(data))
    lines = done.stdout.splitlines()
    assert "      luot card import cards.csv" == lines[lines.index("warn  no card is known: every tap is refused") + 1]
    assert ("The office can serve.", 0) == (lines[-1], done.exit_code)
    (data / "site.toml").write_text("[site]\nnam = 1\n")
    done = run("--data", str(data), "--language", "vi")
    assert ("Hệ thống chưa phục vụ được.", 1) == (done.stdout.splitlines()[-1], done.exit_code)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """Named, and not touched."""
    (tmp_path / "file").write_text("mine")
    said = ask_doctor(tmp_path / "file" / "office")
    assert (1, "fail") == (said.code, said.faults["disk.folder"])


@pytest.mark.parametrize("text", ["[site", "[site]\nid = 'x'\nname = 'X'\ncolour = 'red'\n", "\xff"])
def test_a_site_file_with_a_mistake(data: Path, text: str) -> None:
    """With the line and what is allowed, as the office itself would say."""
    (data / "site.toml").write_bytes(text.encode("latin-1"))
    said = ask_doctor(data)
    assert (1, "fail") == (said.code, said.faults["site.invalid"])
    assert "site.toml" in said.found["site.invalid"][1]


# The ledger.


def test_a_damaged_file(data: Path) -> None:
    """A page overwritten in the middle."""
    with (data / FILE).open("r+b") as file:
        file.seek(4096 * 2)
        file.write(os.urandom(4096 * 4))
    said = ask_doctor(data)
    assert (1, "fail") == (said.code, said.faults["ledger.damaged"])


@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"SQLite format 3\x00" + bytes(200), b""])
def test_a_file_that_is_no_ledger(data: Path, content: bytes) -> None:
    """Of something else, cut, or empty: an empty one is brought up by the next start."""
    (data / FILE).write_bytes(content)
    said = ask_doctor(data)
    found = said.faults.get("ledger.damaged") or said.faults.get("ledger.older")
    assert ("warn" if not content else "fail") == found
    assert bool(content) == said.code


def test_an_event_that_was_changed(data: Path) -> None:
    """The hash of the newest events is taken again."""
    rewrite(
        data,
        "DROP TRIGGER event_is_final",
        "UPDATE event SET body = json_set(body, '$.number', 9) WHERE kind = 'VisitCalled'",
    )
    said = ask_doctor(data)
    assert (1, {"ledger.changed": "fail"}) == (said.code, said.faults)


def test_a_state_that_is_not_the_ledgers(data: Path) -> None:
    """The rows that a start reads are of another event than the last."""
    rewrite(data, "UPDATE office SET event_id = event_id - 1")
    said = ask_doctor(data)
    assert (1, {"ledger.state": "fail"}) == (said.code, said.faults)


def test_the_ledger_of_a_newer_program(data: Path) -> None:
    """Nothing here may write it."""
    rewrite(data, "PRAGMA user_version = 99")
    said = ask_doctor(data)
    assert (1, {"ledger.newer": "fail"}) == (said.code, said.faults)


def test_the_ledger_of_an_older_program(data: Path) -> None:
    """The next start brings it up to date: a warning, to back it up first."""
    rewrite(data, "PRAGMA user_version = 2")
    said = ask_doctor(data)
    assert (0, {"ledger.older": "warn"}) == (said.code, said.faults)


def test_an_office_that_was_killed(data: Path) -> None:
    """Its log is read with the ledger, and both are as they were."""
    image = data / "image"
    image.mkdir()
    store = SqliteStore(data)
    store.add_cards([(900, bytes(16))])
    for file in data.glob(f"{FILE}*"):
        shutil.copy(file, image)
    store.close()
    for file in image.iterdir():
        file.replace(data / file.name)
    said = ask_doctor(data)
    assert (0, {}, "41 cards") == (said.code, said.faults, said.found["cards"][1])


# The registry.


def test_no_cards_and_a_reader_without_a_key(data: Path) -> None:
    """Nothing could be tapped: two warnings, with the commands that mend it."""
    rewrite(data, "DELETE FROM card", "DELETE FROM reader_key WHERE reader = 'info-1'")
    said = ask_doctor(data)
    assert (0, {"cards.none": "warn", "reader.none": "warn"}) == (said.code, said.faults)
    assert "luot device setup info-1" == said.found["reader.none"][2]


# The clock.


@pytest.mark.parametrize(
    ("wall_ms", "word"),
    [
        (int(time.time() * 1000) + 3_600_000, "clock.behind"),
        (int(time.time() * 1000) - 500 * 86_400_000, "clock.ahead"),
    ],
    ids=["behind", "ahead"],
)
def test_a_clock_far_from_the_ledger(data: Path, wall_ms: int, word: str) -> None:
    """An hour behind the last event, or more than a year after it."""
    rewrite(data, f"UPDATE office SET wall_ms = {wall_ms}")
    said = ask_doctor(data)
    assert (0, {word: "warn"}) == (said.code, said.faults)


def test_a_clock_that_was_never_set(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine begins in 1970 at each start."""
    monkeypatch.setattr(ledger.time, "time", lambda: 1000.0)
    assert {"clock.behind": "warn"} == ask_doctor(data).faults


# Access files.


def test_secrets_that_others_can_read(data: Path) -> None:
    """Folder, access file and ledger, each with the command that closes it."""
    for name, mode in (("access", 0o755), ("access/desk-1.json", 0o640), (FILE, 0o644)):
        (data / name).chmod(mode)
        said = ask_doctor(data)
        assert (0, {"access.open": "warn"}) == (said.code, said.faults)
        assert f"chmod {'700' if name == 'access' else '600'} {data / name}" == said.found["access.open"][2]
        (data / name).chmod(0o700 if name == "access" else 0o600)


def test_an_access_file_that_is_broken(data: Path) -> None:
    """The office would not start with it."""
    (data / "access" / "desk-2.json").write_text("{")
    said = ask_doctor(data)
    assert (1, {"access.broken": "fail"}) == (said.code, said.faults)


def test_an_access_file_that_cannot_be_read(data: Path) -> None:
    """Whatever the system's reason."""
    path = data / "access" / "desk-2.json"
    path.unlink()
    path.mkdir(mode=0o700)
    said = ask_doctor(data)
    assert (1, {"access.unreadable": "fail"}) == (said.code, said.faults)


def test_a_folder_of_another_user(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the folder nor its access files can be used."""
    own = os.access

    def forbids(path: Any, mode: int) -> bool:
        return own(path, mode) and not (mode & os.X_OK and Path(path) in (data, data / "access"))

    monkeypatch.setattr(os, "access", forbids)
    assert {"disk.forbidden": "fail", "access.unreadable": "fail"} == ask_doctor(data).faults


def test_access_files_that_are_missing_or_differ(data: Path) -> None:
    """A desk that was added to the site file, and a file that was copied from elsewhere."""
    (data / "access" / "desk-2.json").unlink()
    said = ask_doctor(data)
    assert (0, {"access.missing": "warn"}) == (said.code, said.faults)
    assert "desk-2" in said.found["access.missing"][1]
    foreign = (data / "access" / "desk-1.json").read_text().replace("127.0.0.1", "10.0.0.7")
    (data / "access" / "desk-1.json").write_text(foreign)
    assert "access.different" in ask_doctor(data).faults


# The disk.


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the disk say something else of its room."""
    real = os.statvfs

    def says(**fields: int) -> None:
        def statvfs(path: Any) -> Any:
            found = real(path)
            names = ("f_flag", "f_bavail", "f_frsize", "f_favail", "f_files")
            return type("Room", (), {name: fields.get(name, getattr(found, name)) for name in names})

        monkeypatch.setattr(os, "statvfs", statvfs)

    return says


@pytest.mark.parametrize(
    ("fields", "code", "expected"),
    [
        ({"f_bavail": 100, "f_frsize": 4096}, 1, {"disk.full": "fail"}),
        ({"f_favail": 0, "f_files": 1000}, 1, {"disk.full": "fail"}),
        ({"f_bavail": 50_000, "f_frsize": 4096}, 0, {"disk.low": "warn"}),
        ({"f_flag": os.ST_RDONLY}, 1, {"disk.readonly": "fail"}),
    ],
)
def test_a_disk(data: Path, room: Callable[..., None], fields: dict[str, int], code: int, expected: object) -> None:
    """Full, without room for another file, nearly full, mounted read-only."""
    room(**fields)
    said = ask_doctor(data)
    assert (code, expected) == (said.code, said.faults)


def test_a_slow_disk(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a durable write is a warning when people would feel it; where it cannot be measured, nothing."""
    monkeypatch.setattr(disk, "commit_s", lambda _folder: 0.08)
    said = ask_doctor(data)
    assert (0, {"disk.slow": "warn"}, "80.0 ms") == (said.code, said.faults, said.found["disk.slow"][1][-7:])
    monkeypatch.setattr(disk, "commit_s", lambda _folder: None)
    assert {} == ask_doctor(data).faults


def test_a_write_is_measured_unseen(tmp_path: Path) -> None:
    """It takes some time, and leaves no file; where there is none without a name, it is not tried."""
    seconds = disk.commit_s(tmp_path)
    assert seconds is None or 0 < seconds
    assert disk.commit_s(tmp_path / "nowhere") is None
    assert [] == list(tmp_path.iterdir())


# The program.


def test_an_old_python(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older than what the code is written in."""
    monkeypatch.setattr(program, "OLDEST_PYTHON", (3, 99))
    said = ask_doctor(data)
    assert (1, {"python.old": "fail"}) == (said.code, said.faults)


def test_packages_that_are_not_the_tested_ones(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version is a warning, a missing one a failure; what only an extra needs may be missing."""
    asked = ["click==0.0.1", "no-such-package==1.0", 'no-such-extra==1.0; extra == "broker"', "loose>=1"]
    monkeypatch.setattr(program.metadata, "requires", lambda _name: asked)
    said = ask_doctor(data)
    assert (1, {"package.other": "warn", "package.missing": "fail"}) == (said.code, said.faults)
    assert "pip install no-such-package==1.0" == said.found["package.missing"][2]


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts a program in mosquitto's place."""

    def put(script: str) -> None:
        path = tmp_path / "mosquitto"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(program, "find_broker", lambda: Found("mosquitto", path))

    return put


@pytest.mark.parametrize(
    ("script", "code", "expected"),
    [
        ("echo mosquitto version 1.6.9; exit 3", 1, {"broker.old": "fail"}),
        ("echo mosquitto version 2.1.0", 0, {}),
        ("exit 1", 0, {"broker.unknown": "warn"}),
        ("printf '\\377\\376'", 0, {"broker.unknown": "warn"}),
    ],
)
def test_mosquitto(data: Path, broker: Callable[[str], None], script: str, code: int, expected: object) -> None:
    """Too old, new, and one that does not say."""
    broker(script)
    said = ask_doctor(data)
    assert (code, expected) == (said.code, said.faults)


def test_no_mosquitto(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """amqtt will do for a small office; with neither, none can serve."""
    monkeypatch.setattr(program, "find_broker", lambda: Found("amqtt", None))
    assert {"broker.small": "warn"} == ask_doctor(data).faults

    def none() -> Found:
        raise BrokerFailed("there is none", "Install one.")

    monkeypatch.setattr(program, "find_broker", none)
    said = ask_doctor(data)
    assert (1, {"broker.missing": "fail"}) == (said.code, said.faults)


def test_a_port_that_another_program_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first start: the office could not have its usual one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(doctor, "DEFAULT_PORT", taken.getsockname()[1])
        said = ask_doctor(tmp_path)
    assert (1, {"port.foreign": "fail"}) == (said.code, said.faults)


def test_a_check_that_fails_does_not_hide_the_others(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the system in one of them is a finding, and the rest is looked at."""

    def broken(_path: object) -> None:
        raise PermissionError(13, "Permission denied", str(data))

    monkeypatch.setattr(os, "statvfs", broken)
    said = ask_doctor(data)
    assert (1, {"disk.unreadable": "fail"}) == (said.code, said.faults)
    assert "ledger" in said.found


def test_usage() -> None:
    """A wrong address is exit code 2, as with every command."""
    assert 2 == run("--url", "http://example").exit_code
