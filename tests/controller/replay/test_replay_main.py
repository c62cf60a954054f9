"""python -m luot_controller.replay: one line of JSON for programs, or how to use it."""

import json
import subprocess
import sys

import pytest


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The program, to its end."""
    program = [sys.executable, "-m", "luot_controller.replay", *words]
    return subprocess.run(program, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("cost", "500", "5"), {"luot", "naive"}),
        (("weight", "500"), {"luot", "waiting"}),
        (("naive-weight", "500"), {"naive"}),
        (("accuracy", "11", "1"), {"large", "small"}),
    ],
)
def test_each_measurement_is_a_line_of_json(words: tuple[str, ...], keys: set[str]) -> None:
    """Whole, and nothing else on stdout."""
    done = run(*words)
    assert (0, "") == (done.returncode, done.stderr)
    assert keys == set(json.loads(done.stdout))


@pytest.mark.parametrize("words", [(), ("speed",), ("cost",), ("cost", "many", "5"), ("weight", "1", "2")])
def test_misuse_says_how_to_use_it(words: tuple[str, ...]) -> None:
    """The four measurements with their numbers, on stderr."""
    done = run(*words)
    assert 0 != done.returncode
    assert "cost MOST ROUNDS" in done.stderr
    assert "" == done.stdout
