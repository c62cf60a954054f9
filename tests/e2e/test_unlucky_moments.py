"""Several things go wrong at once: a hung controller, a dead broker, a dark office, a new key; no tap pays for it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from brokers import RunningBroker
from e2e.parts import READERS, Controller, Reader, enrol, until
from luot_controller.client import OfficeClient
from luot_controller.engine.events import TapAnswered, VisitOpened

pytestmark = [pytest.mark.real, pytest.mark.parametrize("kind", ["mosquitto"])]

OpenReader = Callable[[Controller, str], Reader]


def bring(readers: Sequence[Reader], uids: Iterable[bytes]) -> None:
    """Tap these cards, the readers in turn and each as fast as it can."""
    uids = list(uids)

    def work(place: int) -> None:
        for uid in uids[place :: len(readers)]:
            readers[place].bring(uid)

    with ThreadPoolExecutor() as hands:
        list(hands.map(work, range(len(readers))))


def opened(controller: Controller) -> Counter[int]:
    """How often each card's visit was opened."""
    return Counter(fact.number for fact in controller.facts() if isinstance(fact, VisitOpened))


def test_a_broker_dies_while_the_controller_hangs(
    apart: tuple[Controller, RunningBroker], open_reader: OpenReader
) -> None:
    """With as many frames under way as readers send ahead, and a broker that forgets them all: each tap is a visit."""
    controller, running = apart
    uids = enrol(controller, 30)
    readers = [open_reader(controller, name) for name in READERS]
    for reader in readers:
        reader.shown("ready")
    listener = running.peer("controller", "link/+/up")
    controller.hang()
    bring(readers, uids.values())
    under_way = {listener.take().payload for _ in range(3 * 8)}
    assert 3 * 8 == len(under_way)
    running.crash()
    controller.go_on()
    until(running.broker.ensure, "the broker's restart")
    for reader in readers:
        reader.wait_settled()
    assert dict.fromkeys(uids, 1) == opened(controller)


def test_the_lights_go_out(apart: tuple[Controller, RunningBroker], open_reader: OpenReader) -> None:
    """Controller, broker and readers lose power with taps unsent: each becomes a visit, its age marked as unknown."""
    controller, running = apart
    uids = enrol(controller, 9)
    readers = [open_reader(controller, name) for name in READERS]
    before, dark, after = range(1, 4), range(4, 7), range(7, 10)
    bring(readers, map(uids.__getitem__, before))
    for reader in readers:
        reader.wait_settled()
    controller.kill()
    bring(readers, map(uids.__getitem__, dark))
    running.crash()
    for reader in readers:
        reader.kill()
    for reader in readers:
        reader.start()
    bring(readers, map(uids.__getitem__, after))
    until(running.broker.ensure, "the broker's restart")
    controller.start()
    for reader in readers:
        reader.wait_settled()
    assert dict.fromkeys(uids, 1) == opened(controller)
    aged = {fact.number: fact.aged for fact in controller.facts() if isinstance(fact, VisitOpened)}
    assert {number: number not in dark for number in uids} == aged


def test_a_new_key_while_frames_of_the_old_one_are_under_way(
    apart: tuple[Controller, RunningBroker], open_reader: OpenReader
) -> None:
    """What was signed with the old key is refused; the reader keeps those taps and sends them under the new one."""
    controller, running = apart
    uids = enrol(controller, 3)
    reader = open_reader(controller, "entry-1")
    reader.shown("ready")
    listener = running.peer("controller", "link/entry-1/up")
    controller.hang()
    bring([reader], uids.values())
    for _ in uids:
        listener.take()
    old = reader.kid
    reader.kill()
    reader.provision()
    reader.start()
    controller.go_on()
    reader.wait_settled()
    assert dict.fromkeys(uids, 1) == opened(controller)
    assert {reader.kid} == {fact.kid for fact in controller.facts() if isinstance(fact, TapAnswered)} != {old}
    with OfficeClient(controller.access("watch")) as watch:
        watch.wait_ready(10)
        assert watch.ask("status")["status"]["counters"]["frame.kid"] >= len(uids)


def test_a_flash_that_was_set_back(apart: tuple[Controller, RunningBroker], open_reader: OpenReader) -> None:
    """An old copy of the flash names taps a second time: the reader says that none counts; with a new key they do."""
    controller, _ = apart
    uids = enrol(controller, 2)
    reader = open_reader(controller, "entry-1")
    reader.shown("ready")
    reader.kill()
    image = reader.flash / "flash.img"
    copy = image.read_bytes()
    reader.start()
    first = reader.bring(uids[1])
    reader.wait_settled()
    reader.kill()
    image.write_bytes(copy)
    reader.start()
    assert first == reader.bring(uids[2])
    reader.shown("no_receipt")
    assert {1: 1} == opened(controller)
    until(lambda: b"provision it anew" in controller.log, "the log's line")
    reader.kill()
    reader.provision()
    reader.start()
    reader.wait_settled()
    assert {1: 1, 2: 1} == opened(controller)
