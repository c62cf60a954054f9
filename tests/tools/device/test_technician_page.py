"""The technician's page: its commands are there with their options, and its walk is walked on a real MicroPython."""

import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pty_board import PtyBoard, plugged

from controller.command_line import luot
from e2e.parts import FREE_PORT, Controller
from e2e.wired import Bridge
from luot_controller.commands.card import command as card
from luot_controller.commands.device import command as device
from luot_tools.device import setup

PAGE = (Path(__file__).parents[3] / "docs" / "technician.md").read_text(encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """The words after `luot` of every command in code."""
    code = re.findall(r"```\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    lines = [line for block, span in code for line in (block or span).splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("luot ")]


def walk() -> list[list[str]]:
    """The commands in blocks: what a technician types, one after another."""
    return [words for block in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL) for words in commands(f"```\n{block}```")]


def named(group: click.Command, words: list[str]) -> Iterator[tuple[click.Command, str]]:
    """(command, option) for each option among the words."""
    while isinstance(group, click.Group) and words:
        found = group.get_command(click.Context(group), words[0])
        assert found is not None, words
        group, words = found, words[1:]
    yield from ((group, word) for word in words if word.startswith("--"))


def test_every_command_and_option_is_there() -> None:
    """A name that was changed in the code fails here."""
    groups = {"device": device, "card": card}
    found = [words for words in commands(PAGE) if words[0] in groups]
    assert len(found) > 20
    for words in found:
        for command, option in named(groups[words[0]], words[1:]):
            assert option in [name for parameter in command.params for name in parameter.opts], words


@pytest.fixture
def spare(tmp_path: Path) -> Iterator[PtyBoard]:
    store = tmp_path / "spare"
    store.mkdir()
    yield from plugged(store, tmp_path / "spare-port")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Controller]:
    data = tmp_path / "office"
    data.mkdir()
    controller = Controller(data, "--broker", "mosquitto", *FREE_PORT)
    yield controller
    controller.stop()


def bridged(words: list[str], board: PtyBoard) -> str:
    """The reader that a bridge finds at the board; it is stopped then, and ends well."""
    bridge = Bridge(*words[2:], "--port", board.path)
    bridge.wait(board.path, lambda row: bool(row.get("reader")), "which reader it is")
    assert 0 == bridge.stop()
    return str(bridge.rows[str(board.path)]["reader"])


@pytest.mark.real
@pytest.mark.alone
def test_the_walk(
    pty_board: PtyBoard, spare: PtyBoard, office: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command of the page, in its order, ends well; at the end the spare is the reader."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUOT_PORT", str(pty_board.path))
    monkeypatch.setenv("LUOT_DATA", str(office.data))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    ports = {"/dev/ttyACM0": str(pty_board.path), "/dev/ttyACM1": str(spare.path)}
    assert ["device", "setup", "entry-1"] in walk()
    assert ["doctor"] in walk()
    for words in walk():
        if "bridge" in words:
            assert "entry-1" == bridged(words, pty_board)
            continue
        # `ports` lists this machine's own; the board of this test is none of them.
        more = ["--port", str(pty_board.path)] if "ports" in words else []
        said = luot(*[ports.get(word, word) for word in words], *more)
        talk = said.err if words[:2] == ["card", "enrol"] else ""
        assert (0, talk) == (said.code, said.err), words
        if "ports" in words:
            assert "entry-1, entry at mot-cua; luot " in said.out
    assert (spare.store / setup.SETTINGS).exists()
    assert not (pty_board.store / setup.SETTINGS).exists()
    assert (tmp_path / "entry-1.svg").exists()
    assert (tmp_path / "cards-kept.csv").exists()
