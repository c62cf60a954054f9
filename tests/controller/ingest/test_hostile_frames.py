"""What whoever can publish on a link, with or without a reader's key, does to the office: nothing that is not counted.

For more of them, or others:
    LUOT_HOSTILE_FRAMES=5000000 LUOT_SEED=7 python -m pytest tests/controller/ingest/test_hostile_frames.py
"""

import gc
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from hostile_frames import FALSE, hostile_frames
from luot_controller.service.loop import TURN_MESSAGES
from luot_protocol import codes, frames, topics
from offices import Rig

FRAMES = int(os.environ.get("LUOT_HOSTILE_FRAMES", "200000"))
SEED = int(os.environ.get("LUOT_SEED", "20"))
WARM_UP = 20_000
MOST_BLOCKS = 500
"""That CPython may hold more of after all frames than after the first ones; a block is an object or so."""

REASONS = {
    "cbor.cut", "cbor.depth", "cbor.form", "cbor.key", "cbor.text", "cbor.trailing", "cbor.type",
    "cose.alg", "cose.kid", "cose.shape", "cose.tag",
    "frame.field", "frame.kid", "frame.kind", "frame.mac", "frame.shape", "frame.size",
    "taps_repeated", "reports_old",
}  # fmt: skip
"""All that such a frame is refused for, and how a replayed one counts, and one with a settled tap's name."""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.store.close()


def test_hostile_frames_are_counted_and_nothing_else(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """200,000 of ten kinds: each under a reason, a receipt only for settled taps, memory flat, the next tap served."""
    caplog.set_level(logging.CRITICAL, "luot")  # pytest keeps every line
    key = rig.keys["entry-1"]
    health = dict.fromkeys(frames.HEALTH) | {"boot": 1, "count": 1, "version": "1.0", "faults": [1], "signal_dbm": -60}
    honest = [rig.frame(number) for number in range(1, 21)] + [frames.seal_health(health, key.kid, key.key)]
    rig.send(*honest)
    before, facts = Counter(rig.office.counters.counts), list(rig.facts)
    stream = hostile_frames(SEED, honest, key.kid, key.key, frames.UP)
    done, down = Counter[str](), topics.build("test", "link_down", "entry-1")

    def send(count: int) -> int:
        for _ in range(0, count, TURN_MESSAGES):
            rig.bus.published.clear()
            rig.bus.acked.clear()
            some = list(islice(stream, TURN_MESSAGES))
            rig.send(*(frame for _, frame in some))
            done["named"] += sum(what != FALSE for what, _ in some)
            done["answered"] += sum(topic == down for topic, _, _ in rig.bus.published)
            done["acknowledged"] += len(rig.bus.acked)
        gc.collect()
        return sys.getallocatedblocks()

    warm = send(WARM_UP)
    grown = send(FRAMES - WARM_UP) - warm
    print(f"{grown} blocks more")
    counted = rig.office.counters.counts - before
    named = counted["taps_repeated"]
    assert {"named": named, "answered": named, "acknowledged": FRAMES} == done
    assert (FRAMES, REASONS) == (counted.total(), set(counted))
    assert facts == rig.facts
    assert grown < MOST_BLOCKS
    last = rig.tap(21)
    assert (codes.OPENED, 21, 20) == (last.code, last.number, last.ahead)
