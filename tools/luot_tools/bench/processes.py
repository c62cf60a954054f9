"""A program run as our child, with what it says in a file; it dies with us. Knows no program but `luot`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from luot_controller.errors import LuotError, TimedOut
from luot_tools.sim import tether

LUOT = (sys.executable, "-m", "luot_controller.cli")
START_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
LAST_WORDS = 600

_LOOK_S = 0.005

# After the name in /proc/<pid>/stat, see proc(5).
_USER, _SYSTEM = 11, 12


class Process:
    """One program, started; leaving the context ends it."""

    def __init__(
        self,
        name: str,
        *command: str | Path,
        log: Path,
        env: Mapping[str, str] | None = None,
        tied: bool = True,
    ) -> None:
        """Not `tied`, it has no launcher that lets it die with us, and so starts some milliseconds sooner."""
        self.name = name
        self._log = log
        tie = (sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), str(int(signal.SIGTERM)))
        with log.open("wb") as said:
            self.began_ns = time.monotonic_ns()
            self._process = subprocess.Popen(
                [*(tie if tied else ()), *command],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=None if env is None else {**os.environ, **env},
                start_new_session=True,  # Ctrl-C is for us, who end our children
            )

    @property
    def running(self) -> bool:
        """True until it has ended."""
        return self._process.poll() is None

    @property
    def cpu_s(self) -> float:
        """Processor time that it has used, from Linux's /proc; in steps of about 10 ms."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")

    def wait_said(self, text: str) -> None:
        """Return once it has said `text`; a LuotError with its last words when it ends instead, else TimedOut."""
        until = time.monotonic() + START_WITHIN_S
        while text not in self._log.read_text(encoding="utf-8", errors="replace"):
            if not self.running:
                raise self.failed("has ended")
            if time.monotonic() > until:
                raise TimedOut(f"{self.name} has not said {text!r} within {START_WITHIN_S:g} s", self._last_words())
            time.sleep(_LOOK_S)

    def failed(self, what: str) -> LuotError:
        """The error that says what has become of it, with its last words."""
        return LuotError(f"{self.name} {what}", f"It said: {self._last_words() or 'nothing'}")

    def stop(self) -> None:
        """End it: SIGTERM, then SIGKILL; safe to call again."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _last_words(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:].strip()


def run(name: str, *command: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and return its output; a LuotError with its words when it fails."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=None if env is None else {**os.environ, **env},
    )
    if done.returncode:
        raise LuotError(f"{name} failed with exit code {done.returncode}", done.stderr.strip()[-LAST_WORDS:])
    return done.stdout


def luot(*words: str | Path) -> str:
    """Run a `luot` command to its end and return its output; a LuotError with its words when it fails."""
    return run(f"luot {words[0]}", *LUOT, *words)
