"""Looking at the past while the office goes on: nothing is waited for, nothing is disturbed, nothing is half seen."""

import json
import threading
from pathlib import Path

from command_line import luot

from luot_controller.bootstrap import adopt
from luot_controller.settings import load_site
from offices import Rig


def test_an_office_that_runs(tmp_path: Path) -> None:
    """Verified and explained between taps and keys of a real office, with its real store still open."""
    rig = Rig(tmp_path)
    for number in range(1, 6):
        rig.tap(number)
    assert rig.command("CallNext")["ok"]
    assert luot("verify", "--data", tmp_path).code == 0
    assert (
        "1 was called to desk 1, because it came first"
        in luot("explain", "1", "--data", tmp_path, "--language", "en").out
    )
    said = luot("explain", "5", "--data", tmp_path, "--language", "en").out.splitlines()
    assert {"3 people are ahead.", "Expected wait: up to 25 min."} <= set(said)
    assert rig.command("Start")["ok"]
    assert rig.command("CallNext")["ok"]
    assert "2 people are ahead." in luot("explain", "5", "--data", tmp_path, "--language", "en").out
    assert luot("verify", "--data", tmp_path).code == 0
    rig.store.close()


def test_while_it_is_being_written(tmp_path: Path) -> None:
    """Whenever one looks, the events and the rows of the state are of the same moment."""
    ready, enough = threading.Event(), threading.Event()

    def go_on() -> None:
        rig = Rig(tmp_path)
        rig.tap(1)
        ready.set()
        while not enough.is_set():
            rig.tap(rig.seq % 39 + 1)
            for command in ("CallNext", "Start"):
                rig.command(command)
        rig.store.close()

    writing = threading.Thread(target=go_on)
    writing.start()
    try:
        assert ready.wait(30)
        found = [json.loads(luot("verify", "--data", tmp_path, "--json").out) for _ in range(5)]
    finally:
        enough.set()
        writing.join()
    assert [[]] * 5 == [one["problems"] for one in found]
    assert found[0]["head"]["event_id"] < found[-1]["head"]["event_id"]


def test_the_rules_are_entered_once(tmp_path: Path) -> None:
    """At the first start, and again only when the site file says something else; office time never goes back."""
    rig = Rig(tmp_path)
    began = rig.store.head().event_id
    adopt(rig.site, rig.store)
    adopt(rig.site, rig.store)
    assert began + 1 == rig.store.head().event_id
    path = tmp_path / "site.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("head_start_min = 45", "head_start_min = 30"))
    adopt(load_site(path), rig.store)
    facts = [fact for _, fact in rig.store.facts(began, 9)]
    assert 2 == len(facts)
    assert facts[0].at_ms <= facts[1].at_ms
    assert luot("verify", "--data", tmp_path).code == 0
    rig.store.close()
