"""`luot desk`, `visit`, `day`, `card` and `site`, said to an office that runs on a real broker."""

import json
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import luot

from luot_controller import bootstrap
from luot_controller.settings import FILE
from luot_controller.site_watch import proposal
from luot_controller.store.sqlite import SqliteStore
from offices import SITE_TOML

SITE = SITE_TOML.replace("[[services]]", "[numbers]\nfirst = 900\nlast = 905\n\n[[services]]", 1)

pytestmark = pytest.mark.real


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The folder of an office that is open; it closes with the test."""
    site, stopping, ready = tmp_path / "site.toml", threading.Event(), threading.Event()
    site.write_text(SITE, encoding="utf-8")
    inbox = queue.SimpleQueue[Any]()
    office = threading.Thread(
        target=bootstrap.run_office,
        args=(tmp_path / "office",),
        kwargs={
            "stopping": stopping,
            "inbox": inbox,
            "site_file": site,
            "port": 0,
            "on_ready": lambda *_: ready.set(),
            "on_fact": lambda _fact: None,
        },
    )
    office.start()
    assert ready.wait(20)
    yield tmp_path / "office"
    stopping.set()
    inbox.put(None)
    office.join(20)
    assert not office.is_alive()


def say(data: Path, *words: str, code: int = 0) -> dict[str, Any]:
    """Run a command with --json; it must end so."""
    said = luot(*words, "--json", "--data", data)
    assert code == said.code, said
    reply: dict[str, Any] = json.loads(said.out)
    return reply


def test_a_day_at_the_command_line(data: Path) -> None:
    """Visits come, are called, cancelled and sent home, desks pause and close; each refusal has its word."""
    opened = say(data, "visit", "open", "--service", "papers", "--then", "land", "--class", "first")
    assert (900, 0) == (opened["number"], opened["ahead"])
    say(data, "visit", "open", "--service", "land", "--class", "plain", "--appointed", "23:59")
    assert "paused" == say(data, "desk", "pause", "2", "--reason", "tea")["desk"]["duty"]
    refused = luot("visit", "call", "901", "--desk", "2", "--reason", "faint", "--language", "en", "--data", data)
    assert (1, "") == (refused.code, refused.out)
    assert "desk_paused: the desk is paused: open it first" in refused.err
    say(data, "desk", "open", "2")
    assert 901 == say(data, "visit", "call", "901", "--desk", "2", "--reason", "faint")["called"]
    say(data, "visit", "cancel", "900", "--reason", "left")
    assert "visit_over" == say(data, "visit", "return", "900", code=1)["code"]
    assert "unknown_card" == say(data, "card", "block", "7", code=1)["code"]
    assert "desk_busy" == say(data, "desk", "close", "2", code=1)["code"]
    closed = luot("day", "close", "--language", "en", "--data", data)
    assert "The day is closed: 0 finished, 1 expired, 0 kept; 0 cards are not back.\n" == closed.out
    say(data, "day", "open")
    assert 2 == luot("visit", "open", "--service", "land", "--class", "plain", "--appointed", "9", "--data", data).code


def test_the_site_file_changes_while_the_office_is_open(data: Path) -> None:
    """A good file is taken into force and kept; a bad one is refused, here or by the office, and is gone."""
    fresh = data.parent / "fresh.toml"
    fresh.write_text(SITE.replace('name = "Land"', 'name = "Land and forest"'), encoding="utf-8")
    assert 0 == luot("site", "check", fresh).code
    say(data, "site", "reload", str(fresh))
    assert "Land and forest" in (data / FILE).read_text(encoding="utf-8")
    say(data, "visit", "open", "--service", "land", "--class", "first")
    fresh.write_text(SITE.replace('"first"', '"other"'), encoding="utf-8")
    needed = say(data, "site", "reload", str(fresh), code=1)
    assert "site_file_invalid" == needed["code"]
    assert "first still has visits: keep it" in needed["detail"]
    fresh.write_text(SITE.replace("last = 905", "last = 5"), encoding="utf-8")
    refused = luot("site", "reload", fresh, "--data", data)
    assert 2 == refused.code
    assert "numbers.last = 5: 900 or more" in refused.err
    assert not proposal(data / FILE).exists()
    assert "Land and forest" in (data / FILE).read_text(encoding="utf-8")


def test_a_card_goes_out_of_use(data: Path, tmp_path: Path) -> None:
    """Retired, it is no card of the site; what is counted says so; taps are handed in from a file, twice the same."""
    cards = tmp_path / "cards.csv"
    cards.write_text("number,uid\n1,04a1b2c3\n2,04a1b2c4\n3,04a1b2c5\n", encoding="utf-8")
    luot("card", "import", "--data", data, cards)
    hashes = {number: card.hex() for card, number in stored(data).items()}
    taps = [[1, seq, hashes[seq], 1000 * (9 - seq), 0] for seq in (1, 2)]
    file = tmp_path / "unsent.json"
    file.write_text(json.dumps({"reader": "entry-1", "kid": "0a01", "read_ms": 0, "taps": taps}), encoding="utf-8")
    assert {"new": 2, "known": 0, "clashing": 0} == say(data, "device", "hand-in", str(file))
    said = luot("device", "hand-in", str(file), "--language", "en", "--data", data)
    assert "0 taps taken, 2 known before, 0 with another tap's name\n" == said.out
    assert "card_in_use" == say(data, "card", "retire", "1", code=1)["code"]
    assert say(data, "card", "retire", "3", "--reason", "broken")["ok"]
    count = say_of(data, "card", "count")
    assert {"enrolled": 2, "in_tray": 0, "in_use": 2, "not_back": 0, "lost": 0} == count["now"]
    assert [(2, 1)] == [(day["taken"], day["retired"]) for day in count["days"]]
    shown = luot("card", "count", "--language", "en", "--data", data).out
    assert "     2  in use\n" in shown
    assert "retired" in shown


@pytest.mark.parametrize("content", ["{", "[]", '{"reader": "entry-1", "kid": "0a", "read_ms": 0, "taps": [[1]]}'])
def test_a_file_without_taps(data: Path, tmp_path: Path, content: str) -> None:
    """It is named, and nothing is said to the office."""
    file = tmp_path / "unsent.json"
    file.write_text(content, encoding="utf-8")
    said = luot("device", "hand-in", str(file), "--data", data)
    assert (2, True) == (said.code, "holds no taps of a reader" in said.err)


def stored(data: Path) -> dict[bytes, int]:
    """The site's cards."""
    store = SqliteStore(data)
    try:
        return store.cards()
    finally:
        store.close()


def say_of(data: Path, *words: str) -> dict[str, Any]:
    """What a command that only reads says as JSON."""
    found: dict[str, Any] = json.loads(luot(*words, "--json", "--data", data).out)
    return found
