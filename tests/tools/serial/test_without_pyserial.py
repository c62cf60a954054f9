"""Where pyserial is not installed: how to get it is said, by every command that needs it, and by no other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [(["ports"], 1, "pip install 'luot[device]'"), (["--help"], 0, ""), (["list", "--help"], 0, "")],
)
def test_without_pyserial(tmp_path: Path, words: list[str], code: int, hint: str) -> None:
    """An office on a box without the extra still lists and provisions its readers."""
    (tmp_path / "serial.py").write_text("raise ModuleNotFoundError('serial')")
    done = subprocess.run(
        [sys.executable, "-m", "luot_controller.cli", "device", *words],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (code, True, False) == (done.returncode, hint in done.stderr, "Traceback" in done.stderr)
