"""`luot replay`: what is printed beside each other, what is recorded of its inputs, and what it refuses."""

import json
from pathlib import Path

import pytest
from any_day import kept
from command_line import luot, office_folder
from told_day import told_day

from offices import SITE_TOML


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An office after the morning of `told_day`."""
    folder = office_folder(tmp_path / "office")
    kept(told_day(), folder)
    return folder


def policy(data: Path, **changes: str) -> Path:
    """Another site file: the test's own, with texts replaced."""
    text = SITE_TOML
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = data / "other.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_side_by_side(data: Path) -> None:
    """Three columns of figures by class and service, a picture of the day, and what it was made of."""
    other = policy(data, **{"head_start_min = 45": "head_start_min = 0"})
    said = luot("replay", "--data", data, "--policy", other, "--language", "en", "--seed", "3")
    assert (0, "") == (said.code, said.err)
    lines = said.out.splitlines()
    assert "everybody (8)       as it was  same rules other rules" == lines[0]
    rows = ("mean wait", "half within", "95 % within", "longest", "within 15 min", "overtaken, mean")
    assert all(line.strip().startswith(row) for line, row in zip(lines[1:], rows, strict=False))
    assert any(line.startswith("First (2)") for line in lines)
    assert any(line.startswith("Land (1)") for line in lines)
    assert any(line.startswith("08:30  ") and "█" in line for line in lines)
    assert "from 2026-11-20  to 2026-11-20  seed 3  policy other.toml  target_min 15" in lines[-1]


def test_for_programs(data: Path) -> None:
    """Every figure, and inputs enough to do it again: the ledger's head, the days, the seed, the policy's digest."""
    other = policy(data)
    words = ("replay", "--data", data, "--policy", other, "--json", "--from", "2026-11-20", "--seed", "3")
    told = json.loads(luot(*words).out)
    assert told == json.loads(luot(*words).out)
    head = luot("ledger", "head", "--data", data).out.strip()
    assert (head, "2026-11-20", "2026-11-20", 3) == tuple(
        told["inputs"][name] for name in ("head", "from", "to", "seed")
    )
    assert 64 == len(told["inputs"]["policy_sha256"])
    was, same, _other = told["columns"]
    assert {"all:", "class:plain", "class:first", "service:papers", "service:land"} == set(was["groups"])
    assert 8 == was["groups"]["all:"]["people"] == same["groups"]["all:"]["people"]
    assert 4 == was["groups"]["all:"]["not_called"]


@pytest.mark.parametrize(
    ("changes", "words", "says"),
    [
        (
            {'"papers", "land"]': '"papers"]', '{ service = "land" }': '{ service = "papers" }'},
            [],
            "desk must serve it",
        ),
        ({'id = "first"': 'id = "other"', 'class = "first"': 'class = "other"'}, [], "there is no class first"),
        ({}, ["--from", "2026-11-19"], "nobody came from 2026-11-19 to 2026-11-19"),
        ({"[site]": "[sight]"}, [], "other.toml"),
    ],
)
def test_what_cannot_be_replayed(data: Path, changes: dict[str, str], words: list[str], says: str) -> None:
    """Exit code 2, the reason, and what to do."""
    said = luot("replay", "--data", data, "--policy", policy(data, **changes), *words)
    assert (2, "") == (said.code, said.out)
    assert says in said.err
