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

OpenReader = Callable[[Controller, str], Reader]


@pytest.fixture
def apart(parts: ExitStack, tmp_path: Path) -> tuple[Controller, RunningBroker]:
    """A controller and a broker that can be killed one without the other; the broker keeps nothing on disk."""
    data = tmp_path / "office"
    data.mkdir()
    running = RunningBroker(data, "mosquitto", SITE, ["desk-1", "desk-2", "desk-3", "desk-4"], READERS)
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
    controller = Controller(controller.data, "--url", running.access("controller").url(), "--speed", "10")
    try:
        uids = enrol(controller, 60)
        readers = [open_reader(controller, name) for name in READERS]
        for reader in readers:
            reader.shown("ready")
        for number in range(1, 7):
            readers[number % 3].hold(uids[number])
        until(lambda: sum(reader.count("opened") for reader in readers) == 6, "the taps before the outage")

        controller.kill()
        outage = threading.Event()
        for number in range(7, 55):
            outage.wait(0.125)  # 48 taps: 6 s, a minute of this office
            readers[number % 3].hold(uids[number])
        controller.start()
        for number in range(55, 61):
            readers[number % 3].hold(uids[number])
        until(lambda: sum(reader.count("opened") for reader in readers) == 60, "the receipts of all")

        opened = [fact for fact in controller.facts() if isinstance(fact, VisitOpened)]
        assert list(range(1, 61)) == [fact.number for fact in sorted(opened, key=lambda fact: fact.rank_ms)]
        assert list(range(1, 61)) != [fact.number for fact in opened], "the frames came in tap order: no test of it"
        with OfficeClient(controller.access("desk-3")) as clerk:
            clerk.wait_ready(10)
            land = [number for number in range(1, 61) if number % 3 == 2]
            assert land[:5] == [clerk.command("CallNext", "3")["called"] for _ in range(5)]
    finally:
        controller.stop()
