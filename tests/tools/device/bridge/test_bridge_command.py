"""`luot device bridge` as a shell runs it, and what its lines say."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.command_line import luot, office_folder
from luot_tools.device.bridge.row import CARRIED, LOST, REFUSED, Row
from luot_tools.device.commands import bridge

GOOD = Row("/dev/ttyACM0", CARRIED, "entry-1", taps=12, receipts=11, heard_s=0.0)
BAD = Row("/dev/ttyACM1", REFUSED, "entry-9", "not one of ours", "Enter it.", damaged=3, pulled=2)


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command, at a port that is not there."""
    data = office_folder(tmp_path / "office")
    words = ["device", "bridge", "--data", str(data), "--port", str(tmp_path / "none"), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "luot_controller.cli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def line(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    row: dict[str, Any] = json.loads(process.stdout.readline())
    return row


@pytest.mark.real
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_runs_until_it_is_told(running: "subprocess.Popen[str]", tmp_path: Path, number: int, code: int) -> None:
    """A port that is not there is waited for and said; SIGTERM ends it with 0, Ctrl-C with 130, without a traceback."""
    row = line(running)
    while not row["problem"]:
        row = line(running)
    assert (str(tmp_path / "none"), "closed", "there is no such port") == (row["port"], row["state"], row["problem"])
    running.send_signal(number)
    assert (code, False) == (running.wait(30), "Traceback" in (running.stderr.read() if running.stderr else ""))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--data", "nowhere"], "access/bridge.json does not exist"),
        (["--access", "nonsense.json"], "nonsense.json"),
        (["--access", "nowhere.json"], "nowhere.json"),
    ],
)
def test_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str) -> None:
    """No office, a file that is no access file, no file: named, and exit code 2."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nonsense.json").write_text("{}")
    said = luot("device", "bridge", *words)
    assert (2, "", True) == (said.code, said.out, says in said.err)


def test_a_live_line_for_each_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the lines are written over, none wider than it; who it is, what was carried, what to do."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr("time.monotonic", lambda: 7.0)
    monkeypatch.setenv("COLUMNS", "200")
    lines = bridge._Lines()
    lines.show([], [GOOD, BAD])
    lines.show([GOOD, BAD], [GOOD])
    first, second = (
        "/dev/ttyACM0     entry-1          connected          12 taps, 11 receipts  7 s ago",
        "/dev/ttyACM1     entry-9          refused            cable lost 2 times  3 damaged lines  "
        "not one of ours. Enter it.",
    )
    whole = f"\r\x1b[K{first}\n\r\x1b[K{second}\n\x1b[J"
    assert f"{whole}\x1b[2A\r\x1b[K{first}\n\x1b[J" == screen.getvalue()
    screen.truncate(0)
    monkeypatch.setenv("COLUMNS", "40")
    lines.show([GOOD], [GOOD])
    assert f"\r\x1b[K{first[:39]}\n" in screen.getvalue()


def test_elsewhere_a_line_for_each_change(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In a log each new state stands once; another tap is no news. As JSON it is."""
    monkeypatch.setattr("time.monotonic", lambda: 7.0)
    more, lost = GOOD._replace(taps=13, heard_s=1.0), GOOD._replace(state=LOST, pulled=1)
    steps = [([], [GOOD]), ([GOOD], [more]), ([more], [lost]), ([lost], [])]
    lines = bridge._Lines()
    for known, rows in steps:
        lines.show(known, rows)
    said = capsys.readouterr().out.splitlines()
    assert ["connected", "cable lost"] == [line[34:52].strip() for line in said]
    for known, rows in steps:
        bridge._as_json(known, rows)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [12, 13, 12, None] == [row.get("taps") for row in found]
    assert {"port": GOOD.port, "state": "gone"} == found[-1]
    assert (7.0, True) == (found[0]["silent_s"], "heard_s" not in found[0])
