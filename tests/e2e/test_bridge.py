"""Readers on cables through one bridge, all real: nothing is lost and nothing twice, whatever is pulled or killed."""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from e2e.parts import READERS, Controller, enrol, until
from e2e.wired import Bridge, WiredReader
from luot_controller.engine.events import TapAnswered, TapIgnored, VisitOpened

pytestmark = [pytest.mark.real, pytest.mark.alone, pytest.mark.parametrize("kind", ["mosquitto"])]

SEED = 20
PULLS = {"entry-1": 7, "entry-2": 7, "entry-3": 6}
TAPS = 4
"""Before each pull, and again while the cable is out."""


def test_cables_pulled_under_taps(
    open_controller: Callable[..., Controller], parts: ExitStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three readers, 20 cables pulled, half of them with the power, and the bridge killed: each card has one visit.

    A tap is answered also when its receipt was under way in the cable; what was shown is what the ledger says.
    """
    controller = open_controller()
    uids = enrol(controller, 2 * TAPS * sum(PULLS.values()) + len(READERS))
    ports = {name: tmp_path / f"usb-{name}" for name in READERS}
    bridge = Bridge("--data", controller.data, *(word for port in ports.values() for word in ("--port", port)))
    parts.callback(bridge.stop)
    readers = [WiredReader(controller, name, tmp_path / name, port) for name, port in ports.items()]
    for reader in readers:
        parts.callback(reader.close)
        reader.cable.plug()
        reader.shown("ready")
    cards = iter(sorted(uids.values()))
    hands = {reader.id: [next(cards) for _ in range(2 * TAPS * PULLS[reader.id] + 1)] for reader in readers}
    started = time.monotonic()

    def wear_out(reader: WiredReader) -> list[tuple[int, int]]:
        script, tray = random.Random(f"{SEED} {reader.id}"), iter(hands[reader.id])
        taps = []
        for pull in range(PULLS[reader.id]):
            taps += [reader.bring(next(tray)) for _ in range(TAPS)]
            time.sleep(script.uniform(0, 0.02))  # frames and receipts are under way
            if pull % 2:
                reader.kill()
            reader.cable.pull()
            if pull % 2 == 0:
                taps += [reader.bring(next(tray)) for _ in range(TAPS)]
            reader.cable.plug()
            if pull % 2:
                reader.start()
                taps += [reader.bring(next(tray)) for _ in range(TAPS)]
            reader.wait_answered(*taps[-1])
        return taps

    with ThreadPoolExecutor(len(readers)) as pool:
        working = [pool.submit(wear_out, reader) for reader in readers]
        until(lambda: sum(len(reader.heard) for reader in readers) > len(uids) // 2, "half of the taps")
        bridge.kill()
        bridge.start()
        taps = {reader.id: work.result() for reader, work in zip(readers, working, strict=True)}
    for reader in readers:
        taps[reader.id].append(reader.bring(hands[reader.id][-1]))
        reader.wait_answered(*taps[reader.id][-1])
    assert [0, 0, 0] == [reader.unsettled() for reader in readers]

    facts = controller.facts()
    settled = Counter((f.kid, f.boot, f.seq) for f in facts if isinstance(f, TapAnswered | TapIgnored))
    heard = {(reader.kid, *tap) for reader in readers for tap in taps[reader.id]}
    assert (set(), {1}) == (heard - settled.keys(), set(settled.values()))
    assert dict.fromkeys(range(1, len(uids) + 1), 1) == Counter(f.number for f in facts if isinstance(f, VisitOpened))
    with capsys.disabled():
        print(f"\n{len(heard)} taps through one bridge, {sum(PULLS.values())} cables pulled: 0 lost, 0 twice;", end="")
        print(f" {time.monotonic() - started:.0f} s")
