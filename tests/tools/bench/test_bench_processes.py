"""luot_tools.bench.processes: a child that is heard, and that is gone in the end whatever it does."""

import sys
from pathlib import Path

import pytest

from luot_controller.errors import LuotError, TimedOut
from luot_tools.bench import processes
from luot_tools.bench.processes import Process, run

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(99)"
)


@pytest.fixture(params=[True, False], ids=["tied", "free"])
def tied(request: pytest.FixtureRequest) -> bool:
    """With its launcher and without."""
    return bool(request.param)


def test_one_that_will_not_end_is_killed(tmp_path: Path, tied: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for until it speaks; SIGTERM has its time, then SIGKILL."""
    monkeypatch.setattr(processes, "STOP_WITHIN_S", 0.1)
    with Process("it", sys.executable, "-c", STUBBORN, log=tmp_path / "log", tied=tied) as process:
        process.wait_said("here")
        assert process.running
    assert not process.running


def test_one_that_ends_says_why(tmp_path: Path, tied: bool) -> None:
    """Its last words are in the error."""
    command = (sys.executable, "-c", "raise SystemExit('no disk')")
    with (
        Process("it", *command, log=tmp_path / "log", tied=tied) as process,
        pytest.raises(LuotError, match="it has ended") as caught,
    ):
        process.wait_said("here")
    assert "no disk" in caught.value.hint


def test_one_that_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit."""
    monkeypatch.setattr(processes, "START_WITHIN_S", 0.05)
    with (
        Process(
            "it", sys.executable, "-c", "import time; time.sleep(99)", log=tmp_path / "log", env={"A": "b"}
        ) as process,
        pytest.raises(TimedOut, match="here"),
    ):
        process.wait_said("here")


def test_its_processor_time(tmp_path: Path, tied: bool) -> None:
    """Grows with its work: half a second of it is seen to be about that, whatever else runs."""
    work = "import time\nwhile time.process_time() < 0.5: pass\nprint('done', flush=True)\ntime.sleep(99)"
    with Process("it", sys.executable, "-c", work, log=tmp_path / "log", tied=tied) as process:
        process.wait_said("done")
        assert 0.4 <= process.cpu_s <= 5.0


def test_a_command_returns_what_it_printed() -> None:
    """With the environment that was given on top of ours; a failure has its words."""
    assert "b\n" == run("it", sys.executable, "-c", "import os; print(os.environ['A'])", env={"A": "b"})
    with pytest.raises(LuotError, match="exit code 1") as caught:
        run("it", sys.executable, "-c", "raise SystemExit('no disk')")
    assert "no disk" == caught.value.hint
