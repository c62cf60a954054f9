"""What runs on a board imports only what a board has."""

import ast
import subprocess
from pathlib import Path

import pytest
from work_tree import imports, python_files, text

PORTABLE = {
    *(
        "array",
        "asyncio",
        "binascii",
        "errno",
        "gc",
        "hashlib",
        "io",
        "json",
        "math",
        "micropython",
        "os",
        "random",
        "select",
    ),
    *("socket", "struct", "sys", "time", "vfs"),
}
"""On every board and on the unix port."""

HARDWARE = {"machine", "network", "esp32", "espnow", "rp2"}
"""On boards only, so only the files that speak to the hardware may name them."""

NEAR_HARDWARE = ("firmware/boot.py", "firmware/boards/", "firmware/luot_firmware/drivers/")

PROTOCOL = {"hashlib"}
"""All that the protocol may need: a phone or another vendor's device has no more."""


def test_the_protocol_needs_hashlib_alone() -> None:
    """luot_protocol imports itself and hashlib."""
    found = {name.split(".")[0] for path in python_files("protocol/luot_protocol") for name in imports(path)}
    assert PROTOCOL | {"luot_protocol"} == found


def test_firmware_imports_what_a_board_has() -> None:
    """No dataclasses, enum, typing, hmac, pathlib or other module that MicroPython lacks; hardware only in boards/."""
    found = {(path, name.split(".")[0]) for path in python_files("firmware") for name in imports(path)}
    ours = {"luot_firmware", "luot_protocol", "boards", "models"}
    assert ("firmware/main.py", "boards") in found
    assert set() == {
        (path, name)
        for path, name in found
        if name not in PORTABLE | ours and not (name in HARDWARE and path.startswith(NEAR_HARDWARE))
    }


def test_no_board_carries_a_model() -> None:
    """The models of chips and flash stand in on a PC only; nothing that is copied to a board imports them."""
    importers = {
        path for path in python_files("firmware") if any(name.split(".")[0] == "models" for name in imports(path))
    }
    assert any(path.startswith("firmware/models/") for path in importers)
    near = ("firmware/models/", "firmware/boards/unix")
    assert set() == {path for path in importers if not path.startswith(near)}


def test_private_names_stay_in_their_module() -> None:
    """A class that builds on another module's uses no private name of it: the build gives each module others."""
    for path in python_files("firmware"):
        nodes = list(ast.walk(ast.parse(text(path))))
        private = [node for node in nodes if isinstance(node, ast.Attribute) and _is_own(node)]
        made = {node.attr for node in private if isinstance(node.ctx, ast.Store)}
        made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert set() == {node.attr for node in private} - made, path


def _is_own(name: ast.Attribute) -> bool:
    return isinstance(name.value, ast.Name) and name.value.id == "self" and name.attr.startswith("_")


@pytest.mark.real
def test_the_allowed_modules_exist(micropython: Path) -> None:
    """A real MicroPython imports every module of the list, so the list does not promise what is not there."""
    code = "\n".join(f"import {name}" for name in sorted(PORTABLE))
    done = subprocess.run([micropython, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (0, "") == (done.returncode, done.stdout + done.stderr)
