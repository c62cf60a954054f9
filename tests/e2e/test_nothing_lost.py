"""Taps survive the death of everything between the card and the ledger, each exactly once and in true order."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from brokers import RunningBroker
from e2e.parts import Controller, Reader, enrol, until
from luot_controller.client import OfficeClient
from luot_controller.engine.events import VisitOpened

pytestmark = pytest.mark.real

SITE = "mot-cua"
READERS = ("entry-1", "entry-2", "entry-3")
TAPS = 500
KILLS_EACH = 4
SEED = 20
TAPS_APART_S = 0.2
"""Two readers' taps are told apart by more than the time a frame takes on its way, tens of ms on a busy machine."""

OpenReader = Callable[[Controller, str], Reader]


@pytest.fixture
def apart(parts: ExitStack, tmp_path: Path, kind: str) -> tuple[Controller, RunningBroker]:
    """A controller and a broker that can be killed one without the other; the broker keeps nothing on disk."""
    data = tmp_path / "office"
    data.mkdir()
    running = RunningBroker(data, kind, SITE, ["desk-1", "desk-2", "desk-3", "desk-4"], READERS)
    parts.callback(running.stop)
    controller = Controller(data, "--url", running.access("controller").url())
    parts.callback(controller.stop)
    return controller, running


def test_every_tap_becomes_one_visit(apart: tuple[Controller, RunningBroker], open_reader: OpenReader) -> None:
    """500 taps from 3 readers while controller and broker are each killed four times: 0 lost, 0 twice."""
    controller, running = apart
    uids = enrol(controller, TAPS)
    readers = [open_reader(controller, name) for name in READERS]
    for reader in readers:
        reader.shown("ready")

    script = random.Random(SEED)
    victims = ["controller", "broker"] * KILLS_EACH
    script.shuffle(victims)
    kill_at = dict(zip(sorted(script.sample(range(20, TAPS - 20), len(victims))), victims, strict=True))
    killed = Counter[str]()

    def kill(victim: str) -> None:
        if victim == "controller":
            controller.kill()
            controller.start()
        else:
            running.restart()
        killed[victim] += 1

    killing: list[threading.Thread] = []
    for number, uid in uids.items():
        if number in kill_at:
            for thread in killing:
                thread.join()
            killing = [threading.Thread(target=kill, args=(kill_at[number],))]
            killing[0].start()
        readers[script.randrange(3)].hold(uid)
    for thread in killing:
        thread.join()
    for reader in readers:
        reader.wait_settled()

    visits = Counter(fact.number for fact in controller.facts() if isinstance(fact, VisitOpened))
    assert {"controller": KILLS_EACH, "broker": KILLS_EACH} == killed
    assert dict.fromkeys(uids, 1) == visits


def test_true_order_across_an_outage(apart: tuple[Controller, RunningBroker], open_reader: OpenReader) -> None:
    """Three readers tapped in turn while the controller is away for an office minute: the line is in tap order."""
    controller, running = apart
    controller.stop()
    controller = Controller(controller.data, "--url", running.access("controller").url(), "--speed", "20")
    try:
        taps = list(range(1, 27))
        uids = enrol(controller, len(taps))
        readers = [open_reader(controller, name) for name in READERS]
        for reader in readers:
            reader.shown("ready")

        clock = threading.Event()

        def tap(numbers: list[int]) -> None:
            for number in numbers:
                readers[number % 3].hold(uids[number])
                clock.wait(TAPS_APART_S)

        tap(taps[:4])
        until(lambda: sum(reader.count("opened") for reader in readers) == 4, "the taps before the outage")
        controller.kill()
        tap(taps[4:20])  # 16 taps, 3 s: a minute of this office
        controller.start()
        tap(taps[20:])
        for reader in readers:
            reader.wait_settled()

        opened = [fact for fact in controller.facts() if isinstance(fact, VisitOpened)]
        assert taps == [fact.number for fact in sorted(opened, key=lambda fact: fact.rank_ms)]
        assert taps != [fact.number for fact in opened], "the frames came in tap order: no test of it"
        with OfficeClient(controller.access("desk-3")) as clerk:
            clerk.wait_ready(10)
            land = [number for number in taps if number % 3 == 2]
            called = []
            for _ in range(5):
                called.append(clerk.command("CallNext", "3")["called"])
                clerk.command("Start", "3")
            assert land[:5] == called
    finally:
        controller.stop()
