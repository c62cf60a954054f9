"""Pins `luot board` as a kiosk starts it: a real process on a real pseudo-terminal, with a keyboard and without."""

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
from click.testing import CliRunner

from luot_controller.commands.board import command
from luot_controller.errors import DataFolderMissing, UsageProblem

BOARD = [sys.executable, "-c", "from luot_controller.commands.board import command; command()"]
NOBODY = ("--url", "mqtt://watch:x@127.0.0.1:1/demo", "--language", "en")
DEADLINE_S = 20.0
SOON_S = 4.0


class Kiosk:
    """A board on a pseudo-terminal of 80x24."""

    def __init__(self, *arguments: str, keyboard: bool = True) -> None:
        self._seen = ""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [*BOARD, *arguments],
            stdin=slave if keyboard else subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)

    def sees(self, text: str) -> None:
        """Wait until `text` was written."""
        deadline = time.monotonic() + DEADLINE_S
        while text not in re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|.)", "", self._seen):
            assert time.monotonic() < deadline, f"never: {text}"
            self.reads()

    def types(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def ends(self) -> int:
        """Wait for the program's end, reading on; returns its exit code."""
        deadline = time.monotonic() + SOON_S
        while self.reads():
            assert time.monotonic() < deadline, "it does not end"
        return self.process.wait(SOON_S)

    @property
    def left_clean(self) -> bool:
        """Whether the terminal is given back: main screen, visible cursor."""
        return "\x1b[?1049l" in self._seen and "\x1b[?25h" in self._seen

    def processor_s(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the program, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def reads(self) -> bool:
        """Take in what is written within a tenth of a second; False once the program has closed the terminal."""
        if select.select([self._master], [], [], 0.1)[0]:
            try:
                self._seen += os.read(self._master, 65536).decode(errors="replace")
            except OSError:  # Linux says EIO when the other side is closed
                return False
        return True


@pytest.fixture
def kiosk() -> Iterator[Kiosk]:
    """A board with a keyboard and without an office."""
    kiosk = Kiosk(*NOBODY)
    yield kiosk
    kiosk.close()


@pytest.mark.real
@pytest.mark.parametrize("key", ["q", "\x03"], ids=["q", "ctrl+c"])
def test_it_is_left_by_a_key(kiosk: Kiosk, key: str) -> None:
    """Without an office it says so; a key leaves at once, with 0 and a clean terminal."""
    kiosk.sees("NOTHING KNOWN YET")
    kiosk.types(key)
    assert (0, True) == (kiosk.ends(), kiosk.left_clean)


@pytest.mark.real
def test_it_is_left_by_its_service_manager(kiosk: Kiosk) -> None:
    """SIGTERM is a goodbye, too."""
    kiosk.sees("Waiting for the office")
    kiosk.process.send_signal(signal.SIGTERM)
    assert (0, True) == (kiosk.ends(), kiosk.left_clean)


@pytest.mark.real
def test_it_needs_no_keyboard() -> None:
    """With nothing to read from it lives, hardly uses the processor, and ends when told."""
    kiosk = Kiosk(*NOBODY, keyboard=False)
    try:
        kiosk.sees("NOTHING KNOWN YET")
        used_s, began = kiosk.processor_s(), time.monotonic()
        kiosk.sees("Please ask at a desk.")
        while time.monotonic() < began + 2.0:
            kiosk.reads()
        assert kiosk.processor_s() - used_s < 0.6
        kiosk.process.send_signal(signal.SIGINT)
        assert (0, True) == (kiosk.ends(), kiosk.left_clean)
    finally:
        kiosk.close()


def test_wrong_usage_is_told_before_the_screen_opens(tmp_path: Path) -> None:
    """No office in the folder, somebody else's address, no terminal: each with what to do next."""
    runs = {
        DataFolderMissing: ["--data", str(tmp_path)],
        UsageProblem: ["--url", "mqtt://desk-1:x@host/demo"],
    }
    for error, arguments in runs.items():
        raised = CliRunner().invoke(command, arguments).exception
        assert type(raised) is error
        assert raised.hint
    raised = CliRunner().invoke(command, [*NOBODY]).exception
    assert isinstance(raised, UsageProblem)
    assert "no terminal" in raised.subject
