"""Power is cut at every operation of the flash, in every scenario; nothing that was heard is ever lost.

With LUOT_POWER_CUTS=long in the environment, longer lives of more readers are cut too, for some minutes.
"""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from surroundings import ENVIRONMENT, HEAP, HERE, micropython

pytestmark = pytest.mark.real

ROOMY = "1m"
"""A heap that holds flash models."""

SCENARIOS = {
    # name: at least so many cuts
    "first": 40,
    "starts": 120,
    "append": 300,
    "block": 150,
    "rotate": 60,
    "settle": 120,
    "release": 60,
    "full": 200,
    "mixed": 250,
    "twice": 400,
}
DEFECTS = {"Hasty": "append", "Careless": "settle", "Forgetful": "starts"}
if os.environ.get("LUOT_POWER_CUTS") == "long":
    SCENARIOS |= {f"{name}-{seed}": 100 for name in ("life", "full", "twice") for seed in range(4)}


def start(module: str, function: str, *arguments: object, heap: str) -> subprocess.Popen[str]:
    command = micropython(HERE / "on_device.py", HERE, module, function, *arguments, heap=heap)
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def found_by(module: str, function: str, *arguments: object, heap: str = ROOMY) -> dict[str, Any]:
    """What it prints as JSON."""
    with start(module, function, *arguments, heap=heap) as process:
        out, err = process.communicate()
    assert process.returncode == 0, out + err
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_heard_is_lost(scenario: str) -> None:
    """After each cut all taps are there once and in order, none has another's name, and the reader goes on."""
    found = found_by("power_cut_scenarios", "cut", scenario)
    print(f"{scenario}: {found['points']} power cuts")
    assert found["wrong"] is None
    assert found["points"] >= SCENARIOS[scenario]


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(defect: str) -> None:
    """A tap confirmed before it is on flash, a file removed before it is written, a start not counted: each is seen."""
    assert found_by("power_cut_scenarios", "cut", DEFECTS[defect], defect)["wrong"] is not None


def test_a_file_is_kept_from_its_flush_on() -> None:
    """On littlefs what was only written needs the closing, which a cut refuses; what was flushed needs nothing more."""
    assert {"written": "", "flushed": "a tap", "not closed": "written"} == found_by(
        "power_cut_scenarios", "written_and_flushed"
    )


def test_a_flash_that_breaks_refuses_taps() -> None:
    """While every access fails, taps are refused and nothing ends; what was heard before is there afterwards."""
    assert {"refused": 3, "kept": 5} == found_by("power_cut_scenarios", "broken")


def test_ten_thousand_taps_survive(tmp_path: Path) -> None:
    """A full outbox refuses visibly; killed and opened again, at once and in little memory, it is drained in order."""
    image = tmp_path / "flash.img"
    with start("on_littlefs", "take_all", image, heap=HEAP) as process:
        assert process.stdout is not None
        taken = json.loads(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
    print(taken)
    assert (10_000, "capacity") == (taken["heard"], taken["refused"])
    assert taken["bytes_per_tap"] < 45
    assert taken["erases_per_1000_settled"] < 250
    assert taken["erases_per_1000_waiting"] < 1200
    assert taken["most_erases_of_a_block"] < 300
    drained = found_by("on_littlefs", "drain_all", image, heap=HEAP)
    print(drained)
    assert (10_000, 10_000, 0, [2, 1]) == tuple(drained[name] for name in ("depth", "drained", "damaged", "next"))
    assert drained["live_bytes"] < 4096
    assert len(drained["files"]) <= 4
