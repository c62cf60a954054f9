"""An office's data folder for the doctor, and what the doctor says of it; sees that the doctor leaves it as it was."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from luot_controller.broker.choice import free_port
from luot_controller.broker.users import credentials
from luot_controller.commands.doctor import command
from luot_controller.errors import ExitCode, UsageProblem
from luot_controller.language import use
from offices import Rig


class Said(NamedTuple):
    """The exit code, and (level, what, todo) by word; of several with one word the last."""

    code: int
    found: dict[str, tuple[str, str, str]]

    @property
    def faults(self) -> dict[str, str]:
        """Word to level of all that is not well."""
        return {word: level for word, (level, _, _) in self.found.items() if level != "ok"}


def office_folder(data: Path) -> Path:
    """A folder in which an office has run, on a port that is free now: with cards, keys, and a few events."""
    data.mkdir(mode=0o700)
    rig = Rig(data)
    for number in (3, 4, 5):
        rig.tap(number)
    rig.command("CallNext")
    rig.store.close()
    access(data, free_port())
    return data


def access(data: Path, port: int) -> None:
    """Make, or change, its access files."""
    credentials(
        data, "test", consoles=["supervisor", "desk-1", "desk-2"], links=["entry-1", "info-1", "at-1"], port=port
    )


def ask_doctor(data: Path, *options: str) -> Said:
    """What `luot doctor --json` says; nothing below `data` may be changed by it."""
    with unchanged(data):
        done = run("--json", "--data", str(data), *options)
    told = json.loads(done.stdout)
    assert told["can_serve"] == (done.exit_code == 0)
    rows = {row["word"]: (row["level"], row["what"], row["todo"]) for row in told["findings"]}
    assert all(todo for level, _, todo in rows.values() if level != "ok"), rows
    return Said(done.exit_code, rows)


def run(*options: str) -> Any:
    """The command in English, its output and exit code as the shell has them."""
    try:
        done = CliRunner().invoke(command, ["--language", "en", "--timeout", "2", *options], standalone_mode=False)
        if isinstance(done.exception, UsageProblem):
            done.exit_code = ExitCode.USAGE
        elif done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done
    finally:
        use("en")


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Names, contents, rights and times below a folder stay; SQLite's index of a log that is in use is no content."""
    before = _picture(folder)
    yield
    assert before == _picture(folder)


def _picture(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    found = {}
    for path in [folder, *folder.rglob("*")]:
        if path.exists() and not path.name.endswith("-shm"):
            stat = path.stat()
            found[str(path)] = stat.st_mode, stat.st_mtime_ns, path.read_bytes() if path.is_file() else b""
    return found
