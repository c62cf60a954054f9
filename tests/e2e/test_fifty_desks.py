"""Fifty clerks press *next* at once, over a real broker: nobody is called twice, and nobody is left out.

How many wait in a round comes from a seed. For a longer day, or another one:
    LUOT_ROUNDS=1000 LUOT_SEED=7 python -m pytest -s tests/e2e/test_fifty_desks.py
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from e2e.parts import WITHIN_S, Controller
from luot_controller.client import OfficeClient
from luot_controller.engine.events import VisitCalled, VisitOpened

pytestmark = [pytest.mark.real, pytest.mark.parametrize("kind", ["mosquitto"])]

DESKS = 50
ROUNDS = int(os.environ.get("LUOT_ROUNDS", "40"))
SEED = int(os.environ.get("LUOT_SEED", "20"))

SITE = """
[site]
id = "mot-cua"
name = "Hall"

[numbers]
first = 1
last = 9999

[[services]]
id = "papers"
name = "Papers"

[[classes]]
id = "plain"
name = "Plain"

[[classes]]
id = "first"
name = "First"
head_start_min = 45
""" + "".join(f'\n[[desks]]\nid = "{desk}"\nservices = ["papers"]\n' for desk in range(1, DESKS + 1))


class Clerk:
    """One clerk at one desk, on a connection of its own; does only what the last reply says is possible."""

    def __init__(self, desk: str, client: OfficeClient) -> None:
        self.called: list[int] = []
        self.opened: list[int] = []
        self.in_vain = self.commands = 0
        self._desk, self._client = desk, client
        self._version: int | None = None

    def work(self, waiting: Sequence[int], at_once: threading.Barrier) -> None:
        """A round for each of `waiting`: the first so many clerks put somebody in line, then all press next at once."""
        for count in waiting:
            if int(self._desk) <= count:
                class_id = "first" if int(self._desk) % 3 == 0 else "plain"
                self.opened.append(self._say("OpenVisit", service="papers", **{"class": class_id})["visit"])
            at_once.wait(WITHIN_S)
            reply = self._say("CallNext", ("nobody_waiting",))
            at_once.wait(WITHIN_S)
            if not reply["ok"]:
                self.in_vain += 1
                continue
            self.called.append(reply["desk"]["visit"])
            self._say("Finish")

    def _say(self, command: str, may_refuse: tuple[str, ...] = (), **fields: str) -> dict[str, Any]:
        reply = self._client.command(command, self._desk, expects=self._version, timeout_s=WITHIN_S, **fields)
        self.commands += 1
        assert reply["ok"] or reply["code"] in may_refuse, (command, self._desk, reply)
        self._version = reply["desk"]["version"]
        return reply


def test_nobody_is_called_twice_and_nobody_is_left_out(
    tmp_path: Path, open_controller: Callable[..., Controller]
) -> None:
    """In each round as many are called as wait, each by one desk; the other presses find nobody, and say so."""
    site = tmp_path / "hall.toml"
    site.write_text(SITE, encoding="utf-8")
    controller = open_controller("--site", str(site))
    chance = random.Random(SEED)
    waiting = [chance.choice((1, DESKS // 2, DESKS - 1, DESKS, chance.randint(1, DESKS))) for _ in range(ROUNDS)]
    with ExitStack() as connections, ThreadPoolExecutor(DESKS) as hands:
        clerks = [
            Clerk(desk, connections.enter_context(OfficeClient(controller.access(f"desk-{desk}"), watch=())))
            for desk in map(str, range(1, DESKS + 1))
        ]
        at_once = threading.Barrier(DESKS)
        began_s = time.monotonic()
        working = [hands.submit(clerk.work, waiting, at_once) for clerk in clerks]
        for one in working:
            one.add_done_callback(lambda done: at_once.abort() if done.exception() else None)
        problems = [problem for one in working if (problem := one.exception()) is not None]
        took_s = time.monotonic() - began_s
    assert [] == [problem for problem in problems if not isinstance(problem, threading.BrokenBarrierError)]
    opened = Counter(visit for clerk in clerks for visit in clerk.opened)
    called = Counter(visit for clerk in clerks for visit in clerk.called)
    commands = sum(clerk.commands for clerk in clerks)
    print(f"{ROUNDS} rounds, {commands} commands in {took_s:.1f} s: {called.total()} calls, seed {SEED}")
    assert sum(waiting) == opened.total() == len(opened)
    assert opened == called
    assert DESKS * ROUNDS - sum(waiting) == sum(clerk.in_vain for clerk in clerks)

    facts = controller.facts()
    assert 0 == controller.stop()
    assert opened == Counter(fact.visit for fact in facts if isinstance(fact, VisitOpened))
    assert called == Counter(fact.visit for fact in facts if isinstance(fact, VisitCalled))
