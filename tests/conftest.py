"""What every test folder shares: one deterministic Hypothesis profile, and the report of which parts were real."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from hypothesis import settings

EXAMPLES = int(os.environ.get("LUOT_EXAMPLES", "2000"))
"""Days that the state machine plays; each other property is tried a twentieth as often. `make prove` sets it higher."""

# The same examples on every machine and in every run: a failure in CI is a failure at the desk.
settings.register_profile("luot", derandomize=True, deadline=None, database=None, max_examples=EXAMPLES // 20)
settings.load_profile("luot")

_MICROPYTHON = Path(sys.executable).parent / "micropython"
_MISSING = "missing: tests that need it fail"


@pytest.fixture(scope="session")
def micropython() -> Path:
    """The real MicroPython (unix port) of this environment; a test that asks for it fails where there is none."""
    assert _MICROPYTHON.exists(), f"{_MICROPYTHON} is missing. Run: make setup"
    return _MICROPYTHON


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the work tree."""
    return Path(__file__).parents[1]


def pytest_configure() -> None:
    """Let Ctrl-C count, for us and for what tests start, also where a shell has put us in its background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real parts this run could use, in which versions."""
    terminalreporter.section("real parts")
    for name, found in _real_parts().items():
        terminalreporter.line(f"{name:12} {found}")


def _real_parts() -> dict[str, str]:
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    return {
        "mosquitto": _first_match(r"mosquitto version (\S+)", mosquitto, "-h"),
        "MicroPython": _first_match(r"MicroPython (\S+ on \S+);", _MICROPYTHON, "--version"),
        "SQLite": sqlite3.sqlite_version,
        "amqtt": _package("amqtt"),
        "CPython": sys.version.split()[0],
    }


def _first_match(pattern: str, program: str | Path | None, option: str) -> str:
    if program is None or not Path(program).exists():
        return _MISSING
    done = subprocess.run([program, option], capture_output=True, text=True, timeout=20, check=False)
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else f"{program} says no version"


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return _MISSING
