"""The set-up of a board, step by step: each looks first, and a board half done never looks whole."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from pty_board import PtyBoard
from pulled_cable import END_OF_PROGRAM, cut_during, writes_of

from brokers import until
from luot_controller.errors import UsageProblem
from luot_tools.device import onboard_reader
from luot_tools.device.board import Board, connect
from luot_tools.device.errors import BoardFull
from luot_tools.device.setup import ProgramEnded, SelfTestFailed, Step, Wish, fingerprint, steps, with_manifest

pytestmark = pytest.mark.real

FLASH = b"class Flash:\n def __init__(self, folder): pass\n"
SETTINGS = b"class SettingsError(Exception): pass\ndef load(flash): open('settings.json').close()\n"
OLD = {
    "main.py": b"open('ran-1', 'w').close()",
    "luot_firmware/__init__.py": b"",
    "luot_firmware/flash.py": FLASH,
    "luot_firmware/settings.py": SETTINGS,
    "luot_firmware/gone.py": b"1",
}
NEW = {**OLD, "main.py": b"open('ran-2', 'w').close()", "luot_firmware/flash.py": FLASH * 2}
del NEW["luot_firmware/gone.py"]


class Identities:
    """An office of a few lines; a new key is the next number."""

    def __init__(self) -> None:
        self.keys = 0
        self.role = "entry"

    def kid(self, reader: str) -> str:
        if reader != "entry-1":
            raise UsageProblem(f"{reader} is not a reader", "Add it.")
        return f"0a{self.keys:02x}" if self.keys else ""

    def settings(self, reader: str, *, keep_key: bool, wired: bool = False) -> bytes:
        if not keep_key:
            self.keys += 1
        settings = {"reader": reader, "site": "demo", "role": self.role, "kid": self.kid(reader)}
        return json.dumps(settings if wired else {**settings, "host": "broker"}).encode()


@pytest.fixture
def office() -> Identities:
    return Identities()


def set_up(
    board: Board,
    office: Identities,
    carried: Mapping[str, bytes] = OLD,
    reader: str = "entry-1",
    dry_run: bool = False,
    watch_s: float = 0,
    wired: bool | None = None,
) -> list[Step]:
    wish = Wish(reader, office, lambda _platform: carried, watch_s=watch_s, wired=wired)
    return list(steps(board, wish, dry_run=dry_run, progress=lambda *_: None))


def did(found: list[Step]) -> dict[str, str]:
    return {step.name: step.did for step in found}


def on(board: PtyBoard) -> dict[str, bytes]:
    """Every file on the board, but what its program wrote."""
    paths = [path for path in board.store.rglob("*") if path.is_file() and not path.name.startswith("ran-")]
    return {path.relative_to(board.store).as_posix(): path.read_bytes() for path in paths}


def whole(board: PtyBoard, carried: Mapping[str, bytes]) -> bool:
    """True when the board has exactly these files, with settings."""
    found = on(board)
    return {**with_manifest(carried), "settings.json": found.get("settings.json", b"")} == found and bool(
        found.get("settings.json")
    )


def test_from_bare_to_running(pty_board: PtyBoard, office: Identities) -> None:
    """All files, one new key, and its program is started; done again, nothing is written."""
    with connect(str(pty_board.path)) as board:
        found = set_up(board, office)
    names = ["find", "files", "provision", "selftest", "start"]
    assert dict(zip(names, ["kept", "done", "done", "done", "done"], strict=True)) == did(found)
    assert whole(pty_board, OLD)
    with connect(str(pty_board.path)) as board:
        assert dict(zip(names, ["kept", "kept", "kept", "done", "kept"], strict=True)) == did(set_up(board, office))
    assert 1 == office.keys
    with connect(str(pty_board.path)) as board:
        assert {
            "is_whole": True,
            "version": json.loads(on(pty_board)["luot.json"])["version"],
            "files": fingerprint(OLD),
            "reader": "entry-1",
            "site": "demo",
            "role": "entry",
            "kid": "0a01",
            "is_wired": False,
        } == board.call(onboard_reader.installed)
    until((pty_board.store / "ran-1").exists, "the program ran")


def test_an_update_keeps_the_key(pty_board: PtyBoard, office: Identities) -> None:
    """Only what differs is sent, what is not ours any more is removed, and the reader stays who it is."""
    with connect(str(pty_board.path)) as board:
        set_up(board, office)
        found = set_up(board, office, NEW)
    assert "2 files, " in next(step.detail for step in found if step.name == "files")
    assert "1 removed" in next(step.detail for step in found if step.name == "files")
    assert ("kept", "done") == (did(found)["provision"], did(found)["start"])
    assert whole(pty_board, NEW)
    assert 1 == office.keys


def test_settings_that_changed_are_written_under_the_same_key(pty_board: PtyBoard, office: Identities) -> None:
    """Another role in the site file reaches the reader without a new key."""
    with connect(str(pty_board.path)) as board:
        set_up(board, office)
        office.role = "info"
        assert ("kept", "done") == ((found := did(set_up(board, office)))["files"], found["provision"])
    assert ("info", 1) == (json.loads(on(pty_board)["settings.json"])["role"], office.keys)


def test_a_reader_on_a_cable_stays_there(pty_board: PtyBoard, office: Identities) -> None:
    """Once asked for it holds until the opposite is, under the same key, and a new board is not wired."""
    with connect(str(pty_board.path)) as board:
        for wired, is_wired in ((None, False), (True, True), (None, True), (False, False)):
            set_up(board, office, wired=wired)
            assert is_wired == board.call(onboard_reader.installed)["is_wired"]
    assert 1 == office.keys


def test_a_board_that_was_another_reader_gets_a_new_key(pty_board: PtyBoard, office: Identities) -> None:
    """What stands on it under a key that is not in force is nobody's."""
    office.keys = 7
    (pty_board.store / "settings.json").write_text('{"reader": "entry-1", "kid": "0a06"}')
    with connect(str(pty_board.path)) as board:
        set_up(board, office)
    assert ("0a08", 8) == (json.loads(on(pty_board)["settings.json"])["kid"], office.keys)


def test_a_dry_run_changes_nothing(pty_board: PtyBoard, office: Identities) -> None:
    """It says what would be done, renews no key, and lets the program run on."""
    with connect(str(pty_board.path)) as board:
        found = set_up(board, office, dry_run=True)
    assert {"find": "kept", "files": "would do", "provision": "would do"} == did(found)
    assert ({}, 0) == (on(pty_board), office.keys)


def test_an_unknown_reader_changes_nothing(pty_board: PtyBoard, office: Identities) -> None:
    """The office is asked before the board is touched."""
    with connect(str(pty_board.path)) as board, pytest.raises(UsageProblem):
        set_up(board, office, reader="entry-9")
    assert {} == on(pty_board)


def test_a_board_that_fails_its_self_test_starts_nothing(pty_board: PtyBoard, office: Identities) -> None:
    """The fault is named; without main.py the board waits to be set up again."""
    broken = {**OLD, "luot_firmware/broken.py": b"1 / 0"}
    with connect(str(pty_board.path)) as board, pytest.raises(SelfTestFailed) as raised:
        set_up(board, office, broken)
    assert "luot_firmware.broken: ZeroDivisionError" in raised.value.subject
    assert "main.py" not in on(pty_board)
    with connect(str(pty_board.path)) as board:
        set_up(board, office)
    assert whole(pty_board, OLD)


def test_on_a_littlefs(littlefs_board: PtyBoard, office: Identities) -> None:
    """As a real board has it; and an update that does not fit leaves the reader as it is, at work."""
    with connect(str(littlefs_board.path)) as board:
        assert "done" == did(set_up(board, office))["start"]
        assert ["kept", "kept", "kept", "done", "kept"] == list(did(set_up(board, office)).values())
        with pytest.raises(BoardFull):
            set_up(board, office, {**OLD, "luot_firmware/large.py": bytes(2_000_000)})
        assert board.call(onboard_reader.installed)["is_whole"]
        assert ["kept", "kept", "kept", "done", "kept"] == list(did(set_up(board, office)).values())


@pytest.mark.parametrize(
    ("main", "what"),
    [
        (b"print('one', 1)\n1 / 0", "ZeroDivisionError"),
        (b"import sys\nprint('no board file')\nsys.exit(1)", "no board file"),
        (b"x = 1", "it said nothing"),
    ],
    ids=["raises", "exits, and is started over and over", "just ends"],
)
def test_a_program_that_does_not_stay(pty_board: PtyBoard, office: Identities, main: bytes, what: str) -> None:
    """A reader's program never ends: one that does is an error that shows what it said."""
    with connect(str(pty_board.path)) as board, pytest.raises(ProgramEnded) as raised:
        set_up(board, office, {**OLD, "main.py": main}, watch_s=2)
    assert "main.py has ended" in raised.value.subject
    assert what in raised.value.subject


def test_a_program_that_stays(pty_board: PtyBoard, office: Identities) -> None:
    """It may print what it likes."""
    with connect(str(pty_board.path)) as board:
        found = set_up(board, office, {**OLD, "main.py": b"print('>>> hello')\nwhile True: pass"}, watch_s=0.5)
    assert "done" == did(found)["start"]


@pytest.mark.parametrize("arrives", [False, True], ids=["lost", "done, but not answered"])
@pytest.mark.parametrize("first", [{}, OLD], ids=["bare", "update"])
def test_the_cable_is_pulled_at_every_program(
    pty_board: PtyBoard, first: Mapping[str, bytes], arrives: bool, tmp_path: Path
) -> None:
    """A board with main.py is whole, the old one or the new one; the same command again always reaches the same end.

    A program that was cut on its way was never run: that every byte of it may be the last is shown for one file.
    """
    before = tmp_path / "before"
    if first:
        with connect(str(pty_board.path)) as board:
            set_up(board, Identities(), first)
    shutil.copytree(pty_board.store, before)

    def work(board: Board) -> None:
        set_up(board, office, NEW)

    office = changed_office(bool(first))
    programs = writes_of(pty_board, work, END_OF_PROGRAM)
    assert programs > 25
    # The two ways of cutting take turns; an update, which differs little from the bare board's set-up, half as often.
    for cut_at in range(1 + arrives, programs + 1, 4 if first else 2):
        pty_board.unplug()
        shutil.rmtree(pty_board.store)
        shutil.copytree(before, pty_board.store)
        pty_board.plug()
        office = changed_office(bool(first))
        cut_during(pty_board, cut_at, work, END_OF_PROGRAM, arrives)
        found = on(pty_board)
        assert "main.py" not in found or any(whole(pty_board, carried) for carried in (first, NEW) if carried), cut_at
        with connect(str(pty_board.path)) as board:
            work(board)
        assert whole(pty_board, NEW), cut_at
        settings = json.loads(on(pty_board)["settings.json"])
        assert (office.kid("entry-1"), office.role) == (settings["kid"], settings["role"]), cut_at


def changed_office(knows_it: bool) -> Identities:
    """One that the reader has another role in than when it was set up, if it was."""
    office = Identities()
    if knows_it:
        office.keys, office.role = 1, "info"
    return office
