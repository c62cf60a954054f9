"""Each outside library has its one room: what replaces it, or breaks with it, is found at once."""

import sys

from work_tree import imports, python_files

CONTROLLER = "controller/luot_controller/"
SCREENS = [CONTROLLER + name for name in ("screen/", "console/", "board/", "fleet/")]

ROOMS = {
    "amqtt": [CONTROLLER + "broker/amqtt_child.py"],
    "babel": ["tools/luot_tools/catalogue.py"],
    "click": [CONTROLLER + "cli.py", CONTROLLER + "commands/", "tools/luot_tools/"],
    "font_source_sans_pro": ["tools/luot_tools/device/label.py"],
    # A board's own module; this file is sent there.
    "machine": ["tools/luot_tools/device/onboard.py"],
    "msgspec": [CONTROLLER, "tools/luot_tools/"],
    "paho": [CONTROLLER + "mqtt.py", CONTROLLER + "mqtt_client.py", "tools/luot_tools/bench/naive.py"],
    "resvg_py": ["tools/luot_tools/device/label.py"],
    "rich": [*SCREENS, CONTROLLER + "commands/", "tools/luot_tools/pictures/"],
    "serial": ["tools/luot_tools/serial/port.py"],
    # The naive prototype that the office is measured against has a table of its own, and is no part of an office.
    "sqlite3": [CONTROLLER + "store/sqlite_file.py", "tools/luot_tools/bench/naive.py"],
    "textual": SCREENS,
}
"""Library to the files and folders that may import it; sqlite3 is the standard library's, and watched all the same."""

ENGINE = {
    *("__future__", "bisect", "collections", "collections.abc", "dataclasses", "enum", "functools", "heapq"),
    *("itertools", "math", "operator", "types", "typing"),
}
"""Of the standard library, what computes and neither looks at a clock, nor throws dice, nor touches a file."""


def is_in_its_room(path: str, module: str) -> bool:
    """True when the file may import the module."""
    top = module.split(".")[0]
    if top in ROOMS:
        return path.startswith(tuple(ROOMS[top]))
    return top in sys.stdlib_module_names or top in ("luot_controller", "luot_protocol", "luot_tools")


def test_each_library_stays_in_its_room() -> None:
    """A library that is not in ROOMS, or is imported outside its room, is a decision to be made there first."""
    found = [(path, name) for path in python_files("controller", "protocol", "tools") for name in imports(path)]
    assert len(found) > 100
    assert [] == [(path, name) for path, name in found if not is_in_its_room(path, name)]


def test_the_engine_has_no_clock_dice_or_files() -> None:
    """time, datetime, random, os, threading, logging and the like come in as arguments or not at all."""
    found = {name for path in python_files(CONTROLLER + "engine") for name in imports(path)}
    ours = {name for name in found if name.startswith("luot_controller.engine")}
    assert ours != set()
    assert set() == found - ours - ENGINE - {"luot_protocol"}
