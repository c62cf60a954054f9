"""A board's modules have the protocol's numbers in place of their names, and every name that is still used."""

import ast
from pathlib import Path

import pytest

from luot_tools import firmware
from luot_tools.firmware_numbers import written_out

CODES = "luot_protocol/codes.py"
NUMBERS = 'OPENED = 1\nCLOSED = 67\nNAMES = {OPENED: "opened"}'
IMPORT = "from luot_protocol import codes\n"


def both(user: str, numbers: str = NUMBERS) -> tuple[str, str]:
    """What becomes of a module that uses the numbers, and of theirs."""
    made = written_out({CODES: numbers, "user.py": user}, ())
    return made["user.py"], made[CODES]


def test_a_number_stands_where_its_name_was() -> None:
    """And where it is defined the name is private, so that the compiler drops it."""
    user, numbers = both(IMPORT + "f(codes.OPENED, (codes.CLOSED,), codes.NAMES)")
    assert IMPORT + "f(1, (67,), codes.NAMES)" == user
    assert '_OPENED = 1\n_CLOSED = 67\nNAMES = {_OPENED: "opened"}' == numbers


@pytest.mark.parametrize(
    "user",
    [
        "from luot_protocol.codes import OPENED\nf(OPENED)",
        IMPORT + "f(f'{codes.OPENED}')",
        IMPORT + "getattr(codes, 'OPENED')",
        "import luot_protocol\nf(luot_protocol.codes.OPENED)",
        "f(codes.OPENED)",
        IMPORT + "f(self.codes.OPENED)",
        IMPORT + "f(codes.\\\nOPENED)",
    ],
)
def test_a_name_that_is_still_used_stays(user: str) -> None:
    """Imported by its name, in a string, or an attribute of what need not be that module."""
    assert (user, NUMBERS.replace("CLOSED", "_CLOSED")) == both(user)


@pytest.mark.parametrize(
    "numbers", ["OPENED = 1\nOPENED = 2", "OPENED = 'text'", "OPENED = f()", "OPENED = (1,)", "OPENED = 1\n_OPENED = 2"]
)
def test_what_is_no_number_stays(numbers: str) -> None:
    """Bound twice, of another kind, made by a call, or with a private namesake."""
    assert numbers == both("", numbers)[1]


def test_modules_that_go_as_they_are() -> None:
    """main.py is not compiled here: it finds each name where it was."""
    made = written_out({CODES: NUMBERS, "main.py": IMPORT + "f(codes.OPENED)"}, ("main.py",))
    assert (IMPORT + "f(codes.OPENED)", NUMBERS.replace("CLOSED", "_CLOSED")) == (made["main.py"], made[CODES])


def test_no_name_is_missing_on_a_board() -> None:
    """Every attribute of a protocol module that any module of a board asks for is there, on the line where it was."""
    files = {name: file for platform in ("linux", "rp2", "esp32") for name, file in firmware.sources(platform)}
    texts = {name: Path(file).read_text(encoding="utf-8") for name, file in files.items() if name.endswith(".py")}
    made = written_out(texts, ("boot.py", "main.py"))
    there = {name.removesuffix(".py").rsplit("/", 1)[-1]: _defined(text) for name, text in made.items()}
    asked = 0
    for name, text in made.items():
        assert texts[name].count("\n") == text.count("\n")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module == "luot_protocol":
                modules = {alias.asname or alias.name: alias.name for alias in node.names}
                for used in ast.walk(ast.parse(text)):
                    if (
                        isinstance(used, ast.Attribute)
                        and isinstance(used.value, ast.Name)
                        and used.value.id in modules
                    ):
                        asked += 1
                        assert used.attr in there[modules[used.value.id]], f"{name}: {used.value.id}.{used.attr}"
    assert 20 < asked


def _defined(text: str) -> set[str]:
    names = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
    return names
