"""What whoever can publish to a reader, with or without its key, does to it: nothing that is not counted.

For more of them, or others:
    LUOT_HOSTILE_FRAMES=100000 LUOT_SEED=7 python -m pytest tests/firmware/test_firmware_hostile_receipts.py
"""

import json
import os
from itertools import islice
from pathlib import Path

import pytest
from surroundings import HEAP, HERE, run_micropython
from test_firmware_link import KEY, KID

from hostile_frames import REPLAYED, hostile_frames
from luot_protocol import codes, frames, office_frames

pytestmark = pytest.mark.real

FRAMES = int(os.environ.get("LUOT_HOSTILE_FRAMES", "30000"))
SEED = int(os.environ.get("LUOT_SEED", "20"))
HONEST = 20
MOST_BYTES = 1000
"""That the heap may hold more of after all frames than after the first 2,000."""

REASONS = {
    "cbor.cut", "cbor.depth", "cbor.form", "cbor.key", "cbor.text", "cbor.trailing", "cbor.type",
    "cose.alg", "cose.kid", "cose.shape", "cose.tag",
    "frame.field", "frame.kid", "frame.kind", "frame.mac", "frame.shape", "frame.size",
    "receipt.unknown",
}  # fmt: skip
"""All that such a frame is ignored for; the last is a replayed one's."""


def test_hostile_receipts_are_counted_and_nothing_else(tmp_path: Path) -> None:
    """30,000 of ten kinds: none settles a tap, is shown, raises or stays in memory; the next receipt settles one."""
    honest = [
        office_frames.seal_receipt(frames.Receipt(1, seq + 1, codes.OPENED, 17, 5), KID, KEY) for seq in range(HONEST)
    ]
    hostile = list(islice(hostile_frames(SEED, honest, KID, KEY, frames.DOWN), FRAMES))
    file = tmp_path / "frames"
    file.write_bytes(b"".join(len(frame).to_bytes(2, "big") + frame for _, frame in hostile))
    folder = tmp_path / "flash"
    folder.mkdir()
    done = run_micropython(HERE / "on_device.py", HERE, "hostile_receipts", "take", folder, file, HONEST, heap=HEAP)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    found = json.loads(done.stdout)
    print(found)
    assert (FRAMES, REASONS) == (sum(found["counters"].values()), set(found["counters"]))
    assert sum(what == REPLAYED for what, _ in hostile) == found["counters"]["receipt.unknown"]
    assert (0, 1) == (found["answers"], found["open"])
    assert found["grown_bytes"] < MOST_BYTES
    assert [[HONEST + 1, False]] == found["last"]
