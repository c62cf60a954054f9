"""Old events in an archive: verifiable with it and without it, no tap counts again, nothing is ever lost between."""

import fcntl
import gzip
import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from any_day import WALL_MS, any_day, tamper, verified
from command_line import Said, luot, office_folder
from engine_day import DESK_READERS, POLICY, adopted, picture
from recorded_day import RecordedDay

from luot_controller.commands import ledger as ledger_command
from luot_controller.engine.events import TapAnswered, TapIgnored
from luot_controller.engine.ledger_facts import LedgerArchived
from luot_controller.errors import StoreFailed
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE
from luot_protocol import codes

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_DAY = datetime(2026, 3, 2, 8, tzinfo=ZONE)
DAYS = 20


@pytest.fixture
def days() -> RecordedDay:
    """Twenty working days, one after the other, some visits of which go on over night."""
    found = RecordedDay(now_ms=_ms(FIRST_DAY))
    found.enter(adopted(at_ms=found.now_ms, **DESK_READERS))
    for n in range(DAYS):
        found.now_ms = _ms(FIRST_DAY + timedelta(days=n))
        any_day(n, steps=40, rules=False, day=found)
    return found


@pytest.fixture
def data(days: RecordedDay, tmp_path: Path) -> Path:
    """The data folder of their office, closed."""
    folder = office_folder(tmp_path / "office")
    store = SqliteStore(folder)
    last = days.state.event_id
    store.commit(days.batch(published=last), WALL_MS)
    store.close()
    return folder


@pytest.fixture
def hold_office() -> Iterator[Callable[[Path], None]]:
    """Hold a data folder as a running office does, until the test ends."""
    held: list[int] = []

    def hold(data: Path) -> None:
        held.append(os.open(data / "office.lock", os.O_RDWR | os.O_CREAT, 0o600))
        fcntl.flock(held[-1], fcntl.LOCK_EX)

    yield hold
    for lock in held:
        os.close(lock)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def archived(data: Path, before: str = "2026-03-10", *more: str) -> Said:
    """Move everything before this day."""
    return luot("ledger", "archive", "--data", data, "--before", before, *more)


def archives(data: Path) -> list[str]:
    """The options that name every archive of the folder."""
    return [word for path in sorted(data.glob("archive-*.gz")) for word in ("--archive", str(path))]


def verdict(data: Path, *more: str) -> dict[str, object]:
    """What `luot verify` finds."""
    said = luot("verify", "--data", data, "--json", "--language", "en", *more)
    found: dict[str, object] = json.loads(said.out)
    assert (0 if found["holds"] else 1) == said.code
    return found


def test_old_events_move_to_a_file(data: Path, days: RecordedDay) -> None:
    """Every event before the day is in the file, all others in the ledger, and both verify, apart and together."""
    limit = _ms(datetime(2026, 3, 10, tzinfo=ZONE))
    old = sum(fact.at_ms < limit for fact in days.ledger)
    said = archived(data)
    path = data / f"archive-1-{old}.gz"
    assert (0, f"{old} events moved to {path}\n", "") == said
    without, whole = verdict(data), verdict(data, *archives(data))
    last = len(days.ledger) + 1
    assert (True, old + 1, last - old) == (without["holds"], without["first"], without["events"])
    assert (True, 1, last) == (whole["holds"], whole["first"], whole["events"])
    assert without["head"] == whole["head"]
    assert without["state"] == whole["state"]


def test_the_state_is_what_it_was(data: Path, days: RecordedDay) -> None:
    """An office that starts on the shorter ledger finds everybody where they were."""
    archived(data)
    store = SqliteStore(data)
    state = store.recover(POLICY).state
    assert isinstance(store.facts(len(days.ledger), 9)[0][1], LedgerArchived)
    store.close()
    days.enter(LedgerArchived(days.state.at_ms, 1, "", "", {}))
    assert picture(days.state, POLICY) == picture(state, POLICY)


def test_an_old_tap_never_counts_again(data: Path, days: RecordedDay) -> None:
    """A tap that is in the archive is settled: told that it is too old, entered nowhere; a new one is not."""
    archived(data)
    settled = [fact for fact in days.ledger if isinstance(fact, TapAnswered | TapIgnored)]
    store = SqliteStore(data)
    for fact in (settled[0], settled[-1]):
        found = store.settled(fact.kid, fact.boot, fact.seq)
        assert found is not None
    first, newest = settled[0], settled[-1]
    assert codes.TOO_OLD == getattr(store.settled(first.kid, first.boot, first.seq), "code", None)
    assert newest == store.settled(newest.kid, newest.boot, newest.seq)
    assert store.settled(newest.kid, newest.boot, newest.seq + 1) is None
    assert store.settled(newest.kid, newest.boot + 1, 1) is None
    assert store.settled("another", 1, 1) is None
    store.close()


def test_archives_follow_each_other(data: Path) -> None:
    """Three of them: any order will do, a missing first one is asked for, a missing middle one is named as a gap."""
    for before in ("2026-03-05", "2026-03-09", "2026-03-13"):
        assert 0 == archived(data, before).code
    first, second, third = sorted(data.glob("archive-*.gz"), key=lambda path: int(path.name.split("-")[1]))
    assert verdict(data)["holds"]
    assert verdict(data, "--archive", str(third), "--archive", str(first), "--archive", str(second))["holds"]
    said = luot("verify", "--data", data, "--archive", second, "--archive", third)
    assert (2, "") == (said.code, said.out)
    assert "Name all archives from the first on" in said.err
    gap = verdict(data, "--archive", str(first), "--archive", str(third))
    assert "is missing before it" in str(gap["problems"])


def test_a_head_from_before_the_archive(data: Path) -> None:
    """It is found with the archive; without it the answer is to name the archive, not that the ledger is forged."""
    head = json.loads(luot("ledger", "head", "--data", data, "--json").out)
    with sqlite3.connect(data / FILE) as db:
        (old,) = db.execute("SELECT hash FROM event WHERE id = 5").fetchone()
    db.close()
    archived(data)
    assert verdict(data, "--head", head["short"])["holds"]
    assert verdict(data, "--head", f"5:{old.hex()}", *archives(data))["holds"]
    assert "it is in an archive: name that with --archive" in str(verdict(data, "--head", f"5:{old.hex()}")["problems"])
    assert not verdict(data, "--head", f"5:{'0' * 64}", *archives(data))["holds"]


def test_the_last_week_stays(data: Path) -> None:
    """A tap may count for so long after it was made; the latest day that may be named is said."""
    said = archived(data, "2026-03-15")
    assert (2, "") == (said.code, said.out)
    assert "The last 7 days stay: give 2026-03-14 or an earlier day." in said.err
    assert [] == archives(data)


def test_nothing_to_move(data: Path) -> None:
    """Before the first day there is nothing, and nothing is written."""
    assert "there are no events before 2026-03-01" in archived(data, "2026-03-01").err
    assert [] == archives(data)


def test_the_same_events_give_the_same_file(data: Path, tmp_path: Path) -> None:
    """Byte for byte, so that two copies can be compared."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in data.glob("*.[st]*"):
        (copy / file.name).write_bytes(file.read_bytes())
    archived(data)
    archived(copy)
    one, other = (next(folder.glob("archive-*.gz")).read_bytes() for folder in (data, copy))
    assert one == other


def test_an_archive_is_checked_with_any_tools(data: Path) -> None:
    """docs/ledger.md shows it in five lines: SHA-256 of the hash before and the rest of the line."""
    archived(data)
    with gzip.open(next(data.glob("archive-*.gz"))) as lines:
        before = bytes.fromhex(next(lines).split()[3].decode())
        for line in lines:
            told, rest = line.rstrip(b"\n").split(b" ", 1)
            before = hashlib.sha256(before + rest).digest()
            assert told.decode() == before.hex()


@pytest.mark.parametrize("at", ["line", "header", "cut"])
def test_a_changed_archive(data: Path, at: str) -> None:
    """A changed line is named, a changed beginning or a file that was cut off is no archive any more."""
    archived(data)
    path = next(data.glob("archive-*.gz"))
    content = gzip.decompress(path.read_bytes())
    if at == "line":
        content = re.sub(rb'"number":(\d)', rb'"number":9\1', content, count=1)
    else:
        content = content.replace(b"luot", b"lout", 1) if at == "header" else content[:-30]
    path.write_bytes(gzip.compress(content))
    said = luot("verify", "--data", data, *archives(data), "--language", "en")
    assert 1 == said.code
    if at == "line":
        assert "FAIL  the chain of hashes\n        event 2 TapAnswered: its hash is not that of" in said.out
    else:
        assert "is no archive of a ledger" in said.err or "this line is no event" in said.err


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkpoint SET state = replace(state, '\"rank_ms\":1', '\"rank_ms\":2')",
        "UPDATE checkpoint SET hash = zeroblob(32)",
        "UPDATE checkpoint SET floors = '{}'",
        "DELETE FROM event WHERE kind = 'LedgerArchived'",
    ],
)
def test_a_forged_checkpoint(data: Path, statement: str) -> None:
    """The event that tells of it pins all of it, and a checkpoint of which none tells is not believed."""
    archived(data)
    assert {} == verified(data / FILE).problems
    tamper(data / FILE, statement)
    assert {} != verified(data / FILE).problems


def test_events_leave_under_a_checkpoint_only(data: Path) -> None:
    """The ledger only grows: neither a later event nor the checkpoint itself can be removed."""
    archived(data)
    with sqlite3.connect(data / FILE) as db:
        for statement in (
            "DELETE FROM event",
            "DELETE FROM checkpoint",
            "UPDATE checkpoint SET event_id = 9999",
            "INSERT INTO event VALUES (1, 0, 0, 'TapIgnored', '{}', 'k9', 1, 1, x'00')",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="the ledger only grows"):
                db.execute(statement)
    db.close()


def test_a_broken_ledger_is_not_archived(data: Path) -> None:
    """What does not hold stays where it is, to be looked into."""
    tamper(data / FILE, "UPDATE event SET wall_ms = 5 WHERE id = 7")
    said = archived(data)
    assert (1, "") == (said.code, said.out)
    assert "luot verify says what does not" in said.err
    assert [] == archives(data)


def test_a_file_is_never_written_over(data: Path) -> None:
    """An archive is the only copy there is."""
    out = data / "old.gz"
    out.write_bytes(b"precious")
    said = archived(data, "2026-03-10", "--out", str(out))
    assert 2 == said.code
    assert "Move it away, or name another file with --out." in said.err
    assert b"precious" == out.read_bytes()
    assert verdict(data)["first"] == 1


@pytest.mark.parametrize("where", ["file", "commit"])
def test_a_power_cut_in_between(data: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Whenever it comes: the ledger is whole, and trying again, with the half-done file moved away, does it."""

    def cut(*_: object) -> None:
        raise StoreFailed("power cut")

    owner: object = ledger_command if where == "file" else SqliteStore
    monkeypatch.setattr(owner, "_write", cut)
    assert 1 == archived(data).code
    monkeypatch.undo()
    assert (True, 1) == (verdict(data)["holds"], verdict(data)["first"])
    for path in data.glob("archive-*.gz"):
        path.rename(data / "half.gz")
    assert 0 == archived(data).code
    assert verdict(data, *archives(data))["holds"]


def test_events_that_nobody_has_heard_of_stay(data: Path) -> None:
    """What was not published yet would be lost to integrators."""
    with sqlite3.connect(data / FILE) as db:
        db.execute("UPDATE office SET published = 3")
    db.close()
    said = archived(data)
    assert 2 == said.code
    assert "event 4 has not been published yet" in said.err


def test_an_office_that_runs(data: Path, hold_office: Callable[[Path], None]) -> None:
    """It is the only writer: the archive waits until it is closed; reading does not."""
    hold_office(data)
    said = archived(data)
    assert 1 == said.code
    assert "an office is running" in said.err
    assert verdict(data)["holds"]
