"""The swap of a reader, step by step: whatever is pulled when, its taps reach the office once, its key goes once."""

import binascii
import json
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pty_board import FIRMWARE, PtyBoard, plugged
from pulled_cable import END_OF_PROGRAM, cut_during, writes_of
from test_device_setup import OLD, Identities, did, on, whole

from luot_controller.errors import UsageProblem
from luot_tools.device import swap, unsent
from luot_tools.device.board import Board, connect
from luot_tools.device.setup import Step, Wish
from luot_tools.device.unsent import OutboxUnreadable, Unsent

KID = "0a01"
DEAD = {
    "main.py": b"while True: pass",
    "settings.json": json.dumps({"reader": "entry-1", "site": "demo", "role": "entry", "kid": KID}).encode(),
    "boards/__init__.py": b"",
    "boards/here.py": b"from luot_firmware.flash import Flash\n"
    b"class Board:\n def __init__(self, argv): pass\n def mount(self): return Flash('taps')\n",
    "luot_firmware/__init__.py": b"",
    "luot_firmware/flash.py": (FIRMWARE / "luot_firmware" / "flash.py").read_bytes(),
    "luot_firmware/records.py": (FIRMWARE / "luot_firmware" / "records.py").read_bytes(),
}


def sealed(form: str, *values: object) -> bytes:
    """A record as docstrings of the firmware have it, made without the firmware."""
    body = struct.pack(form, *values)
    return body + struct.pack(">I", binascii.crc32(body))


def tap(boot: int, seq: int) -> bytes:
    """A record of the log: at 1000 ms a tap, each of another card, with button 2."""
    return sealed(">BIIQB16s", 0xD1, boot, seq, 1000 * seq, 2, bytes([seq]) * 16)


NAMES = [(1, 3), (2, 1), (2, 2), *((3, seq) for seq in range(1, 81))]
"""All settled up to (2, 2), but for (1, 3) and the two last."""


def fill(store: Path) -> None:
    """Files of a dead reader with 83 unsent taps in two segments, and a torn record between them."""
    for name, data in DEAD.items():
        path = store / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    (store / "taps").mkdir()
    (store / "taps" / "tap-00000001").write_bytes(b"".join(tap(1, seq) for seq in (1, 2, 3)) + tap(1, 4)[:17])
    (store / "taps" / "tap-00000002").write_bytes(tap(2, 1) + b"\xd1torn" + b"".join(tap(*name) for name in NAMES[2:]))
    (store / "taps" / "cursor").write_bytes(sealed(">BIIBIIIIII", 0xD2, 2, 2, 3, *NAMES[0], *NAMES[1], *NAMES[2]))
    (store / "taps" / "boot").write_bytes(sealed(">BI", 0xD3, 3))


class Office(Identities):
    """It takes each tap once, by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = 1
        self.taken: list[tuple[str, int, int]] = []
        self.clashing = 0

    def hand_in(self, file: Path) -> dict[str, int]:
        values = json.loads(file.read_text())
        names = [(values["kid"], boot, seq) for boot, seq, *_ in values["taps"]]
        new = [name for name in names if name not in self.taken]
        self.taken += new
        return {"new": len(new), "known": len(names) - len(new), "clashing": self.clashing}


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def dead(tmp_path: Path) -> Iterator[PtyBoard]:
    store = tmp_path / "dead"
    store.mkdir()
    fill(store)
    yield from plugged(store, tmp_path / "dead-port")


def work(office: Office, file: Path) -> swap.Swap:
    """The swap of entry-1 by a spare with a firmware of a few lines."""
    return swap.Swap(Wish("entry-1", office, lambda _platform: OLD, watch_s=0), office, file)


def swapped(old: Board, spare: Board, job: swap.Swap) -> list[Step]:
    """All of it, as the command does it."""
    steps = list(swap.take_taps(old, job, dry_run=False))
    steps += swap.take_place(spare, job, dry_run=False, progress=lambda *_: None)
    steps += swap.let_go(old)
    job.file.unlink(missing_ok=True)
    return steps


ALL = [(KID, *name) for name in NAMES]


def test_the_taps_of_a_dead_reader(dead: PtyBoard, pty_board: PtyBoard, office: Office, tmp_path: Path) -> None:
    """Every open one, in order, past what is torn; then the old board is nobody, and the spare is the reader."""
    job = work(office, tmp_path / "unsent.json")
    with connect(str(dead.path)) as old, connect(str(pty_board.path)) as spare:
        steps = swapped(old, spare, job)
    assert ["done"] * 4 == [did(steps)[name] for name in ("read", "stop", "hand-in", "key")]
    assert steps[0].detail.startswith("83 taps unsent under key 0a01, 83 of them without a time")
    assert "; 1 damaged and unreadable" in steps[0].detail
    assert ALL == office.taken
    assert {} == {name: data for name, data in on(dead).items() if name in ("settings.json", "main.py", "taps/cursor")}
    assert whole(pty_board, OLD)
    assert (2, "0a02") == (office.keys, json.loads(on(pty_board)["settings.json"])["kid"])
    assert not job.file.exists()
    with connect(str(dead.path)) as old, connect(str(pty_board.path)) as spare:
        again = swapped(old, spare, job)
    assert {"kept"} == {step.did for step in again if step.name != "selftest"}
    assert (2, ALL) == (office.keys, office.taken)


def test_the_spare_is_on_a_cable_as_the_old_board_was(dead: PtyBoard, office: Office, tmp_path: Path) -> None:
    """Unless somebody says otherwise, or the board at that port is nobody any more."""
    job = work(office, tmp_path / "unsent.json")
    said = job._replace(wish=job.wish._replace(wired=False))
    with connect(str(dead.path)) as old:
        assert swap.like_the_old(old, job).wish.wired is True
        assert swap.like_the_old(old, said).wish.wired is False
    (dead.store / "settings.json").unlink()
    with connect(str(dead.path)) as old:
        assert swap.like_the_old(old, job).wish.wired is None


def test_a_dry_run(dead: PtyBoard, pty_board: PtyBoard, office: Office, tmp_path: Path) -> None:
    """Nothing changes on either board, and the office hears nothing."""
    before, job = on(dead), work(office, tmp_path / "unsent.json")
    with connect(str(dead.path)) as old, connect(str(pty_board.path)) as spare:
        steps = [*swap.take_taps(old, job, dry_run=True)]
        steps += swap.take_place(spare, job, dry_run=True, progress=lambda *_: None)
    assert {"read": "done", "hand-in": "would do", "key": "would do"} == {
        name: how for name, how in did(steps).items() if name not in ("find", "files")
    }
    assert (before, {}, [], 1) == (on(dead), on(pty_board), office.taken, office.keys)


def test_another_reader_is_left_alone(dead: PtyBoard, office: Office, tmp_path: Path) -> None:
    """The wrong port costs nobody a tap."""
    job = work(office, tmp_path / "unsent.json")
    job = job._replace(wish=job.wish._replace(reader="info-1"))
    before = on(dead)
    with connect(str(dead.path)) as old, pytest.raises(UsageProblem, match="is entry-1, not info-1"):
        list(swap.take_taps(old, job, dry_run=False))
    assert (before, []) == (on(dead), office.taken)


def test_taps_of_nobody(dead: PtyBoard, office: Office, tmp_path: Path) -> None:
    """Without the key's name they could count twice: they stay, and it is said how to go on."""
    (dead.store / "settings.json").write_bytes(b"{")
    with connect(str(dead.path)) as old, pytest.raises(OutboxUnreadable):
        list(swap.take_taps(old, work(office, tmp_path / "unsent.json"), dry_run=False))
    (dead.store / "settings.json").write_bytes(DEAD["settings.json"])
    (dead.store / "luot_firmware" / "records.py").unlink()
    with connect(str(dead.path)) as old, pytest.raises(OutboxUnreadable, match="ImportError"):
        list(swap.take_taps(old, work(office, tmp_path / "unsent.json"), dry_run=False))
    assert ([], True) == (office.taken, "main.py" in on(dead))


def test_names_of_other_taps(dead: PtyBoard, office: Office, tmp_path: Path) -> None:
    """What the office cannot take stays on the board and in the file."""
    office.clashing = 1
    job = work(office, tmp_path / "unsent.json")
    with connect(str(dead.path)) as old, pytest.raises(swap.TapsClash):
        list(swap.take_taps(old, job, dry_run=False))
    assert job.file.exists()
    assert "taps/tap-00000002" in on(dead)


@pytest.mark.parametrize("arrives", [False, True], ids=["lost", "done, but not answered"])
def test_a_cable_is_pulled_at_every_step(dead: PtyBoard, pty_board: PtyBoard, arrives: bool, tmp_path: Path) -> None:
    """Of either board: no tap is gone that the office has not; the same command again always reaches the same end."""
    before = tmp_path / "before"
    shutil.copytree(dead.store, before)
    office, job = Office(), work(Office(), tmp_path / "unsent.json")

    def with_old(old: Board) -> None:
        with connect(str(pty_board.path)) as spare:
            swapped(old, spare, job)

    def with_spare(spare: Board) -> None:
        with connect(str(dead.path)) as old:
            swapped(old, spare, job)

    def anew() -> tuple[Office, swap.Swap]:
        for board, content in ((dead, before), (pty_board, None)):
            board.unplug()
            shutil.rmtree(board.store)
            shutil.copytree(content, board.store) if content else board.store.mkdir()
            board.plug()
        (tmp_path / "unsent.json").unlink(missing_ok=True)
        fresh = Office()
        return fresh, work(fresh, tmp_path / "unsent.json")

    office, job = anew()
    programs = writes_of(dead, with_old, END_OF_PROGRAM)
    assert programs > 10
    # The set-up of the spare has a test of its own: here it is its beginning, the key.
    cuts: list[tuple[PtyBoard, Callable[[Board], None], int]] = [
        *((dead, with_old, at) for at in range(1 + arrives, programs + 1, 2)),
        *((pty_board, with_spare, at) for at in range(1 + arrives, 12, 3)),
    ]
    for board, cut_work, at in cuts:
        office, job = anew()
        cut_during(board, at, cut_work, END_OF_PROGRAM, arrives)
        assert ALL == office.taken or "taps/tap-00000002" in on(dead), (board.path, at)
        with connect(str(dead.path)) as old:
            with_old(old)
        assert ALL == office.taken, (board.path, at)
        assert whole(pty_board, OLD), (board.path, at)
        assert office.kid("entry-1") == json.loads(on(pty_board)["settings.json"])["kid"], (board.path, at)
        assert not {"settings.json", "main.py", "taps/tap-00000002"} & on(dead).keys(), (board.path, at)
        assert not job.file.exists()


def test_times_outlive_the_power() -> None:
    """Read once with their ages, and again without: the first word counts, so much older; new taps are added."""
    first = Unsent("entry-1", KID, 10_000, [[1, 1, "aa", 500, 0], [1, 2, "bb", None, 0]])
    second = Unsent("entry-1", KID, 70_000, [[1, 1, "aa", None, 0], [1, 2, "bb", None, 0], [2, 1, "cc", 30, 0]])
    taps = unsent.merged(first, second).taps
    assert [[1, 1, "aa", 60_500, 0], [1, 2, "bb", None, 0], [2, 1, "cc", 30, 0]] == taps
    assert second == unsent.merged(first._replace(kid="0a02"), second)
    assert second == unsent.merged(None, second)
    sent_meanwhile = unsent.merged(first, second._replace(taps=[]))
    assert [(1, 1), (1, 2)] == [(row[0], row[1]) for row in sent_meanwhile.taps]


def test_the_file(tmp_path: Path) -> None:
    """Only its owner can read it; a damaged one is named."""
    path = tmp_path / "unsent.json"
    found = Unsent("entry-1", KID, 1, [[1, 1, "aa", None, 0]])
    unsent.keep(path, found)
    assert (found, 0o600) == (unsent.kept(path), path.stat().st_mode & 0o777)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(UsageProblem, match="is damaged"):
        unsent.kept(path)
    path.unlink()
    assert unsent.kept(path) is None
