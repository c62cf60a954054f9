"""A board for tests: the real MicroPython behind a pseudo-terminal, with a cable to pull and a line to disturb.

It starts anew on Ctrl-D and after a program's end by SystemExit, as a board does, and keeps its files.
"""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import termios
import threading
import time
import tty
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

MICROPYTHON = Path(sys.executable).with_name("micropython")
START = Path(__file__).with_name("board_start.py")
FIRMWARE = Path(__file__).parents[3] / "firmware"

_RAW, _FRIENDLY = b"raw REPL; CTRL-B to exit\r\n", b'Type "help()" for more information.\r\n'

LISTENS = b"\x16"
"""What board_start.py says when it is ready; before, a board takes no input."""

EXITED = b"\x17"
"""What it says when the program has ended by SystemExit; then a board starts anew."""

_READ_WITHIN_S = 0.05

Disturb = Callable[[bytes], bytes]


def _clean(data: bytes) -> bytes:
    return data


class PtyBoard:
    """Files in `store`, see board_start.py; plug it in with plug(). `path` names the port, also after it is replugged.

    to_board and from_board may change what passes; sent is the number of bytes that reached the board.
    """

    def __init__(self, store: Path, path: Path) -> None:
        self.store = store
        self.path = path
        self.to_board: Disturb = _clean
        self.from_board: Disturb = _clean
        self.sent = 0
        self.starts = 0
        self._wake = -1
        self._thread: threading.Thread | None = None

    def plug(self) -> None:
        """Power and line."""
        outer, port = pty_pair()
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(port))
        wait, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._relay, args=(outer, port, wait), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the cable, and with it the power; safe to call again."""
        if self._thread is not None:
            os.close(self._wake)
            self._thread.join(10)
            self._thread = None
            self.path.unlink(missing_ok=True)

    def _relay(self, outer: int, port: int, wait: int) -> None:
        mode = "program"
        plugged = True
        try:
            while plugged:
                self.starts += 1
                child = _Child(self.store, mode)
                try:
                    plugged, mode = self._pass(outer, child, wait, mode)
                finally:
                    child.kill()
                if plugged:
                    self._write(outer, self.from_board(b"\r\nMPY: soft reboot\r\n"))
        finally:
            for end in (outer, port, wait):
                os.close(end)

    def _pass(self, outer: int, child: "_Child", wait: int, mode: str) -> tuple[bool, str]:
        """(is still plugged in, mode of the next start), once the child has ended or the cable is pulled."""
        said = b""
        listens = False
        while True:
            ready, _, _ = select.select([child.inner, child.ended, wait, *([outer] if listens else [])], [], [])
            if wait in ready:
                return False, mode
            if child.ended in ready and child.inner not in ready:
                return True, mode
            if child.inner in ready:
                data = os.read(child.inner, 4096)
                if not listens:
                    if LISTENS in data and mode == "prompt":
                        child.write(b"\x01")
                    listens, data = LISTENS in data, data.replace(LISTENS, b"", 1)
                if EXITED in data:
                    self._write(outer, self.from_board(data.partition(EXITED)[0]))
                    return True, mode
                said = (said + data)[-256:]
                raw, friendly = said.rfind(_RAW), said.rfind(_FRIENDLY)
                if raw != friendly:
                    mode = "prompt" if raw > friendly else "program"
                self._write(outer, self.from_board(data))
            elif outer in ready:
                data = self.to_board(os.read(outer, 4096))
                self.sent += len(data)
                child.write(data)

    @staticmethod
    def _write(end: int, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(end, data)


def pty_pair() -> tuple[int, int]:
    """(master, slave) of a pseudo-terminal that changes no byte."""
    outer, port = os.openpty()
    tty.setraw(port)
    return outer, port


def plugged(store: Path, path: Path) -> Iterator[PtyBoard]:
    """A board until the test ends."""
    board = PtyBoard(store, path)
    board.plug()
    yield board
    board.unplug()


class _Child:
    """MicroPython on a terminal of its own; Ctrl-C interrupts a program, as on a board."""

    def __init__(self, store: Path, mode: str) -> None:
        self.inner, self._terminal = pty_pair()
        settings = termios.tcgetattr(self._terminal)
        settings[3] |= termios.ISIG | termios.NOFLSH
        settings[6][termios.VQUIT] = settings[6][termios.VSUSP] = b"\0"
        termios.tcsetattr(self._terminal, termios.TCSANOW, settings)
        self._process = subprocess.Popen(
            [MICROPYTHON, "-i", "-X", "heapsize=1m", START, mode, store, FIRMWARE],
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - it only makes system calls
        )
        self.ended = os.pidfd_open(self._process.pid)

    def write(self, data: bytes) -> None:
        """Send it; where the terminal makes no signal of Ctrl-C, and nobody reads it, it becomes one here."""
        while data:
            before, stop, data = data.partition(b"\x03")
            is_signal = termios.tcgetattr(self._terminal)[3] & termios.ISIG
            if is_signal:
                data = data.lstrip(b"\x03")  # on a board they are one interrupt; two at once end a process
            os.write(self.inner, before + stop)
            if stop and not is_signal and not self._is_read():
                self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """No power."""
        self._process.kill()
        self._process.wait()
        for end in (self.inner, self._terminal, self.ended):
            os.close(end)

    def _is_read(self) -> bool:
        """True when all that was written is read, soon; programs that came by raw-paste mode run in the REPL's mode."""
        until = time.monotonic() + _READ_WITHIN_S
        waiting = array("i", [1])
        while waiting[0] and time.monotonic() < until:
            fcntl.ioctl(self._terminal, termios.FIONREAD, waiting)
            time.sleep(0.001)
        return not waiting[0]


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
