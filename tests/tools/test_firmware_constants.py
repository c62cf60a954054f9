"""Private constants are marked for MicroPython's compiler, and nothing else of a module changes."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from luot_tools import firmware
from luot_tools.firmware_constants import marked


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("_A = 1", "_A = const(1)"),
        ("_A = 0x83 & ~3  # both", "_A = const(128)"),
        ("_A = 'text'", "_A = const('text')"),
        ("_A = b'\\x50'", "_A = const(b'P')"),
        ("_A = ((1, 2), ('a', b'b'))", "_A = const(((1, 2), ('a', b'b')))"),
        ("_A, _B = 1, 2", "_A = const(1); _B = const(2)"),
        ("_A, _B = range(2)", "_A = const(0); _B = const(1)"),
    ],
)
def test_a_private_constant_is_marked(line: str, expected: str) -> None:
    """Numbers, text, bytes and tuples; with its value worked out."""
    assert expected == marked(line)


def test_one_constant_of_others() -> None:
    """Those before it count."""
    assert "_A = const(8)\n_B = const(64)" == marked("_A = 8\n_B = _A * _A")


@pytest.mark.parametrize(
    "source",
    [
        "A = 1",
        "_A = 1\n_A = 2",
        "_A = 1\ndef f():\n    global _A\n    _A = 2",
        "_A = 1\ndef f(_A):\n    return _A",
        "_A = 1\nfor _A in (2, 3):\n    pass",
        "_A = 1\nfrom b import c as _A",
        "_A = []",
        "_A = {1: 2}",
        "_A = True",
        "_A = 1.5",
        "_A = None",
        "_A = f(1)",
        "_A = B + 1",
        "_A = b.C",
        "_A, B = 1, 2",
        "_A = B = 1",
        "_A += 1",
        "class C:\n    _A = 1",
        "def f():\n    _A = 1",
    ],
)
def test_all_else_stays_as_it_is(source: str) -> None:
    """What is public, bound again, made by a call, or not of a kind that a compiler can keep in code."""
    assert source == marked(source)


def test_every_line_keeps_its_number() -> None:
    """A traceback on a board names lines of the source."""
    source = "_A = (\n    1,\n    2,\n)\n\n\ndef f():\n    return _A"
    assert ["_A = const((1, 2))", "", "", "", "", "", "def f():", "    return _A"] == marked(source).split("\n")


CODE = [name for name, _ in firmware.sources("rp2") if name.startswith("luot_") and name.endswith(".py")]
OURS = [name for name in CODE if not name.endswith("__init__.py")]


@pytest.mark.parametrize("name", OURS)
def test_each_value_is_the_one_that_python_gives(name: str) -> None:
    """In every module of a reader, and each of its lines has the number that it had."""
    module = importlib.import_module(name.removesuffix(".py").replace("/", "."))
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    made = marked(source)
    assert source.count("\n") == made.count("\n")
    for constant, value in re.findall(r"(?:^|; )(_\w+) = const\((.*?)\)(?=$|; _)", made, re.MULTILINE):
        assert getattr(module, constant) == ast.literal_eval(value)


@pytest.mark.real
def test_the_marked_name_is_gone_on_micropython(tmp_path: Path) -> None:
    """Its value is in the code, and its name is not in the module."""
    (tmp_path / "part.py").write_text(marked("_PRIVATE = (1, 2)\nPUBLIC = 3\n\ndef f():\n    return _PRIVATE\n"))
    program = "import part; print(part.f(), hasattr(part, '_PRIVATE'), hasattr(part, 'PUBLIC'))"
    command = [Path(sys.executable).with_name("micropython"), "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert "(1, 2) False True\n" == done.stdout
