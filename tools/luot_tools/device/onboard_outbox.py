"""Functions about the taps that a reader keeps, sent there as source as those of `onboard` are. Change nothing.

They use the board's own firmware, which knows how it keeps them; ImportError where it is not whole.
"""

from typing import Any


def is_kept() -> bool:
    """True when there is anything in which a reader keeps taps."""
    import os

    return "taps" in os.listdir() or "flash.img" in os.listdir()


def at_work() -> Any:
    """(its Flash with the taps, the Clock that still counts since they were made, or None)."""
    package: Any = __import__("luot_firmware")
    if getattr(package, "at_work", None) is None:
        package.at_work = __import__("boards.here").here.Board(["main.py", "."]).mount(), None
    return package.at_work


def unsent(segment: int, at: int, most: int) -> list[Any]:
    """[taps, damaged records, next segment, next offset] from a segment's offset on, both 0 at the log's end.

    A tap is [boot, seq, card, age_ms or None, button]; there may be a few more than `most`.
    """
    records: Any = __import__("luot_firmware.records").records
    flash, clock = at_work()
    cursor: Any = records.read_cursor(flash.read("cursor", 0, records.MAX_CURSOR_BYTES)) or ((0, 0), [])
    taps: list[Any] = []
    damaged = 0
    for name in sorted(flash.names()):
        if name[:4] != "tap-" or not name[4:].isdigit() or int(name[4:]) < segment:
            continue
        begin = at if int(name[4:]) == segment else 0
        while True:
            if len(taps) >= most:
                return [taps, (damaged + records.TAP_BYTES - 1) // records.TAP_BYTES, int(name[4:]), begin]
            data = flash.read(name, begin, 16 * records.TAP_BYTES)
            used = 0
            while used + records.TAP_BYTES <= len(data):
                record = records.read_tap(data, used, 0)
                used += 1 if record is None else records.TAP_BYTES
                if record is None:
                    damaged += 1
                elif record.id() > tuple(cursor[0]) or record.id() in cursor[1]:
                    taps.append(told(record, clock))
            begin += used
            if len(data) < 16 * records.TAP_BYTES:
                damaged += len(data) - used
                break
    return [taps, (damaged + records.TAP_BYTES - 1) // records.TAP_BYTES, 0, 0]


def told(record: Any, clock: Any) -> list[Any]:
    """A record as it travels."""
    import binascii

    age_ms = None if clock is None else clock.age(record.at_ms, record.boot)[0]
    return [record.boot, record.seq, binascii.hexlify(record.card).decode(), age_ms, record.button]
