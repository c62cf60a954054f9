"""Taps that were held up keep their place in the line."""

import threading
from collections.abc import Callable

import pytest

from brokers import RunningBroker
from e2e.parts import READERS, Controller, Reader, enrol, until
from luot_controller.client import OfficeClient
from luot_controller.engine.events import VisitOpened

pytestmark = pytest.mark.real

TAPS_APART_S = 0.2
"""Two readers' taps are told apart by more than the time a frame takes on its way, tens of ms on a busy machine."""

OpenReader = Callable[[Controller, str], Reader]


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
