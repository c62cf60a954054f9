"""kill -9 in the middle of commits: whole commits remain, and every one that was acknowledged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine_day import folded, picture
from killed_office import FACTS_A_TURN

from luot_controller.settings import load_site
from luot_controller.store.sqlite import SqliteStore

HERE = Path(__file__).parent


@pytest.mark.parametrize("acknowledged", [1, 17, 60])
def test_kill_9(tmp_path: Path, acknowledged: int) -> None:
    """Killed at an arbitrary point after so many turns: nothing acknowledged is missing, nothing is there in part."""
    path = os.pathsep.join(str(folder) for folder in (HERE, HERE.parent, HERE.parents[1]))
    process = subprocess.Popen(
        [sys.executable, HERE / "killed_office.py", tmp_path],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    with process, process.stdout as lines:
        heard = [int(next(lines)) for _ in range(acknowledged)]
        process.kill()
        heard += [int(line) for line in lines if line.endswith("\n")]
    assert heard == list(range(FACTS_A_TURN, heard[-1] + 1, FACTS_A_TURN))

    store = SqliteStore(tmp_path)
    policy = load_site(tmp_path / "site.toml").policy()
    facts = store.facts(0, 1_000_000)
    state = store.recover(policy).state
    store.close()
    assert 0 == len(facts) % FACTS_A_TURN
    assert heard[-1] <= len(facts) == facts[-1][0] <= heard[-1] + FACTS_A_TURN
    assert picture(folded(policy, [fact for _, fact in facts]), policy) == picture(state, policy)
