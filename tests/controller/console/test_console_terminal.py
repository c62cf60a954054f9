"""Pins `luot console` as a clerk starts it: a real process on a real pseudo-terminal, with an office and without."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from luot_controller.access import load

LUOT = [sys.executable, "-m", "luot_controller.cli"]
DEADLINE_S = 20.0
SOON_S = 3.0
"""How long leaving may take on a busy machine; a reply that is waited for would be 5 s."""


class Terminal:
    """A program on a pseudo-terminal of 80x24."""

    def __init__(self, *arguments: str) -> None:
        self._seen = ""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [*LUOT, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    def sees(self, text: str) -> None:
        """Wait until `text` was written since the last key."""
        deadline = time.monotonic() + DEADLINE_S
        while text not in plain(self._seen):
            assert time.monotonic() < deadline, f"never: {text}\n{plain(self._seen)[-2000:]}"
            self._read()

    def types(self, keys: str) -> None:
        """Press keys; what was written before is forgotten."""
        self._seen = ""
        os.write(self._master, keys.encode())

    def ends(self, within_s: float) -> int:
        """Wait for the program's end, reading on; returns its exit code."""
        deadline = time.monotonic() + within_s
        while self._read():
            assert time.monotonic() < deadline, "it does not end"
        return self.process.wait(within_s)

    def _read(self) -> bool:
        """Take in what is written within a tenth of a second; False once the program has closed the terminal."""
        if select.select([self._master], [], [], 0.1)[0]:
            try:
                self._seen += os.read(self._master, 65536).decode(errors="replace")
            except OSError:  # Linux says EIO when the other side is closed
                return False
        return True

    @property
    def left_clean(self) -> bool:
        """Whether the last that was written gives the terminal back: main screen, visible cursor, no mouse."""
        return all(code in self._seen for code in ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1000l"))

    def close(self) -> None:
        """End the program, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


def plain(written: str) -> str:
    """What was written to a terminal, without its control sequences."""
    return re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(\x1b\\|\x07)|.)", "", written)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Path]:
    """A real office with the sample site; its data folder."""
    data = tmp_path / "office"
    command = [*LUOT, "office", "--data", str(data), "--port", "0", "--quiet"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "is open" in process.stderr.readline()
    yield data
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    process.stderr.close()


@pytest.mark.real
def test_without_an_office_it_says_so_and_leaves_at_once() -> None:
    """Nobody listens: the banner comes by itself, q leaves with 0 and a clean terminal."""
    terminal = Terminal("console", "--desk", "1", "--url", "mqtt://desk-1:x@127.0.0.1:1/demo")
    try:
        terminal.sees("MẤT KẾT NỐI VỚI HỆ THỐNG")
        terminal.types("q")
        assert 0 == terminal.ends(SOON_S)
        assert terminal.left_clean
    finally:
        terminal.close()


@pytest.mark.real
def test_a_desk_of_a_real_office(office: Path) -> None:
    """Over a real broker to a real controller: the screen fills, a key is answered, l changes the language."""
    terminal = Terminal("console", "--desk", "1", "--data", str(office))
    try:
        terminal.sees("ĐANG TRỐNG")
        terminal.sees("đã kết nối")
        terminal.types("n")
        terminal.sees("! Không có ai chờ các dịch vụ của quầy này.")
        terminal.types("l")
        terminal.sees("connected")
        terminal.types("q")
        assert 0 == terminal.ends(SOON_S)
        assert terminal.left_clean
    finally:
        terminal.close()


@pytest.mark.real
def test_a_wrong_password_is_told_from_a_broken_cable(office: Path) -> None:
    """The broker refuses: the clerk is told to ask the technician."""
    access = load(office, "desk-1")
    terminal = Terminal(
        "console", "--desk", "1", "--url", f"mqtt://desk-1:wrong@{access.host}:{access.port}/{access.site}"
    )
    try:
        terminal.sees("HỆ THỐNG TỪ CHỐI MÀN HÌNH NÀY")
        terminal.types("q")
        assert 0 == terminal.ends(SOON_S)
    finally:
        terminal.close()


@pytest.mark.real
@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--desk", "1"), 2, "does not exist"),
        (("--desk", "Nine!"), 2, "is no desk"),
        (("--desk", "2", "--url", "mqtt://desk-1:x@host/demo"), 2, "this address is for desk-1, not for desk-2"),
        ((), 2, "--desk"),
    ],
)
def test_wrong_usage_is_told_before_the_screen_opens(
    arguments: tuple[str, ...], code: int, word: str, tmp_path: Path
) -> None:
    """On stderr, with what to do next, exit code 2."""
    environment = os.environ | {"LUOT_DATA": str(tmp_path)}
    result = subprocess.run(
        [*LUOT, "console", *arguments], capture_output=True, text=True, env=environment, timeout=20, check=False
    )
    assert (code, "") == (result.returncode, result.stdout)
    assert word in result.stderr
