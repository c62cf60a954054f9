"""The office's doors for a reader's identity: asks `luot` itself, or reads a settings file. Opens no ledger."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol

from luot_controller.errors import ExitCode, LuotError, OfficeUnreachable, TimedOut, UsageProblem

_WITHIN_S = 60.0


class Identities(Protocol):
    """Where settings come from."""

    def kid(self, reader: str) -> str:
        """The name of the key that the office knows this reader by, "" when it has none; UsageProblem if unknown."""
        ...

    def settings(self, reader: str, *, keep_key: bool, wired: bool = False) -> bytes:
        """Its settings.json; unless `keep_key`, with a new key, after which the old one is refused.

        wired: its frames go over its cable, see `luot device bridge`.
        """
        ...


class OfficeFolder:
    """An office on this machine; `hall` is for readers on a PC, see `luot device provision`."""

    def __init__(self, data: Path, hall: str | None = None) -> None:
        self._data = data
        self._hall = hall

    def kid(self, reader: str) -> str:
        """See Identities."""
        rows: list[dict[str, Any]] = json.loads(_luot("device", "list", "--json", "--data", str(self._data)))
        for row in rows:
            if row["id"] == reader:
                return row["kid"] or ""
        raise UsageProblem(
            f"{reader} is not a reader of the site file in {self._data}",
            f"Readers there: {', '.join(row['id'] for row in rows)}. Add it and try again.",
        )

    def settings(self, reader: str, *, keep_key: bool, wired: bool = False) -> bytes:
        """See Identities."""
        more = [*(["--keep-key"] if keep_key else []), *(["--wired"] if wired else [])]
        more += ["--hall", self._hall] if self._hall else []
        with tempfile.TemporaryDirectory(prefix="luot-provision-") as folder:
            _luot("device", "provision", reader, "--data", str(self._data), "--out", folder, *more)
            return Path(folder, "settings.json").read_bytes()

    def hand_in(self, file: Path) -> dict[str, int]:
        """Let the office take the taps of a file, see luot_tools.device.unsent; how many were new, known, clashing."""
        counts: dict[str, int] = json.loads(_luot("device", "hand-in", str(file), "--data", str(self._data), "--json"))
        return counts


class SettingsFile:
    """One settings.json, made where the office is: luot device provision READER --out FOLDER."""

    def __init__(self, path: Path) -> None:
        self._raw = path.read_bytes()
        try:
            values = json.loads(self._raw)
            self.reader, self._kid = str(values["reader"]), str(values["kid"])
        except (ValueError, KeyError, TypeError):
            raise UsageProblem(
                f"{path} is no settings file", "Make one at the office: luot device provision READER --out FOLDER"
            ) from None

    def kid(self, reader: str) -> str:
        """See Identities."""
        if reader != self.reader:
            raise UsageProblem(f"the settings file is for {self.reader}, not for {reader}", "Leave the name out.")
        return self._kid

    def settings(self, reader: str, *, keep_key: bool, wired: bool = False) -> bytes:  # noqa: ARG002 - it is as it is
        """See Identities."""
        self.kid(reader)
        return self._raw


_PROBLEMS: dict[int, type[LuotError]] = {
    ExitCode.USAGE: UsageProblem,
    ExitCode.CANNOT_CONNECT: OfficeUnreachable,
    ExitCode.TIMED_OUT: TimedOut,
}


def _luot(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "luot_controller.cli", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_WITHIN_S,
        check=False,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.strip().splitlines()]
        subject, hint = lines[0].removeprefix("luot: ") if lines else f"luot {words[0]} failed", " ".join(lines[1:])
        raise _PROBLEMS.get(done.returncode, LuotError)(subject, hint)
    return done.stdout
