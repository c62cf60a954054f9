"""luot_tools.sim.tour.playing: every step is true with real parts; a claim that is not ends it with exit code 1."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from luot_controller import cli
from luot_controller.errors import OfficeUnreachable
from luot_tools.sim.tour import playing

TOUR = (sys.executable, "-m", "luot_controller.cli", "sim", "--tour")


class FakeStage:
    """An office in memory with a head start of its own, in minutes; its clock goes by the minute."""

    def __init__(self, head_start_min: int) -> None:
        self.events: list[dict[str, Any]] = []
        self.breaks = False
        self._head_start_ms = head_start_min * 60_000
        self._now_ms = 0
        self._line: list[tuple[int, int, int]] = []

    async def enter(self, _reader: str, number: int, button: int = 0) -> dict[str, Any]:
        """Somebody taps."""
        self._now_ms += 60_000
        self._line.append((self._now_ms - button * self._head_start_ms, self._now_ms, number))
        self._note("VisitOpened", number, rank_ms=self._now_ms)
        return {"show": "opened"}

    async def press(self, command: str) -> dict[str, Any]:
        """A key."""
        if self.breaks:
            raise OfficeUnreachable("the office is away")
        if command != "CallNext":
            return {"ok": True}
        best, oldest = min(self._line), min(self._line, key=lambda entry: entry[1])
        self._line.remove(best)
        jumps = best != oldest
        over = oldest[2] if jumps else None
        self._note("VisitCalled", best[2], reason="PRIORITY_WITHIN_H" if jumps else "OLDEST", over=over, desk="1")
        return {"ok": True, "called": best[2]}

    async def news(self, *, aloud: bool = True) -> None:
        """All is known at once."""

    async def pause(self, office_s: float) -> None:
        """Time does not pass by waiting."""

    def _note(self, kind: str, number: int, **fields: Any) -> None:
        row = {"id": len(self.events) + 1, "at_ms": self._now_ms, "kind": kind, "number": number}
        self.events.append(row | fields)


def play_on(stage: FakeStage, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """`luot sim --tour` with this office, as far as the first step; returns the exit code."""

    @asynccontextmanager
    async def open_stage(*_arguments: object) -> AsyncIterator[FakeStage]:
        yield stage

    monkeypatch.setattr(playing, "open_stage", open_stage)
    monkeypatch.setattr(playing, "STEPS", playing.STEPS[:1])
    monkeypatch.setattr(playing, "READ_S", 0)
    monkeypatch.setattr(sys, "argv", ["luot", "sim", "--tour", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert isinstance(end.value.code, int)
    return end.value.code


def test_what_is_so_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the head start of the law the first step holds, and says its figures."""
    assert 0 == play_on(FakeStage(45), monkeypatch, "--json")
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert ("priority", True) == (row["step"], row["ok"])
    expected = {"called": 8, "passed_over": 3, "longest_waiting": 17, "came_later_min": 3, "then": [17, 5, 12]}
    assert expected | {"reason": "PRIORITY_WITHIN_H"} == row["figures"]


def test_a_false_claim_exits_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In an office without a head start the first step is a lie: it is named, on both channels."""
    assert 1 == play_on(FakeStage(0), monkeypatch)
    said = capsys.readouterr()
    assert "   ✗ SAI: the number called first: expected 8, found 17\n" in said.out
    assert "✓" not in said.out
    assert "luot: the number called first: expected 8, found 17\n" in said.err


def test_a_head_start_that_is_too_short_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes bring the priority citizen before two of three: the call's own word gives it away."""
    assert 1 == play_on(FakeStage(2), monkeypatch)


def test_a_false_claim_is_one_json_object(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With ok false, and the claim."""
    assert 1 == play_on(FakeStage(0), monkeypatch, "--json")
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert ("priority", False, "the number called first: expected 8, found 17") == (
        row["step"],
        row["ok"],
        row["error"],
    )


def test_an_office_that_fails_has_not_shown_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the failure, the tour was not true: 1."""
    stage = FakeStage(45)
    stage.breaks = True
    assert 1 == play_on(stage, monkeypatch)
    assert "✗ SAI: the office is away" in capsys.readouterr().out


@pytest.mark.real
def test_every_step_is_true(traceless: dict[str, str]) -> None:
    """Broker, controller, ledger and two readers: five steps, each ok; nothing is left behind."""
    done = subprocess.run(
        [*TOUR, "--json", "--speed", "60"], env=traceless, capture_output=True, text=True, timeout=200, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    rows = {row["step"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert ["priority", "offline", "no_show", "killed", "ledger"] == list(rows)
    assert all(row["ok"] for row in rows.values())
    assert {"tapped": 12, "turns": 12, "lost": 0, "twice": 0} == rows["killed"]["figures"]
    assert [21, 22, 23, 24] == rows["offline"]["figures"]["line"]
    ledger = rows["ledger"]["figures"]
    assert 21 == ledger["taps"] == ledger["settled"]


@pytest.mark.real
def test_a_tour_that_is_interrupted_has_not_shown_all(traceless: dict[str, str]) -> None:
    """SIGTERM in the middle of a step: 130, and nothing is left behind."""
    with subprocess.Popen([*TOUR], env=traceless, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tour:
        assert tour.stdout is not None
        while "17" not in tour.stdout.readline():
            assert tour.poll() is None
        tour.terminate()
        assert 130 == tour.wait(20)
