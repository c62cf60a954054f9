"""What the kernel says of processes, so that a test can prove that none is left behind."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def until(true: Callable[[], object], what: str, within_s: float = 30.0) -> None:
    """Wait for a condition; fails the test, naming it, at the limit."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"{what}: not within {within_s:g} s"
        time.sleep(0.02)


def running(word: str) -> dict[int, str]:
    """Command lines, by pid, of the living processes other than this one in which `word` stands."""
    return {pid: line for pid, line in _command_lines() if word in line and pid != os.getpid()}


def _command_lines() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                is_over = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except (FileNotFoundError, ProcessLookupError):
                continue
            if line and not is_over:
                yield int(folder.name), line
