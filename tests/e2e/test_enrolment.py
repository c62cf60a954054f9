"""A hundred cards are enrolled at a real reader: each in its turn, and every one that cannot be taken is named."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from e2e.parts import Controller, Reader, luot, until
from luot_controller.engine.events import CardEnrolled, VisitOpened

pytestmark = [pytest.mark.real, pytest.mark.parametrize("kind", ["mosquitto"])]

STACK = [bytes((0x04, 0xC0, n >> 8, n & 255, 0x5E, 0x80, 0x01)) for n in range(100)]
SPARE = bytes.fromhex("04c1ffff5e8001")


class Sitting:
    """`luot card enrol` in a process of its own; `news` are its lines, `talk` is what it says beside them."""

    def __init__(self, office: Controller, *words: str) -> None:
        command = [sys.executable, "-m", "luot_controller.cli", "card", "enrol", "entry-1", "--json", *words]
        self.process = subprocess.Popen(
            [*command, "--data", str(office.data), "--language", "en"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.news: list[dict[str, Any]] = []
        self.talk: list[str] = []
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._threads = [
            threading.Thread(target=lambda: self.news.extend(map(json.loads, self.process.stdout or ())), daemon=True),
            threading.Thread(target=lambda: self.talk.extend(self.process.stderr or ()), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        until(lambda: "".join(self.talk).startswith("Hold the cards to entry-1"), "the sitting to begin")

    def type(self, word: str) -> None:
        """A word and Enter."""
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def count(self, what: str) -> int:
        """How often this was news."""
        return sum(one["what"] == what for one in self.news)

    def wait(self, what: str, times: int) -> dict[str, Any]:
        """The newest of this kind, once it has been news so often."""
        until(lambda: self.count(what) >= times, f"{what} {times} times; heard {self.news[-3:]} {self.talk[-3:]}")
        return [one for one in self.news if one["what"] == what][-1]

    def end(self) -> int:
        """Wait for its end."""
        code = self.process.wait(30)
        for thread in self._threads:
            thread.join(10)
        return code


def numbers(office: Controller) -> list[int]:
    """The enrolled ones, in order."""
    found: list[int] = json.loads(luot("card", "list", "--json", "--data", office.data))
    return found


def test_a_stack_of_a_hundred(
    open_controller: Callable[..., Controller], open_reader: Callable[[Controller, str], Reader]
) -> None:
    """Numbers in order; a card held twice, one torn away and two at once are named; undo; no visit is opened."""
    office = open_controller()
    reader = open_reader(office, "entry-1")
    reader.shown("ready")
    sitting = Sitting(office, "--start", "101")
    began_s = time.monotonic()
    for place, uid in enumerate(STACK[:60], 1):
        reader.bring(uid)
        assert 100 + place == sitting.wait("enrolled", place)["number"]
    took_s = time.monotonic() - began_s
    print(f"60 cards in {took_s:.1f} s, {1000 * took_s / 60:.0f} ms a card")
    reader.wait(lambda: reader.lines[-1].get("text") == "Số 160: đã ghi thẻ", "the reader to say so too")

    reader.bring(STACK[16])
    assert 117 == sitting.wait("already_enrolled", 1)["number"]

    reader._say({"uids": [SPARE.hex(), STACK[99].hex()]})
    assert "card.several" == sitting.wait("fault", 1)["detail"]
    reader._say({"uid": None})
    reader.wait(lambda: reader.lines[-1]["show"] == "ready", "the two cards to be forgotten")
    reader._say({"uid": SPARE.hex(), "leaves_after_bits": 20})
    until(lambda: "card.unreadable" in [one.get("detail") for one in sitting.news], "the torn card to be named")
    reader._say({"uid": None})
    reader.wait(lambda: reader.lines[-1]["show"] == "ready", "the torn card to be forgotten")

    sitting.type("u")
    assert 160 == sitting.wait("undone", 1)["number"]
    assert 59 == len(numbers(office))
    sitting.type("p")
    sitting.wait("paused", 1)
    reader.bring(SPARE)
    assert "unknown_card" == sitting.wait("ignored", 1)["detail"]
    sitting.type("p")
    assert 160 == sitting.wait("goes_on", 1)["number"]
    for place, uid in enumerate([*STACK[60:], SPARE], 61):
        reader.bring(uid)
        assert 99 + place == sitting.wait("enrolled", place)["number"]
    sitting.type("q")
    assert 0 == sitting.end()
    end = sitting.news[-1]
    assert ("end", 100, 1) == (end["what"], end["enrolled"], end["again"])
    print(f"{1000 * end['s_a_card']:.0f} ms a card")
    assert list(range(101, 201)) == numbers(office)
    assert [] == [fact for fact in office.facts() if isinstance(fact, VisitOpened)]

    reader.bring(STACK[0])
    assert 101 == reader.shown("opened")["number"]
    reader.bring(STACK[59])  # whose number was taken back
    reader.shown("unknown_card")
    count = json.loads(luot("card", "count", "--json", "--data", office.data))
    assert {"enrolled": 100, "in_tray": 99, "in_use": 1, "not_back": 0, "lost": 0} == count["now"]
    assert [(101, 1, 1)] == [(day["enrolled"], day["retired"], day["taken"]) for day in count["days"]]
    luot("verify", "--data", office.data)


def test_it_ends_by_itself_and_by_a_start(
    open_controller: Callable[..., Controller], open_reader: Callable[[Controller, str], Reader]
) -> None:
    """Without cards it ends in time, and the reader serves at once; after a start of the office nothing is enrolled."""
    office = open_controller()
    reader = open_reader(office, "entry-1")
    sitting = Sitting(office, "--idle", "1")
    second = subprocess.run(
        [sys.executable, "-m", "luot_controller.cli", "card", "enrol", "entry-1", "--data", str(office.data)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert (2, True) == (second.returncode, "enrols cards for somebody else" in second.stderr)
    assert 0 == sitting.end()
    reader.bring(SPARE)
    reader.shown("unknown_card")

    sitting = Sitting(office)
    office.kill()
    office.start()
    reader.bring(STACK[0])
    until(lambda: reader.count("unknown_card") == 2, "the reader to be a reader again")
    sitting.process.send_signal(2)
    assert 130 == sitting.end()
    assert [] == numbers(office)
    assert [] == [fact for fact in office.facts() if isinstance(fact, CardEnrolled)]
