"""`luot device fleet`: what it prints for programs, and how it fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fake_fleet import AT_MS, row

from luot_controller import client
from luot_controller.access import Access, save
from luot_controller.commands.device_fleet import command
from luot_controller.errors import DataFolderMissing, OfficeUnreachable, UsageProblem
from luot_controller.language import use
from luot_controller.screen.office import OnChange, OnLink

READERS: list[dict[str, Any]] = [
    {"id": "entry-1", **row(health={"signal_dbm": -61, "battery_mv": 3912})},
    {"id": "entry-2", **row(faults=["chip.absent"], alerts=["chip.absent"], health={"taps": 17, "refused": 3})},
    {"id": "info-1", "role": "info", "key": False},
]


class FakeOffice:
    """Answers `status` a page at a time, as `client.OfficeClient` does; `away` is why it does not."""

    away: OfficeUnreachable | None = None

    def __init__(self, access: Access, *, on_change: OnChange, on_link: OnLink, watch: tuple[str, ...]) -> None:
        assert ("supervisor", ("office", "site")) == (access.name, watch)
        self._say, self._link = on_change, on_link

    def start(self) -> None:
        """The site is retained."""
        self._link(True)
        self._say("site", None, {"name": "Bộ phận Một cửa", "language": "vi"})

    def stop(self) -> None:
        """End."""

    def wait_ready(self, _timeout_s: float) -> None:
        """Ready, or not."""
        if self.away is not None:
            raise self.away

    def ask(self, ask: str, *, timeout_s: float, offset: int = 0) -> dict[str, Any]:
        """Two readers at a time."""
        assert ("status", True) == (ask, timeout_s > 0)
        page = {"at_ms": AT_MS, "speed": 1, "readers": READERS[offset : offset + 2]}
        return {"id": "1", "ok": True, "total": len(READERS), "status": page}


@pytest.fixture(autouse=True)
def _office(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "OfficeClient", FakeOffice)
    yield
    use("en")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the supervisor's access."""
    save(tmp_path, Access(site="demo", name="supervisor", password="secret"))
    return tmp_path


def run(*options: str) -> Result:
    """The command, its LuotErrors as `cli` gets them."""
    return CliRunner().invoke(command, list(options), standalone_mode=False)


def test_json(data: Path) -> None:
    """All readers, the most urgent first, in the words of the screen; null is unknown."""
    done = run("--json", "--language", "en", "--data", str(data))
    fleet = json.loads(done.stdout)
    assert ("Bộ phận Một cửa", AT_MS, "") == (fleet["site"], fleet["at_ms"], done.stderr)
    ill, bare, well = fleet["readers"]
    assert [("entry-2", "now"), ("info-1", "soon"), ("entry-1", "well")] == [
        (reader["id"], reader["urgency"]) for reader in fleet["readers"]
    ]
    assert {"word": "chip.absent", "urgency": "now", "what": "No card chip", "todo": "Check its power and wires"} == (
        ill["findings"][0]
    )
    assert ("chip.absent", 0.85, ["chip.absent"], None) == tuple(
        ill[key] for key in ("chip", "taps_ok", "alerts", "battery_mv")
    )
    assert {None} == {
        bare[key] for key in ("version", "signal_dbm", "clock", "unsent", "chip", "health", "last_seen_ms")
    }
    assert (-61, 3912, "good", []) == tuple(well[key] for key in ("signal_dbm", "battery_mv", "clock", "findings"))


def test_the_sites_language(data: Path) -> None:
    """Sentences in the language of the office, unless another is asked for."""
    assert "Không thấy chip đọc thẻ" in run("--json", "--data", str(data)).stdout


def test_how_it_fails(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal, without an office, in a folder without one."""
    assert isinstance(run("--data", str(data)).exception, UsageProblem)
    assert isinstance(run("--json", "--data", str(tmp_path / "nowhere")).exception, DataFolderMissing)
    monkeypatch.setattr(FakeOffice, "away", OfficeUnreachable("nobody there", "Start it."))
    assert isinstance(run("--json", "--data", str(data)).exception, OfficeUnreachable)
