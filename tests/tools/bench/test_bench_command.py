"""luot_tools.bench.command: `luot bench` measures everything with the real parts and leaves nothing but its figures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from luot_tools.bench.command import MEASUREMENTS, command
from luot_tools.bench.figures import BY_NAME, Reading
from luot_tools.bench.table import as_json


def test_every_figure_is_measured_once() -> None:
    """By one measurement, of those that the table knows."""
    assert sorted(BY_NAME) == sorted(name for names in MEASUREMENTS.values() for name in names)


def test_an_unknown_figure_is_named() -> None:
    """Misuse, with the names that there are, before anything is started."""
    said = CliRunner().invoke(command, ["--only", "speed"])
    assert 2 == said.exit_code
    assert "speed is none of" in said.output
    assert all(name in said.output for name in BY_NAME)


def test_a_missed_must_fails(tmp_path: Path) -> None:
    """The exit code is 1 and the error names the figure, its value and its must; the table is printed all the same."""
    slow, fast = tmp_path / "slow.json", tmp_path / "fast.json"
    slow.write_text(as_json({"cold_start_s": Reading(1.5, 0.1), "burst_ratio": Reading(5, 1)}), encoding="utf-8")
    fast.write_text(as_json({"cold_start_s": Reading(0.5, 0.1), "burst_ratio": Reading(5, 1)}), encoding="utf-8")
    failed, met = bench("--from", str(slow)), bench("--from", str(fast))
    assert (1, 0) == (failed.returncode, met.returncode)
    assert "1 of 2 figures miss" in failed.stderr
    assert "cold_start_s is 1.5 s, it must be at most 1" in failed.stderr
    assert "burst_ratio" not in failed.stderr
    assert "burst_ratio" in failed.stdout
    assert "" == met.stderr


def test_figures_of_an_earlier_run(tmp_path: Path) -> None:
    """They become a page, or JSON, without anything being started or written besides."""
    earlier, page = tmp_path / "bench.json", tmp_path / "page.md"
    earlier.write_text(as_json({"cold_start_s": Reading(0.5, 0.1)}), encoding="utf-8")
    said = CliRunner().invoke(command, ["--from", str(earlier), "--json", "--markdown", str(page)])
    assert (0, earlier.read_text(encoding="utf-8")) == (said.exit_code, said.output)
    assert "| `cold_start_s` | 0.5 s |" in page.read_text(encoding="utf-8")
    assert {earlier, page} == set(tmp_path.iterdir())


def bench(*words: str) -> "subprocess.CompletedProcess[str]":
    """`luot bench`, as a shell starts it."""
    whole = [sys.executable, "-m", "luot_controller.cli", "bench", *words]
    return subprocess.run(whole, capture_output=True, text=True, check=False, timeout=240)


@pytest.mark.real
def test_quick(tmp_path: Path) -> None:
    """Every figure and its baseline, from a real office, broker and reader; then no process and no file is left."""
    offices = tmp_path / "offices"
    offices.mkdir()
    done = bench("--quick", "--folder", str(offices), "--out", str(tmp_path / "out"))
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
