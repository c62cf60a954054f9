"""The command `luot`: help, mistakes, and how each kind of error ends."""

import errno
import importlib
import os
import subprocess
import sys
from types import ModuleType

import click
import pytest
from command_line import luot

from luot_controller import cli, errors
from luot_controller.commands import device
from luot_controller.errors import ExitCode, LuotError


def test_help() -> None:
    """Every command with its line, the exit codes, on stdout, and 0; -h is the same."""
    said = luot("--help")
    assert (0, "") == (said.code, said.err)
    for name, (_, text) in cli.COMMANDS.items():
        assert name in said.out
        assert text[:20] in said.out
    for code in ExitCode:
        assert str(code.value) in said.out
    assert said == luot("-h")


def test_version() -> None:
    """The version of the package."""
    said = luot("--version")
    assert 0 == said.code
    assert said.out.strip().startswith("luot, version ")


def test_no_words() -> None:
    """Alone it shows the help, as talk, and counts as misuse: a script that forgot the command must not go on."""
    said = luot()
    assert (2, "") == (said.code, said.out)
    assert "Commands:" in said.err


@pytest.mark.parametrize(
    ("word", "meant"), [("offic", "office"), ("cards", "card"), ("divice", "device"), ("nosuch", None), ("x", None)]
)
def test_an_unknown_command(word: str, meant: str | None) -> None:
    """It is named, with the command that was probably meant, and ends with 2."""
    said = luot(word)
    assert (2, "") == (said.code, said.out)
    assert f"No such command {word!r}." in said.err
    assert (f"Did you mean {meant!r}?" in said.err) == (meant is not None)
    assert "Did you mean 'None'" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["--nosuch"],
        ["office", "--nosuch"],
        ["office", "--port", "65536"],
        ["office", "--port", "x"],
        ["office", "--speed", "0"],
        ["office", "--broker", "rabbit"],
        ["office", "--data"],
        ["office", "extra"],
        ["card"],
        ["card", "nosuch"],
        ["card", "import"],
        ["device", "provision"],
        ["device", "setop"],
        ["device", "flash"],
        ["device", "setup", "--baud", "1"],
    ],
)
def test_misuse(words: list[str]) -> None:
    """Wrong options and arguments end with 2, say what is wrong on stderr, and start nothing."""
    said = luot(*words)
    assert (2, "") == (said.code, said.out)
    assert said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_can_be_loaded(name: str) -> None:
    """The table names modules that are there, each with a command that has that name and explains itself."""
    command = importlib.import_module(cli.COMMANDS[name][0]).command
    assert isinstance(command, click.Command)
    assert name == command.name
    assert command.help
    said = luot(name, "--help")
    assert (0, "") == (said.code, said.err)
    assert f"Usage: luot {name}" in said.out


@pytest.mark.parametrize("name", device.COMMANDS)
def test_every_command_for_devices_can_be_loaded(name: str) -> None:
    """The same for the commands below `luot device`."""
    command = importlib.import_module(device.COMMANDS[name][0]).command
    assert name == command.name
    assert command.help
    said = luot("device", name, "--help")
    assert (0, "") == (said.code, said.err)
    assert f"Usage: luot device {name}" in said.out
    assert name in luot("device", "--help").out


def everything_below(kind: type[LuotError]) -> list[type[LuotError]]:
    ours = [sub for sub in kind.__subclasses__() if sub.__module__ == LuotError.__module__]
    return [kind, *(below for sub in ours for below in everything_below(sub))]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A command `luot fail` whose module's `problem` it raises."""
    module = ModuleType("failing")

    @click.command("fail")
    def command() -> None:
        raise module.problem

    module.command = command  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "failing", module)
    monkeypatch.setitem(cli.COMMANDS, "fail", ("failing", "Fails."))
    return module


SAY_MORE = (errors.SiteFileInvalid, errors.CommandRefused)


@pytest.mark.parametrize("kind", [kind for kind in everything_below(LuotError) if kind not in SAY_MORE])
def test_every_error_says_what_to_do(failing: ModuleType, kind: type[LuotError]) -> None:
    """Subject and hint on stderr, nothing on stdout, no traceback, the error's own exit code."""
    failing.problem = kind("what it is about", "what to do next")  # type: ignore[attr-defined]
    said = luot("fail")
    assert (kind.exit_code, "", "luot: what it is about\n      what to do next\n") == said


def test_the_exit_codes() -> None:
    """The codes that scripts rely on, error by error."""
    assert {
        "failed": 1,
        "usage": 2,
        "site_file.invalid": 2,
        "data_folder.missing": 2,
        "office.unreachable": 3,
        "access.refused": 3,
        "timed_out": 4,
        "command.refused": 1,
        "office.running": 1,
        "broker.failed": 1,
        "store.failed": 1,
        "store.newer": 1,
        "store.older": 1,
    } == {kind.code: int(kind.exit_code) for kind in everything_below(LuotError)}


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), click.Abort()])
def test_interrupted(failing: ModuleType, problem: BaseException) -> None:
    """Ctrl-C in the middle of a command ends it with 130 and without a traceback."""
    failing.problem = problem  # type: ignore[attr-defined]
    said = luot("fail")
    assert (130, "") == (said.code, said.out)
    assert "Traceback" not in said.err


def test_a_disk_error_is_no_traceback(failing: ModuleType) -> None:
    """What the operating system refuses is told with the file, and what to look for."""
    failing.problem = PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/nowhere/site.toml")  # type: ignore[attr-defined]
    said = luot("fail")
    assert (1, "") == (said.code, said.out)
    first, hint = said.err.splitlines()
    assert "luot: /nowhere/site.toml: Permission denied" == first
    assert "may be read and written" in hint


@pytest.mark.parametrize("problem", [ZeroDivisionError(), OSError("of no file")])
def test_a_bug_is_not_hidden(failing: ModuleType, problem: Exception) -> None:
    """What nobody foresaw keeps its traceback: it has to be reported."""
    failing.problem = problem  # type: ignore[attr-defined]
    with pytest.raises(type(problem)):
        luot("fail")


def test_a_reader_of_the_output_that_goes() -> None:
    """`luot ... | head` ends without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "luot_controller.cli", "--help"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert b"" == done.stderr
