"""What an import drags in, measured in a fresh interpreter: start-up time and independence cannot erode unseen."""

import json
import subprocess
import sys

import pytest
from work_tree import python_files

PROGRAM = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
loaded = sorted(sys.modules)
import json
print(json.dumps(loaded))
"""

OFFICE = ["sqlite3", "paho", "amqtt", *(f"luot_controller.{name}" for name in ("engine", "store", "service", "ingest"))]
"""What the office's own machine has, and a screen elsewhere need not."""


def loaded_by(*names: str) -> set[str]:
    """Every module that a fresh interpreter holds in memory after importing these."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names], capture_output=True, text=True, timeout=60, check=True
    )
    return set(json.loads(done.stdout))


def modules(package: str) -> list[str]:
    """The package's own modules, those below it included."""
    top = package.split(".")[0].removeprefix("luot_")
    files = python_files(f"{top}/{package.replace('.', '/')}")
    return [path.removeprefix(f"{top}/")[:-3].replace("/", ".").removesuffix(".__init__") for path in files]


@pytest.mark.parametrize(
    ("package", "absent"),
    [
        (
            "luot_controller.engine",
            [
                "paho",
                "sqlite3",
                "textual",
                "click",
                "msgspec",
                "asyncio",
                "logging",
                "threading",
                "socket",
                "luot_tools",
            ],
        ),
        ("luot_protocol", ["json", "hmac", "dataclasses", "enum", "typing", "luot_controller", "luot_tools"]),
        ("luot_controller.console", [*OFFICE, "luot_controller.board", "luot_controller.fleet"]),
        ("luot_controller.board", [*OFFICE, "luot_controller.console", "luot_controller.fleet"]),
        ("luot_controller.fleet", [*OFFICE, "luot_controller.console", "luot_controller.board"]),
        ("luot_controller.screen", [*OFFICE, "luot_controller.console", "luot_controller.board"]),
        ("luot_controller.ingest", ["paho", "sqlite3", "textual", "click", "luot_controller.store"]),
        ("luot_controller.publish", ["paho", "sqlite3", "textual", "click", "luot_controller.store"]),
        ("luot_controller.history", ["paho", "sqlite3", "textual", "click", "rich", "luot_controller.service"]),
        ("luot_controller.service", ["paho", "sqlite3", "textual", "click"]),
    ],
)
def test_all_of_a_package_leaves_these_out(package: str, absent: list[str]) -> None:
    """Importing every module of the package loads none of these, not even by way of others."""
    assert package in modules(package)
    loaded = loaded_by(*modules(package)) - loaded_by()
    assert package in loaded
    assert [] == [name for name in absent if name in loaded]


def test_the_command_line_starts_light() -> None:
    """`luot --help` waits for no screen, broker or database library: they are loaded by the command that needs them."""
    heavy = ["textual", "paho", "amqtt", "sqlite3", "msgspec", "asyncio"]
    assert [] == [name for name in heavy if name in loaded_by("luot_controller.cli")]
