"""The reader's firmware: a card is held to it, the tap is kept in flash, signed and sent until its receipt arrives.

Runs unchanged on MicroPython of any board; what differs between boards stands in `boards/`.
"""

import gc

if hasattr(gc, "threshold"):
    # Keeps the heap in one piece: the reader and its models start from source in 180 KB with it, in 192 KB without
    # (64-bit unix port).
    gc.threshold(8192)

VERSION = "0.1.0"
"""Of this firmware, as a reader reports it."""

at_work: object = None
"""(Flash with the taps, Clock) of the reader that runs, for whoever interrupts it and reads its outbox."""
