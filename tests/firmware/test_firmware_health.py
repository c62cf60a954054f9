"""The report of health says what the parts say, when it is due, and always fits into a frame."""

import gc

from luot_firmware import VERSION
from luot_firmware.health import CHANGE_MS, EVERY_MS, Health
from luot_protocol import faults, frames, office_frames

ALSO_ON_MICROPYTHON = True

KID, KEY = b"0123456789abcdef", bytes(32)
HELD, GOOD = frames.CLOCK_HELD, frames.CLOCK_GOOD


class Parts:
    """Stands for every part that the report looks at."""

    def __init__(self):
        self.ms = 0
        self.holding = []
        self.window = []
        self.boot, self.damaged, self.write_errors, self.kept, self.not_kept = 3, 1, 2, 40, 5
        self.starts, self.refused, self.jumps = 4, 6, 7
        self.dbm = self.mv = None

    def now_ms(self):
        return self.ms

    def age(self, at_ms, _boot):
        return at_ms, HELD if at_ms else GOOD

    def faults(self):
        return self.holding

    def depth(self):
        return 9

    def signal_dbm(self):
        return self.dbm

    def battery_mv(self):
        return self.mv


class Record:
    def __init__(self, at_ms):
        self.at_ms = at_ms
        self.boot = 3


def reporter():
    parts = Parts()
    return parts, Health(parts, parts, parts, parts, parts, parts.signal_dbm, parts.battery_mv)


def test_it_says_what_the_parts_say():
    """Each figure under its name, and nothing that is not in the protocol."""
    parts, health = reporter()
    parts.ms = 61_999
    parts.holding = [faults.CHIP_ABSENT]
    parts.dbm, parts.mv = -70, 3700
    assert health.report(2, 1, 8)["obeyed"] is None
    assert health.obeys(1)
    report = health.report(2, 1, 8)
    free_bytes = report.pop("free_bytes")
    assert (free_bytes is None) != hasattr(gc, "mem_free")
    assert {
        "boot": 3,
        "count": 2,
        "uptime_s": 61,
        "version": VERSION,
        "faults": [faults.CHIP_ABSENT],
        "depth": 9,
        "damaged": 1,
        "write_errors": 2,
        "chip_starts": 4,
        "taps": 40,
        "refused": 11,
        "missing": 1,
        "sessions": 2,
        "bad_frames": 8,
        "clock": GOOD,
        "clock_jumps": 7,
        "signal_dbm": -70,
        "battery_mv": 3700,
        "obeyed": 1,
    } == report
    assert set(frames.HEALTH) == set(report) | {"free_bytes"}
    assert 3 == health.report(2, 1, 8)["count"]


def test_the_clock_is_as_good_as_the_oldest_tap_says():
    """The worst of the open taps."""
    parts, health = reporter()
    parts.window = [Record(0), Record(5), Record(0)]
    assert HELD == health.report(0, 0, 0)["clock"]


def test_when_it_is_due():
    """At once in a session; then each minute, and soon after a fault began or ended, but not for each flicker."""
    parts, health = reporter()
    assert health.is_due()
    health.report(1, 0, 0)
    for ms, holding, is_due in (
        (CHANGE_MS, [], False),
        (EVERY_MS - 1, [], False),
        (EVERY_MS, [], True),
        (CHANGE_MS - 1, [faults.CHIP_ABSENT], False),
        (CHANGE_MS, [faults.CHIP_ABSENT], True),
        (EVERY_MS - 1, [], False),
    ):
        parts.ms = ms
        parts.holding = holding
        assert is_due == health.is_due()
    parts.ms, parts.holding = CHANGE_MS, [faults.CHIP_ABSENT]
    health.report(1, 0, 0)
    parts.ms += CHANGE_MS
    assert not health.is_due()
    parts.holding = []
    assert health.is_due()
    health.report(1, 0, 0)
    assert not health.is_due()
    health.again()
    assert health.is_due()


def test_an_order_is_obeyed_once_and_told_at_once():
    """It names one of the last two reports and a newer one than the last order did; the next report says which."""
    _, health = reporter()
    assert not health.obeys(0)
    assert [None] * 3 == [health.report(1, 0, 0)["obeyed"] for _ in range(3)]
    assert [False] * 3 == [health.obeys(named) for named in (0, 1, 4)]
    assert not health.is_due()
    assert health.obeys(2)
    assert health.is_due()
    assert 2 == health.report(1, 0, 0)["obeyed"]
    assert [False, True, False] == [health.obeys(named) for named in (2, 4, 3)]


def test_it_fits_into_a_frame():
    """With every fault that can hold and numbers of years, under the longest key id."""
    parts, health = reporter()
    parts.holding = sorted(faults.NAMES)
    parts.ms = 10 * 365 * 86_400_000
    parts.kept = parts.refused = parts.damaged = parts.write_errors = parts.starts = 1 << 31
    report = health.report(1 << 31, 8, 1 << 31)
    sealed = frames.seal_health(report, KID, KEY)
    assert len(sealed) <= frames.MAX_BYTES
    read = office_frames.read_health(frames.parse(sealed), KEY)
    assert {name: value for name, value in report.items() if value is not None} == read
