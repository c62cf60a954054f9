"""Side by side with mpremote, MicroPython's own tool: each finds a board as it expects it after the other."""

import subprocess
import sys
from pathlib import Path

import pytest
from pty_board import PtyBoard

from luot_tools.device import files, onboard
from luot_tools.device.board import connect

pytestmark = pytest.mark.real

MPREMOTE = Path(sys.executable).with_name("mpremote")


def mpremote(board: PtyBoard, *words: str | Path) -> str:
    """Run it on the board; a failure fails the test with what it said.

    It gives a board that starts again, or prints without end, little time to come to its prompt, which this one on a
    busy machine may miss: then it is asked again.
    """
    for _ in range(4):
        done = subprocess.run(
            [MPREMOTE, "connect", board.path, *words],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )
        if "could not" not in done.stderr:
            break
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("reset", [(), ("resume",)], ids=["it restarts the board", "it goes on"])
def test_by_turns(pty_board: PtyBoard, tmp_path: Path, reset: tuple[str, ...]) -> None:
    """Files that one wrote, the other reads, in the same bytes; programs of both run; three times over."""
    every_byte = bytes(range(256)) * 9
    (tmp_path / "theirs.bin").write_bytes(every_byte[::-1])
    for turn in range(3):
        ours = every_byte[turn:]
        with connect(str(pty_board.path)) as board:
            files.write(board, "ours.bin", ours)
        mpremote(pty_board, *reset, "fs", "cp", ":ours.bin", tmp_path / "copy.bin")
        assert ours == (tmp_path / "copy.bin").read_bytes()
        assert "42\n" == mpremote(pty_board, *reset, "exec", "print(6*7)")
        mpremote(pty_board, *reset, "fs", "cp", tmp_path / "theirs.bin", f":theirs-{turn}.bin")
        with connect(str(pty_board.path)) as board:
            assert every_byte[::-1] == files.read(board, f"theirs-{turn}.bin")
            assert "linux" == board.call(onboard.about)["platform"]


def test_both_stop_a_running_program(pty_board: PtyBoard) -> None:
    """And ours starts it again, where mpremote leaves the board at its prompt."""
    pty_board.unplug()
    (pty_board.store / "main.py").write_text("import time\nwhile True:\n print('tick')\n time.sleep(0.01)")
    pty_board.plug()
    assert "1\n" == mpremote(pty_board, "resume", "exec", "print(1)")
    with connect(str(pty_board.path)) as board:
        assert [["main.py", 56]] == board.call(onboard.listing, "")
    assert "2\n" == mpremote(pty_board, "resume", "exec", "print(2)")


def test_a_board_that_mpremote_left_in_its_raw_prompt(pty_board: PtyBoard) -> None:
    """As it does when it is killed in the middle of a program."""
    theirs = subprocess.Popen(
        [MPREMOTE, "connect", pty_board.path, "resume", "exec", "print('begun')\nwhile True: pass"],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    assert theirs.stdout is not None
    assert b"begun\n" == theirs.stdout.readline()
    theirs.kill()
    theirs.communicate()
    with connect(str(pty_board.path)) as board:
        assert "linux" == board.call(onboard.about)["platform"]
