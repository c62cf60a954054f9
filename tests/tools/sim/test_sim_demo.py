"""luot_tools.sim.demo: a whole office that lives, and that is gone without a trace, with and without a terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import running, until

from luot_controller.errors import LuotError
from luot_tools.sim import demo as demo_module

DEMO = (sys.executable, "-m", "luot_controller.cli", "office", "--demo")

pytestmark = pytest.mark.real


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder in which the demo makes its own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(here: Path) -> dict[str, str]:
    """Of the demo: its temporary files in `here`, and a terminal that can do something."""
    return {**os.environ, "TMPDIR": str(here), "TERM": "xterm-256color"}


class Demo:
    """A demo without a terminal, and what it has said."""

    def __init__(self, environment: dict[str, str], *options: str) -> None:
        self.lines: list[str] = []
        self.talk: list[str] = []
        self.process = subprocess.Popen(
            [*DEMO, *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._listening = [
            threading.Thread(target=self._listen, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.lines), (self.process.stderr, self.talk))
        ]
        for thread in self._listening:
            thread.start()

    def saw(self, pattern: str) -> re.Match[str] | None:
        """The first line on stdout that looks like this."""
        return next((found for line in list(self.lines) if (found := re.search(pattern, line))), None)

    def wait(self, within_s: float) -> int:
        """Wait for its end; returns the exit code."""
        code = self.process.wait(within_s)
        for thread in self._listening:
            thread.join(5)
        return code

    def _listen(self, stream: Any, into: list[str]) -> None:
        with stream:
            into.extend(line.rstrip("\n") for line in stream)


@pytest.fixture
def demo(environment: dict[str, str], here: Path) -> Iterator[Demo]:
    """A demo at a speed at which a visit takes a second or two."""
    one = Demo(environment, "--seed", "1", "--speed", "240")
    yield one
    if one.process.poll() is None:
        one.process.terminate()
        one.process.wait(10)
    until(lambda: not running(str(here)), "all children to end", 5)


def test_an_office_lives_and_ends_without_a_trace(demo: Demo, here: Path) -> None:
    """One card's way, line by line: tap, call, start, finish; then SIGTERM, exit 0, no process, no folder."""
    until(lambda: demo.saw(r"finish  card"), "a finished visit")
    finished = demo.saw(r"finish  card +(\d+)  at desk (\d)")
    assert finished is not None
    card = f"card {finished[1]:>3}"
    steps = [line.split()[1] for line in demo.lines if card in line]
    assert ["tap", "call", "start", "finish"] == [step for step in dict.fromkeys(steps) if step != "recall"][:4]
    assert 3 == len([line for line in running(str(here)).values() if "main.py" in line])
    (strip,) = here.glob("luot-demo-*/hall.strip")
    lines = [line.split("\t")[:2] for line in strip.read_text(encoding="utf-8").splitlines()]
    assert [["vi", "Đầu đọc"], ["vi", "Người"]] == lines[:2]
    began = time.monotonic()
    demo.process.terminate()
    assert 0 == demo.wait(10)
    assert time.monotonic() - began < 5
    assert {} == running(str(here))
    assert [] == list(here.iterdir())


def test_a_reader_that_dies_is_started_again(demo: Demo, here: Path) -> None:
    """And goes on with its outbox; it is told on stderr."""
    until(lambda: demo.saw("tap +card .* at entry-3"), "a tap at entry-3")

    def entry_3() -> set[int]:
        return {pid for pid, line in running(str(here)).items() if "main.py" in line and line.endswith("/entry-3 ")}

    (pid,) = entry_3()
    os.kill(pid, signal.SIGKILL)
    until(lambda: entry_3() and entry_3() != {pid}, "the reader to be started again")
    before = len(demo.lines)
    until(lambda: any("at entry-3" in line for line in demo.lines[before:]), "a tap at the same reader")
    assert ["luot demo: reader entry-3 has ended with exit code -9; it is started again"] == [
        line for line in demo.talk if "again" in line
    ]


def test_an_office_that_dies_ends_the_demo(demo: Demo, here: Path) -> None:
    """With an error that says so, and nothing left."""
    until(lambda: demo.saw("call"), "a call")
    (office,) = (pid for pid, line in running(str(here)).items() if "luot_controller.cli office" in line)
    os.kill(office, signal.SIGKILL)
    assert 1 == demo.wait(10)
    assert "luot: the office has ended with exit code -9" in demo.talk
    until(lambda: not running(str(here)), "the broker to follow its office", 5)
    assert [] == list(here.iterdir())


def test_an_office_that_cannot_start_is_explained(
    monkeypatch: pytest.MonkeyPatch, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its own last words in the error, and no folder left."""
    monkeypatch.setattr(tempfile, "tempdir", str(here))
    monkeypatch.setattr(demo_module, "LUOT", (sys.executable, "-c", "import sys; sys.exit('the disk is full')"))
    with pytest.raises(LuotError, match=r"the office has ended with exit code 1\n.*the disk is full"):
        demo_module.run(seed=1, speed=None, broker=None)
    assert "the disk is full" in capfd.readouterr().err
    assert [] == list(here.iterdir())


@pytest.mark.parametrize("after", ["is open", "starting 3 readers", "cards are in the tray"])
def test_it_can_be_stopped_at_any_moment_of_its_start(environment: dict[str, str], here: Path, after: str) -> None:
    """SIGTERM in the middle: exit 0, nothing left."""
    one = Demo(environment)
    until(lambda: any(after in line for line in list(one.talk)), after)
    one.process.terminate()
    assert 0 == one.wait(10)
    assert {} == running(str(here))
    assert [] == list(here.iterdir())


class Terminal:
    """A demo on a pseudo-terminal of 100 x 30."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.screen = b""
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.theirs = theirs
        self.before = termios.tcgetattr(theirs)
        self.process = subprocess.Popen(
            [*DEMO, "--speed", "60"],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )

    def read_until(self, words: bytes, within_s: float = 30.0) -> None:
        """Read the screen until it has shown these words."""
        deadline = time.monotonic() + within_s
        while words not in self.screen:
            assert time.monotonic() < deadline, self.screen[-2000:]
            self._read()

    def wait(self, within_s: float = 10.0) -> int:
        """Wait for its end, reading on; returns the exit code."""
        deadline = time.monotonic() + within_s
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.screen[-2000:]
            self._read()
        self._read()
        return self.process.returncode

    def close(self) -> None:
        """End it if it still runs, and give the terminal back."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self.ours)
        os.close(self.theirs)

    def _read(self) -> None:
        if select.select([self.ours], [], [], 0.05)[0]:
            self.screen += os.read(self.ours, 65536)


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Terminal]:
    """A demo on a terminal."""
    one = Terminal(environment)
    yield one
    one.close()


HIDDEN, SHOWN = b"\x1b[?1049h", b"\x1b[?1049l"
"""Entering and leaving the alternate screen."""


def test_on_a_terminal_you_are_the_clerk_of_desk_1(terminal: Terminal, here: Path) -> None:
    """The console comes up over a hall that lives; q ends all of it, and the terminal is as before."""
    terminal.read_until(b"your desk is number 1")
    terminal.read_until(HIDDEN)
    terminal.read_until("Quầy 1".encode())
    assert b"clerks at desks: 2, 3, 4" in terminal.screen
    os.write(terminal.ours, b"q")
    assert 0 == terminal.wait()
    assert terminal.screen.rindex(SHOWN) > terminal.screen.rindex(HIDDEN)
    assert terminal.before == termios.tcgetattr(terminal.theirs)
    assert {} == running(str(here))
    assert [] == list(here.iterdir())


def test_a_killed_console_leaves_the_terminal_usable(terminal: Terminal, here: Path) -> None:
    """SIGTERM to the demo ends the console in the middle of its screen: settings and screen come back."""
    terminal.read_until("Quầy 1".encode())
    terminal.process.terminate()
    assert 0 == terminal.wait()
    assert terminal.screen.rindex(SHOWN) > terminal.screen.rindex(HIDDEN)
    assert terminal.before == termios.tcgetattr(terminal.theirs)
    assert {} == running(str(here))
    assert [] == list(here.iterdir())
