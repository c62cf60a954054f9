"""Private names are short on a board; public ones, and every line, are where they were."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from luot_tools import firmware
from luot_tools.firmware_names import shortened


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def _first(): return _first", "def _a(): return _a"),
        ("self._first = other._second", "self._a = other._b"),
        ("def f(_first): return g(_first=_first)", "def f(_a): return g(_a=_a)"),
        ("async def _first(): pass", "async def _a(): pass"),
        ('"""Of _first."""\n_first()', '"""Of _first."""\n_a()'),
        ("class A: pass\nclass B(A): _first = 1", "class A: pass\nclass B(A): _a = 1"),
        ("class A(OSError): _first = 1", "class A(OSError): _a = 1"),
        ("self._first = 'ạ'; self._second = 2", "self._a = 'ạ'; self._b = 2"),
    ],
)
def test_a_private_name_is_shortened(source: str, expected: str) -> None:
    """Wherever it is bound or used, the same each time."""
    assert expected == shortened(source)


@pytest.mark.parametrize(
    "source",
    [
        "first = self.second",
        "__file__ = __name__",
        "for _ in range(2): pass",
        "_A = const(1); _B = const(2)\nf(_A, _B)",
        "f'{self._first}'; self._first = 1",
        "getattr(self, '_first'); self._first = 1",
        "import other\nclass A(other.B):\n    _first = 1",
        "from other import B\nclass A(B):\n    _first = 1",
    ],
)
def test_all_else_stays_as_it_is(source: str) -> None:
    """What is public or marked, what stands in a string, and a class whose objects have another module's names too."""
    assert source == shortened(source)


def test_a_name_is_never_given_twice() -> None:
    """Neither one that stays nor one that was given, however many there are."""
    names = [f"_name{number}" for number in range(40)]
    made = shortened("'_a _c'\n" + "\n".join(f"{name} = 1" for name in names)).split("\n")[1:]
    given = [line.split(" ")[0] for line in made]
    assert (40, ["_b", "_d"]) == (len(set(given)), given[:2])
    assert not {"_a", "_c"} & set(given)


OURS = [name for name, _ in firmware.sources("rp2") if name.startswith("luot_") and name.endswith(".py")]


@pytest.mark.parametrize("name", OURS)
def test_no_module_uses_the_private_names_of_another(name: str) -> None:
    """Each that a module reads is one that it also binds, so that it is shortened to the same in all places."""
    module = importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    bound, read = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute | ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(
                node.attr if isinstance(node, ast.Attribute) else node.id
            )
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.arg):
            bound.add(node.arg if isinstance(node, ast.arg) else node.name)
    assert set() == {one for one in read - bound if re.fullmatch(r"_[a-zA-Z]\w*", one)}
    assert source.count("\n") == shortened(source).count("\n")


@pytest.mark.real
def test_it_is_the_same_to_micropython(tmp_path: Path) -> None:
    """Its public names work, and an error still names the line of the source."""
    source = (
        "class Public:\n    def _long(self):\n        return 1 // 0\n    def call(self):\n        return self._long()"
    )
    (tmp_path / "part.py").write_text(shortened(source))
    command = [Path(sys.executable).with_name("micropython"), "-c", "import part; part.Public().call()"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert 'File "part.py", line 3, in _a' in done.stderr + done.stdout
    assert "ZeroDivisionError" in done.stderr + done.stdout
