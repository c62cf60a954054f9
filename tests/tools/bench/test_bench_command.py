"""luot_tools.bench.command: `luot bench` measures everything with the real parts and leaves nothing but its figures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from luot_tools.bench.command import MEASUREMENTS, command
from luot_tools.bench.figures import BY_NAME


def test_every_figure_is_measured_once() -> None:
    """By one measurement, of those that the table knows."""
    assert sorted(BY_NAME) == sorted(name for names in MEASUREMENTS.values() for name in names)


def test_an_unknown_figure_is_named() -> None:
    """Misuse, with the names that there are, before anything is started."""
    said = CliRunner().invoke(command, ["--only", "speed"])
    assert 2 == said.exit_code
    assert "speed is none of" in said.output
    assert all(name in said.output for name in BY_NAME)


@pytest.mark.real
def test_quick(tmp_path: Path) -> None:
    """Every figure and its baseline, from a real office, broker and reader; then no process and no file is left."""
    offices = tmp_path / "offices"
    offices.mkdir()
    words = ("-m", "luot_controller.cli", "bench", "--quick", "--folder", str(offices), "--out", str(tmp_path / "out"))
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, timeout=240)
    assert 0 == done.returncode, done.stderr
    figures = json.loads((tmp_path / "out").read_text(encoding="utf-8"))
    assert list(BY_NAME) == list(figures)
    assert [] == [name for name, row in figures.items() if not row["value"] >= 0]
    assert {"firmware_least_heap_bytes"} == {name for name, row in figures.items() if row["baseline"] is None}
    assert all(name in done.stdout for name in BY_NAME)
    assert "luot bench: " in done.stderr
    assert [] == list(offices.iterdir())
    assert [] == [line for line in _command_lines() if str(offices) in line]


def _command_lines() -> list[str]:
    lines = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                lines.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
    return lines
