"""Boards for the tests of the tools that speak to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_board import PtyBoard, plugged

from luot_tools.device.board import Board, connect


@pytest.fixture
def pty_board(tmp_path: Path) -> Iterator[PtyBoard]:
    """A bare board with its files in a folder, plugged in."""
    store = tmp_path / "board"
    store.mkdir()
    yield from plugged(store, tmp_path / "port")


@pytest.fixture
def littlefs_board(tmp_path: Path) -> Iterator[PtyBoard]:
    """A bare board with its files on a littlefs of 1.4 MB, plugged in."""
    yield from plugged(tmp_path / "flash.img", tmp_path / "port")


@pytest.fixture
def board(pty_board: PtyBoard) -> Iterator[Board]:
    """The connection to `pty_board`."""
    with connect(str(pty_board.path)) as connection:
        yield connection
