"""A program run as our child: started, heard, and stopped by its own pid; it dies with us. Knows no program."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping
from typing import IO, Any

from luot_controller.errors import LuotError
from luot_tools.sim import tether

STOP_WITHIN_S = 2.0
LAST_WORDS = 8

LUOT = (sys.executable, "-m", "luot_controller.cli")
"""The command `luot` of this very installation."""


class Child:
    """One program; not yet started. To be started from the main thread: with that thread's end it gets `dies_by`.

    `stdout` is as for subprocess. Its stderr is handed to `hear` line by line, and the last lines are kept.
    One that `has_terminal` shares our terminal and its signals, stderr included; any other gets no input.
    """

    def __init__(
        self,
        name: str,
        *command: str,
        env: Mapping[str, str] | None = None,
        stdout: int | IO[Any] | None = asyncio.subprocess.DEVNULL,
        hear: Callable[[str], None] = lambda _line: None,
        has_terminal: bool = False,
        dies_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._command = command
        self._env = None if env is None else {**os.environ, **env}
        self._stdout = stdout
        self._hear = hear
        self._has_terminal = has_terminal
        self._dies_by = dies_by
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, again if it has ended."""
        self._last_words.clear()
        tied = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), str(int(self._dies_by))]
        self._process = await asyncio.create_subprocess_exec(
            *tied,
            *self._command,
            stdin=None if self._has_terminal else asyncio.subprocess.DEVNULL,
            stdout=self._stdout,
            stderr=None if self._has_terminal else asyncio.subprocess.PIPE,
            env=self._env,
            start_new_session=not self._has_terminal,  # Ctrl-C is for us, who stop our children in order
        )
        if self._process.stderr is not None:
            self._listening = asyncio.create_task(self._listen(self._process.stderr))

    async def wait(self) -> int:
        """Return its exit code, or less a signal's number, once it has ended."""
        assert self._process is not None
        code = await self._process.wait()
        if self._listening is not None:
            await asyncio.shield(self._listening)
        return code

    async def stop(self) -> None:
        """End it: SIGTERM, then SIGKILL after two seconds; safe to call again."""
        if self._process is None:
            return
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(ending)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_WITHIN_S):
                    await self.wait()
                return

    async def kill(self) -> None:
        """End it by SIGKILL, without any warning."""
        assert self._process is not None
        self._process.kill()
        await self.wait()

    def ended(self, code: int) -> LuotError:
        """The error that says that it ended when it should not have, with its last words."""
        said = "\n".join(self._last_words) or "nothing"
        return LuotError(f"{self.name} has ended with exit code {code}", f"Its last words: {said}")

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        rest = b""
        while data := await stderr.read(4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._take(line)
        if rest:
            self._take(rest)

    def _take(self, line: bytes) -> None:
        text = line.decode(errors="replace")
        self._last_words.append(text)
        self._hear(text)


async def luot(*words: str) -> str:
    """Run a `luot` command to its end and return what it printed; a LuotError with its words when it fails."""
    process = await asyncio.create_subprocess_exec(
        *LUOT,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        stdout, stderr = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise LuotError(f"luot {words[0]} failed", stderr.decode(errors="replace").strip())
    return stdout.decode()
