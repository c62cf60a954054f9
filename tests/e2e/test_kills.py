"""Taps survive the death of everything between the card and the ledger, each exactly once.

Cards go through the model of the card chip, taps onto a littlefs in the model of the flash. Who dies when comes from a
seed; for another day:
    LUOT_SEED=7 python -m pytest tests/e2e/test_kills.py
"""

import os
import queue
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from brokers import RunningBroker
from e2e.parts import READERS, Controller, Reader, enrol, until
from luot_controller.client import OfficeClient
from luot_controller.engine.events import TapAnswered, TapIgnored, VisitOpened
from luot_protocol import codes

pytestmark = pytest.mark.real

SEED = int(os.environ.get("LUOT_SEED", "20"))
TAPS = {"mosquitto": 2000, "amqtt": 500}
KILLS = {"controller": 6, "broker": 5} | dict.fromkeys(READERS, 3)
QUIET_TAPS = 20
"""At the beginning and the end nobody dies."""
WRITING_S = 0.004
"""The seed puts a loss of power this long or less after the beginning of a write."""

TapName = tuple[str, int, int]
"""(kid, boot, seq)"""


class Repeats:
    """Counts frames that were settled before, through all lives of the controller; it dies with up to 2 s untold."""

    def __init__(self, controller: Controller) -> None:
        self.count = self._last = 0
        self.client = OfficeClient(controller.access("watch"), on_change=self._hear, watch=("office",))

    def _hear(self, _name: str, _of: str | None, office: dict[str, Any]) -> None:
        now = office.get("counters", {}).get("taps_repeated", 0)
        self.count += now - self._last if now >= self._last else now
        self._last = now


class Readers:
    """Keeps readers busy, each with the next card from the tray; `taps` is (name, card number) of each tap heard."""

    def __init__(self, readers: list[Reader], cards: dict[int, bytes]) -> None:
        self.taps: list[tuple[TapName, int]] = []
        self._tray: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        for card in cards.items():
            self._tray.put(card)
        self._hands = ThreadPoolExecutor(len(readers))
        self.working = [self._hands.submit(self._tap, reader) for reader in readers]

    def _tap(self, reader: Reader) -> None:
        kid = reader.kid
        while True:
            try:
                number, uid = self._tray.get_nowait()
            except queue.Empty:
                return
            self.taps.append(((kid, *reader.bring(uid)), number))

    def reach(self, count: int) -> None:
        """Wait until so many taps were heard; or until something went wrong, which `working` tells."""
        while (now := len(self.taps)) < count and not self._is_over():
            until(lambda: len(self.taps) > now or self._is_over(), f"tap {now + 1}")

    def _is_over(self) -> bool:
        return any(hand.done() for hand in self.working)


def test_every_tap_becomes_one_visit(
    kind: str,
    parts: ExitStack,
    apart: tuple[Controller, RunningBroker],
    open_reader: Callable[[Controller, str], Reader],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """2,000 taps, 3 readers, 20 kills of readers, controller and broker: 0 lost of those shown as heard, 0 twice.

    Each card is brought once, and again only by whoever saw no "heard" because power went: one visit each, and under
    each name that was shown as heard one answer, that card's.
    """
    controller, running = apart
    uids = enrol(controller, TAPS[kind] + len(READERS))
    readers = {name: open_reader(controller, name) for name in READERS}
    repeats = Repeats(controller)
    parts.enter_context(repeats.client)
    for reader in readers.values():
        reader.shown("ready")

    script, started = random.Random(SEED), time.monotonic()
    victims = [victim for victim, times in KILLS.items() for _ in range(times)]
    script.shuffle(victims)
    moments = sorted(script.sample(range(QUIET_TAPS, TAPS[kind] - QUIET_TAPS), len(victims)))

    def kill(victim: str, after_s: float) -> None:
        if victim == "controller":
            controller.kill()
            controller.start()
        elif victim == "broker":
            running.restart()
        else:
            readers[victim].cut_power(after_s)

    closing = [uids.popitem() for _ in READERS]
    hall = Readers(list(readers.values()), uids)
    # One part dies again only when it is back; several parts may be dead at a time.
    killers = {victim: ThreadPoolExecutor(1) for victim in KILLS}
    killing: list[Future[None]] = []
    for moment, victim in zip(moments, victims, strict=True):
        hall.reach(moment)
        killing.append(killers[victim].submit(kill, victim, script.uniform(0, WRITING_S)))
    for done in (*killing, *hall.working):
        done.result()

    for reader, (number, uid) in zip(readers.values(), closing, strict=True):
        reader.kill()
        reader.start()
        boot, seq = reader.bring(uid)
        hall.taps.append(((reader.kid, boot, seq), number))
        reader.wait_answered(boot, seq)  # the oldest are sent first: then all are
    assert [0, 0, 0] == [reader.unsettled() for reader in readers.values()]

    facts = controller.facts()
    settled = [fact for fact in facts if isinstance(fact, TapAnswered | TapIgnored)]
    ledger = {(fact.kid, fact.boot, fact.seq): (codes.name(fact.code), fact.number) for fact in settled}
    assert len(ledger) == len(settled), "one tap settled twice"
    assert len(hall.taps) == len(dict(hall.taps)), "two taps of one name"
    assert dict(hall.taps) == {name: ledger.get(name, (None, None))[1] for name, _ in hall.taps}
    visits = Counter(fact.number for fact in facts if isinstance(fact, VisitOpened))
    assert dict.fromkeys(range(1, len(hall.taps) + 1), 1) == visits
    told = {
        ((reader.kid, line["boot"], line["seq"]), (line["show"], line["number"]))
        for reader in readers.values()
        for line in reader.lines
        if "number" in line
    }
    assert told <= set(ledger.items()), "what was shown is not what the ledger says"

    brought = sum(reader.brought for reader in readers.values()) - len(hall.taps)
    assert len(settled) - len(hall.taps) <= brought
    boots = [reader.heard[-1][0] for reader in readers.values()]
    with capsys.disabled():
        print(
            f"\n{kind}, seed {SEED}: {len(hall.taps)} taps heard, {brought} brought again after a loss of power,"
            f" {len(settled) - len(hall.taps)} kept but not shown;\n  killed {dict(Counter(victims))}, starts of the"
            f" readers {boots}; {repeats.count} frames sent again or more; {time.monotonic() - started:.0f} s"
        )
