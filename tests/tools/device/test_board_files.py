"""Files on a real MicroPython, in a folder and on a littlefs: whole or not at all, taken up again, never damaged."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pty_board import PtyBoard, plugged
from pulled_cable import END_OF_PROGRAM, cut_during, writes_of

from luot_tools.device import files, onboard
from luot_tools.device.board import Board, connect
from luot_tools.device.errors import BoardFull, FileDamaged, FileMissing
from luot_tools.device.files import NEW, PIECE_BYTES, Entry
from luot_tools.serial.errors import BoardProblem

pytestmark = pytest.mark.real

EVERY_BYTE = bytes(range(256))


@pytest.fixture(params=["folder", "littlefs"])
def any_board(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Board]:
    """A bare board, its files in a folder or on a littlefs."""
    store = tmp_path / "flash.img"
    if request.param == "folder":
        store = tmp_path / "board"
        store.mkdir()
    for board in plugged(store, tmp_path / "port"):
        with connect(str(board.path)) as connection:
            yield connection


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES])
def test_what_is_written_is_read(any_board: Board, size: int) -> None:
    """Every byte there is, at lengths around the pieces; nothing is left beside the file."""
    data = (EVERY_BYTE * (size // 256 + 1))[:size]
    assert files.write(any_board, "file.bin", data)
    assert data == files.read(any_board, "file.bin")
    assert [Entry("file.bin", size)] == files.listed(any_board)


def test_folders(any_board: Board) -> None:
    """Those above a file are made with it; listings go deep when asked; removal takes everything below."""
    files.write(any_board, "a/b/thẻ số 1.txt", b"1")
    files.write(any_board, "top.txt", b"22")
    assert [Entry("a", None), Entry("top.txt", 2)] == files.listed(any_board)
    assert [Entry("a", None), Entry("a/b", None), Entry("a/b/thẻ số 1.txt", 1), Entry("top.txt", 2)] == files.listed(
        any_board, deep=True
    )
    assert [Entry("a/b/thẻ số 1.txt", 1)] == files.listed(any_board, "a/b")
    assert [True, False] == [files.remove(any_board, "a") for _ in range(2)]
    assert [True, False] == [files.make_folder(any_board, "x/y") for _ in range(2)]
    assert [Entry("top.txt", 2), Entry("x", None)] == files.listed(any_board)


def test_what_is_not_there(any_board: Board) -> None:
    """A missing file or folder is an error with its name, or nothing where the question allows it."""
    for ask in (lambda: files.read(any_board, "none"), lambda: files.listed(any_board, "none")):
        with pytest.raises(FileMissing) as raised:
            ask()
        assert "none" == raised.value.path
    assert files.state(any_board, "none") is None
    files.make_folder(any_board, "folder")
    assert files.state(any_board, "folder") is None


def test_a_file_that_is_right_is_not_written_again(pty_board: PtyBoard, board: Board) -> None:
    """Its hash on the board says so; one that differs in one byte is replaced."""
    data = EVERY_BYTE * 20
    files.write(board, "file", data)
    sent = pty_board.sent
    assert not files.write(board, "file", data)
    assert pty_board.sent - sent < 2000
    assert files.write(board, "file", data[:-1] + b"x")
    assert data[:-1] + b"x" == (pty_board.store / "file").read_bytes()


def test_progress_is_told(board: Board) -> None:
    """By path, bytes done and bytes in all."""
    told: list[tuple[str, int, int]] = []
    files.write(board, "file", bytes(2 * PIECE_BYTES), lambda *what: told.append(what))
    assert [("file", at * PIECE_BYTES, 2 * PIECE_BYTES) for at in range(3)] == told


def test_a_file_that_does_not_fit(littlefs_board: PtyBoard) -> None:
    """It is refused before anything is written, with both figures."""
    with connect(str(littlefs_board.path)) as board:
        free_bytes, _ = board.call(onboard.free)
        with pytest.raises(BoardFull) as raised:
            files.write(board, "file", bytes(free_bytes))
        assert (free_bytes, True) == (raised.value.free_bytes, raised.value.needs_bytes > free_bytes)
        assert [] == files.listed(board)


def test_flash_that_does_not_keep_what_it_is_given(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file comes out different twice: the error says so, the old file stands, the damaged one is gone."""
    files.write(board, "file", b"old")
    call = Board.call

    def damage(board: Board, function: Any, *args: Any) -> Any:
        return call(board, function, *args[:2], "AAAA") if function is onboard.extend else call(board, function, *args)

    monkeypatch.setattr(Board, "call", damage)
    with pytest.raises(FileDamaged):
        files.write(board, "file", b"new")
    assert b"old" == files.read(board, "file")
    assert [Entry("file", 3)] == files.listed(board)


@pytest.mark.parametrize("store", ["folder", "littlefs"])
def test_the_cable_is_pulled_at_every_write(store: str, tmp_path: Path) -> None:
    """The file is the old one or the new one after each cut, whole; done again, it is the new one, alone."""
    path = tmp_path / ("flash.img" if store == "littlefs" else "board")
    if store == "folder":
        path.mkdir()
    old, new = b"old" * 100, EVERY_BYTE * 5
    for pty_board in plugged(path, tmp_path / "port"):

        def prepare(board: Board) -> None:
            files.remove(board, "folder/file" + NEW)
            files.write(board, "folder/file", old)

        def work(board: Board) -> None:
            files.write(board, "folder/file", new)

        with connect(str(pty_board.path)) as board:
            prepare(board)
        writes = writes_of(pty_board, work)
        assert writes > 20
        # A littlefs has cuts of its own tests; here every third write is enough to see that it is used rightly.
        for cut_at in range(1, writes + 1, 3 if store == "littlefs" else 1):
            with connect(str(pty_board.path)) as board:
                prepare(board)
            cut_during(pty_board, cut_at, work, arrives=cut_at % 2 == 0)
            with connect(str(pty_board.path)) as board:
                assert files.read(board, "folder/file") in (old, new), cut_at
                work(board)
                assert new == files.read(board, "folder/file"), cut_at
                assert [Entry("folder/file", len(new))] == files.listed(board, "folder"), cut_at


def test_work_goes_on_where_it_ended(pty_board: PtyBoard) -> None:
    """Of a long file, what was there before the cable was pulled is not sent again."""
    data = os.urandom(20 * PIECE_BYTES)

    def work(board: Board) -> None:
        files.write(board, "file", data)

    whole = writes_of(pty_board, work, END_OF_PROGRAM)
    with connect(str(pty_board.path)) as board:
        files.remove(board, "file")
    assert cut_during(pty_board, whole * 3 // 4, work, END_OF_PROGRAM)
    there = (pty_board.store / ("file" + NEW)).stat().st_size
    assert there >= 10 * PIECE_BYTES
    before = pty_board.sent
    with connect(str(pty_board.path)) as board:
        work(board)
    assert data == (pty_board.store / "file").read_bytes()
    assert pty_board.sent - before < 2 * (len(data) - there) + 4000


def test_a_beginning_that_is_another_files_is_thrown_away(pty_board: PtyBoard, board: Board) -> None:
    """What lies there half written is only taken up when it is the beginning of this very file."""
    (pty_board.store / ("file" + NEW)).write_bytes(b"x" * 3000)
    files.write(board, "file", EVERY_BYTE * 20)
    assert EVERY_BYTE * 20 == (pty_board.store / "file").read_bytes()


@pytest.mark.parametrize("seed", range(6))
def test_noise_never_makes_a_wrong_file(pty_board: PtyBoard, seed: int) -> None:
    """On a line that spoils one byte in two thousand the file is right, or it is not there and the error is named."""
    dice = Random(f"noisy file {seed}")

    def noisy(data: bytes) -> bytes:
        return bytes(dice.randrange(256) if dice.random() < 0.000_5 else byte for byte in data)

    data = dice.randbytes(3 * PIECE_BYTES)
    pty_board.to_board = pty_board.from_board = noisy
    with connect(str(pty_board.path)) as board:
        try:
            files.write(board, "file", data)
        except BoardProblem:
            assert not (pty_board.store / "file").exists() or data == (pty_board.store / "file").read_bytes()
            return
    assert data == (pty_board.store / "file").read_bytes()


def test_sync_sends_what_changed_and_removes_what_is_not_wanted(pty_board: PtyBoard, board: Board) -> None:
    """Inside the folders that are ours; whatever else is on the board stays."""
    wanted = {"main.py": b"1", "ours/a.mpy": b"2" * 3000, "ours/deep/b.mpy": b"3", "other/kept": b"4"}
    files.apply(board, files.compare(board, wanted, owned=["ours"]))
    for path, data in {"ours/a.py": b"", "ours/old/c.mpy": b"", "ours/d.mpy.new": b"", "other/mine": b"5"}.items():
        files.write(board, path, data)
    change = files.compare(board, wanted | {"ours/deep/b.mpy": b"33"}, owned=["ours", "nothing"])
    assert {"ours/deep/b.mpy": b"33"} == change.write
    assert ["ours/a.py", "ours/d.mpy.new", "ours/old"] == list(change.remove)
    assert 2 == change.bytes
    files.apply(board, change)
    assert ["main.py", "other/kept", "other/mine", "ours/a.mpy", "ours/deep/b.mpy"] == sorted(
        str(path.relative_to(pty_board.store)) for path in pty_board.store.rglob("*") if path.is_file()
    )
    again = files.compare(board, wanted | {"ours/deep/b.mpy": b"33"}, owned=["ours"])
    assert (0, {}, []) == (again.bytes, again.write, again.remove)


def test_a_sync_that_does_not_fit_changes_nothing(littlefs_board: PtyBoard) -> None:
    """All of it is counted first."""
    with connect(str(littlefs_board.path)) as board:
        wanted = {f"f{number}": bytes(500_000) for number in range(3)}
        with pytest.raises(BoardFull):
            files.apply(board, files.compare(board, wanted))
        assert [] == files.listed(board)
