"""`luot` as a shell runs it, but in this process; and data folders in which an office has been."""

import contextlib
import io
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from luot_controller.broker.users import credentials
from luot_controller.cli import main
from luot_controller.settings import load_site
from luot_controller.store.sqlite import SqliteStore
from offices import SITE_TOML


class Said(NamedTuple):
    """How a command ended: its exit code, its data, and its talk."""

    code: int
    out: str
    err: str


def luot(*words: str | Path) -> Said:
    """Run `luot` with these words."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    sys.argv = ["luot", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = argv
        for number, handler in handlers.items():
            signal.signal(number, handler)
    code = ended.value.code
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


def office_folder(folder: Path, site_toml: str = SITE_TOML) -> Path:
    """A data folder as an office leaves it: site file, ledger, access files."""
    folder.mkdir()
    (folder / "site.toml").write_text(site_toml, encoding="utf-8")
    site = load_site(folder / "site.toml")
    SqliteStore(folder).close()
    desks, readers = [f"desk-{row.id}" for row in site.desks], [row.id for row in site.readers]
    credentials(folder, site.site.id, consoles=desks, links=readers, port=18830)
    return folder
