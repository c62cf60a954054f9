"""Gives the frames in a file to a reader's link, on MicroPython; before each stands its length in two bytes."""

import gc
import json

from test_firmware_link import Rig

_WARM_UP = 2000


def take(folder, file, honest):
    """Settle the taps 1 to `honest`, take the frames, settle one more; prints what they led to."""
    last = int(honest) + 1
    rig = Rig(folder, last)
    for seq in range(1, last):
        rig.receive(seq)
    rig.faces.answers.clear()
    taken = warm_bytes = 0
    with open(file, "rb") as frames:
        head = frames.read(2)
        while head:
            rig.link.take("any", frames.read(head[0] << 8 | head[1]))
            head = frames.read(2)
            taken += 1
            if taken == _WARM_UP:
                warm_bytes = _allocated()
    found = {"counters": rig.link.counters, "answers": len(rig.faces.answers), "open": rig.outbox.depth()}
    found["grown_bytes"] = _allocated() - warm_bytes
    rig.receive(last)
    found["last"] = rig.faces.answers
    print(json.dumps(found))


def _allocated():
    gc.collect()
    return gc.mem_alloc()
