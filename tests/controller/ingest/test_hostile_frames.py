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

from hostile_frames import hostile_frames
from luot_controller.service.loop import TURN_MESSAGES
from luot_protocol import codes, frames
from offices import Rig

FRAMES = int(os.environ.get("LUOT_HOSTILE_FRAMES", "200000"))
SEED = int(os.environ.get("LUOT_SEED", "20"))
WARM_UP = 20_000
MOST_BLOCKS = 500
"""That CPython may hold more of after all frames than after the first ones; a block is an object or so."""

REASONS = {
    "cbor.cut", "cbor.depth", "cbor.form", "cbor.key", "cbor.text", "cbor.trailing", "cbor.type",
    "cose.alg", "cose.kid", "cose.shape", "cose.tag",
    "frame.field", "frame.kid", "frame.kind", "frame.mac", "frame.shape", "frame.size", "tap.card",
    "taps_repeated",
}  # fmt: skip
"""All that such a frame is refused for, and how a replayed one counts."""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.store.close()


def test_hostile_frames_are_counted_and_nothing_else(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """200,000 of ten kinds: each under a reason, only replayed ones answered, memory flat, and the next tap served."""
    caplog.set_level(logging.CRITICAL, "luot")  # pytest keeps every line
    key = rig.keys["entry-1"]
    honest = [rig.frame(number) for number in range(1, 21)]
    rig.send(*honest)
    before, facts = Counter(rig.office.counters.counts), list(rig.facts)
    stream = hostile_frames(SEED, honest, key.kid, key.key, frames.UP)
    done = Counter[str]()

    def send(count: int) -> int:
        for _ in range(0, count, TURN_MESSAGES):
            rig.bus.published.clear()
            rig.bus.acked.clear()
            some = list(islice(stream, TURN_MESSAGES))
            rig.send(*some)
            done["sent"] += len(some)
            done["replayed"] += sum(frame in honest for frame in some)
            done["answered"] += len(rig.bus.published)
            done["acknowledged"] += len(rig.bus.acked)
        gc.collect()
        return sys.getallocatedblocks()

    warm = send(WARM_UP)
    grown = send(FRAMES - WARM_UP) - warm
    print(f"{grown} blocks more")
    counted = rig.office.counters.counts - before
    assert dict.fromkeys(("sent", "acknowledged"), FRAMES) | dict.fromkeys(
        ("replayed", "answered"), counted["taps_repeated"]
    ) == dict(done)
    assert (FRAMES, REASONS) == (counted.total(), set(counted))
    assert facts == rig.facts
    assert grown < MOST_BLOCKS
    last = rig.tap(21)
    assert (codes.OPENED, 21, 20) == (last.code, last.number, last.ahead)
