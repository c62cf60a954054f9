"""The outbox keeps each tap until it is settled, whatever happens to power, flash and files."""

import errno
import os
import random

from luot_firmware import records
from luot_firmware.flash import Flash
from luot_firmware.outbox import Outbox, OutboxFull

ALSO_ON_MICROPYTHON = True


class StubbornFlash(Flash):
    """A flash on which chosen operations fail, appends after writing part of the data."""

    def __init__(self, folder):
        super().__init__(folder)
        self.failing = ()
        self.unreadable = ""
        self.written = 0

    def append(self, name, data):
        if "append" in self.failing:
            if self.written:
                super().append(name, data[: self.written])
            raise OSError(errno.ENOMEM)
        super().append(name, data)

    def replace(self, name, data):
        if name in self.failing:
            raise OSError(errno.EIO)
        super().replace(name, data)

    def read(self, name, at, most):
        if name == self.unreadable:
            raise OSError(errno.EIO)
        return super().read(name, at, most)


def card(number):
    return b"%016d" % number


def opened(folder, **options):
    return Outbox(Flash(folder), **options)


def filled(folder, count, **options):
    outbox = opened(folder, **options)
    for number in range(count):
        outbox.append(card(number), number)
    return outbox


def drained(outbox, most=100000):
    """Settle the oldest until none is left; returns the ids in that order."""
    ids = []
    while outbox.window and len(ids) < most:
        record = outbox.window[0]
        ids.append(record.id())
        assert outbox.settle(record.boot, record.seq) is record
    return ids


def segments(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith("tap-"))


def content(folder, name):
    with open(folder + "/" + name, "rb") as file:
        return file.read()


def put(folder, name, data):
    with open(folder + "/" + name, "wb") as file:
        file.write(data)


def is_full(outbox):
    try:
        outbox.append(card(0), 0)
    except OutboxFull:
        return True
    return False


def test_a_tap_is_kept_as_it_was(folder):
    """What append() was given is in the window, and comes back the same after a restart."""
    opened(folder).append(card(7), (1 << 40) + 3, button=2)
    for outbox in (opened(folder), opened(folder)):
        (record,) = outbox.window
        assert (1, 1, card(7), (1 << 40) + 3, 2) == (record.boot, record.seq, record.card, record.at_ms, record.button)
        assert outbox.depth() == 1


def test_settled_taps_stay_settled(folder):
    """A settled tap is not offered again, also after a restart."""
    outbox = filled(folder, 3)
    outbox.settle(1, 1)
    assert [(1, 2), (1, 3)] == [record.id() for record in outbox.window]
    assert [(1, 2), (1, 3)] == [record.id() for record in opened(folder).window]


def test_taps_are_settled_in_any_order(folder):
    """Receipts that overtake each other settle just their own taps, also across a restart."""
    outbox = filled(folder, 12)
    for seq in (2, 3, 5, 10):
        assert outbox.settle(1, seq).id() == (1, seq)
    left = [(1, seq) for seq in (1, 4, 6, 7, 8, 9, 11, 12)]
    assert left == [record.id() for record in outbox.window]
    again = opened(folder)
    assert left == drained(again)
    assert again.depth() == 0
    assert opened(folder).depth() == 0


def test_only_the_window_is_settled(folder):
    """A receipt for a tap that is unknown, already settled or not yet in the window changes nothing."""
    outbox = filled(folder, 10)
    outbox.settle(1, 1)
    for boot, seq in ((1, 1), (1, 10), (1, 11), (2, 2), (0, 0)):
        assert outbox.settle(boot, seq) is None
    assert outbox.depth() == 9


def test_a_tap_that_nobody_settles_does_not_hold_up_the_others(folder):
    """With the oldest tap open for ever, 200 later ones pass, and it alone is left, also after a restart."""
    outbox = filled(folder, 200, segment_bytes=400)
    while outbox.depth() > 1:
        outbox.settle(*outbox.window[1].id())
    assert [(1, 1)] == [record.id() for record in outbox.window]
    again = opened(folder, segment_bytes=400)
    assert [(1, 1)] == [record.id() for record in again.window]
    assert len(segments(folder)) == 2


def test_a_smaller_window_forgets_nothing(folder):
    """Taps left open by an older firmware with a larger window are all still there."""
    outbox = filled(folder, 20)
    for seq in (2, 4, 9, 10, 11):
        outbox.settle(1, seq)
    again = opened(folder, window_size=2)
    again.settle(1, 1)
    again = opened(folder)
    assert [(1, seq) for seq in (3, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17, 18, 19, 20)] == drained(again)


def test_flash_does_not_grow(folder):
    """Segments are removed once settled: after 200 taps, each settled, one is left."""
    outbox = opened(folder, segment_bytes=400)
    for number in range(200):
        outbox.append(card(number), number)
        drained(outbox)
    assert len(segments(folder)) == 1
    assert len(content(folder, segments(folder)[0])) <= 400


def test_segments_left_behind_are_removed(folder):
    """Power lost between the cursor and the removal of a segment leaves no litter."""
    outbox = filled(folder, 50, segment_bytes=400)
    before = {name: content(folder, name) for name in segments(folder)}
    drained(outbox)
    for name, data in before.items():
        put(folder, name, data)
    assert opened(folder).depth() == 0
    assert len(segments(folder)) == 1


def test_any_history_loses_nothing(folder):
    """Random taps, receipts, restarts and torn tails: what is open is always just what was heard and not settled."""
    for seed in range(4):
        chance = random.Random(seed) if hasattr(random, "Random") else random
        chance.seed(seed)
        place = folder + "/" + str(seed)
        os.mkdir(place)
        outbox = opened(place, segment_bytes=500)
        wanted = []
        used = set()
        for step in range(200):
            what = chance.randrange(20)
            if what < 9:
                wanted.append(outbox.append(card(step), step).id())
                assert wanted[-1] not in used
                used.add(wanted[-1])
            elif what < 18 and outbox.window:
                record = outbox.window[chance.randrange(len(outbox.window))]
                outbox.settle(*record.id())
                wanted.remove(record.id())
            elif what >= 18:
                if what == 19 and segments(place):
                    torn = records.write_tap(records.Record(outbox.boot, 9999, card(0), 0))
                    Flash(place).append(segments(place)[-1], torn[: chance.randrange(len(torn))])
                outbox = opened(place, segment_bytes=500)
            assert len(wanted) == outbox.depth()
            assert wanted[:8] == [record.id() for record in outbox.window]
        assert wanted == drained(outbox)


def test_a_torn_tail_is_skipped_at_every_byte(folder):
    """A record cut after any byte is skipped and counted; taps after it are readable, its number is not reused."""
    filled(folder, 3)
    whole = content(folder, "tap-00000001")
    for cut in range(records.TAP_BYTES):
        place = folder + "/" + str(cut)
        os.mkdir(place)
        put(place, "tap-00000001", whole[: len(whole) - records.TAP_BYTES + cut])
        put(place, "boot", content(folder, "boot"))
        outbox = opened(place)
        assert [(1, 1), (1, 2)] == [record.id() for record in outbox.window]
        assert (1 if cut else 0) == outbox.damaged
        assert outbox.append(card(9), 9).id() == (2, 1)
        assert [(1, 1), (1, 2), (2, 1)] == drained(opened(place))


def test_garbage_in_the_middle_is_stepped_over(folder):
    """Bytes changed, removed or put in cost the record they hit and no other."""
    filled(folder, 9)
    whole = content(folder, "tap-00000001")
    at = 4 * records.TAP_BYTES
    for number, (middle, lost) in enumerate(
        (
            (b"\xff" * records.TAP_BYTES, 1),
            (b"\x00" * records.TAP_BYTES, 1),
            (b"\xd1" * 7, 1),
            (whole[at : at + 20] + b"\x55" + whole[at + 21 : at + records.TAP_BYTES], 1),
            (b"?" * 1000 + whole[at : at + records.TAP_BYTES], 0),
        )
    ):
        place = folder + "/" + str(number)
        os.mkdir(place)
        put(place, "tap-00000001", whole[:at] + middle + whole[at + records.TAP_BYTES :])
        outbox = opened(place)
        assert outbox.damaged > 0
        assert [(1, seq) for seq in range(1, 10) if not lost or seq != 5] == drained(outbox)


def test_it_refuses_the_new_tap_when_full(folder):
    """At its capacity it refuses the new tap and keeps the old ones; a receipt makes room again."""
    outbox = filled(folder, 20, capacity=20)
    assert is_full(outbox)
    assert is_full(opened(folder, capacity=20))
    outbox.settle(1, 1)
    assert outbox.append(card(21), 21).id() == (1, 21)
    assert [(1, seq) for seq in range(2, 22)] == drained(opened(folder))


def test_a_failed_write_refuses_the_tap_and_no_later_one(folder):
    """A write cut short refuses its tap, spends its number, and what is written after it is readable."""
    for written in (0, 1, 37):
        place = folder + "/" + str(written)
        os.mkdir(place)
        flash = StubbornFlash(place)
        outbox = Outbox(flash)
        outbox.append(card(1), 1)
        flash.failing, flash.written = ("append",), written
        for _ in range(3):
            assert is_full(outbox)
        flash.failing = ()
        assert outbox.append(card(2), 2).id() == (1, 5)
        assert [(1, 1), (1, 5)] == [record.id() for record in outbox.window]
        assert [(1, 1), (1, 5)] == drained(opened(place))


def test_a_segment_that_cannot_be_written_any_more_is_left(folder):
    """Where the newest segment refuses to grow, one tap is refused and the next goes to a new segment."""

    class Worn(Flash):
        def append(self, name, data):
            if name == "tap-00000001" and self.size(name):
                raise OSError(errno.EIO)
            super().append(name, data)

    outbox = Outbox(Worn(folder))
    outbox.append(card(1), 1)
    assert is_full(outbox)
    outbox.append(card(2), 2)
    assert ["tap-00000001", "tap-00000002"] == segments(folder)
    assert [(1, 1), (1, 3)] == drained(outbox)


def test_a_failing_cursor_costs_only_repetition(folder):
    """While the cursor cannot be written receipts still count; after a restart taps may be open again, none is lost."""
    flash = StubbornFlash(folder)
    outbox = Outbox(flash, segment_bytes=400)
    flash.failing = ("cursor",)
    for number in range(30):
        outbox.append(card(number), number)
    for _ in range(25):
        outbox.settle(*outbox.window[0].id())
    assert outbox.write_errors == 25
    assert len(segments(folder)) == 1
    assert [(1, seq) for seq in range(26, 31)] == drained(opened(folder))[-5:]


def test_without_a_boot_counter_no_tap_is_taken(folder):
    """As long as this start cannot be counted new taps are refused, and old ones can be sent and settled."""
    filled(folder, 2)
    flash = StubbornFlash(folder)
    flash.failing = ("boot",)
    outbox = Outbox(flash)
    assert is_full(outbox)
    assert [(1, 1), (1, 2)] == drained(outbox)
    flash.failing = ()
    assert outbox.append(card(3), 3).id() == (2, 1)


def test_boot_counts_cold_starts(folder):
    """Each opening has the next number, whether or not there were taps."""
    assert [1, 2, 3] == [opened(folder).boot for _ in range(3)]


def test_no_pair_is_used_twice_when_the_boot_counter_is_hurt(folder):
    """Boot counter cut at any byte, changed, gone, too low, or only written under its new name: still a fresh pair."""
    settled = folder + "/settled"
    os.mkdir(settled)
    for _ in range(4):
        filled(settled, 2, segment_bytes=10)
    drained(opened(settled, segment_bytes=10))
    whole = content(settled, "boot")
    hurt = [whole[:cut] for cut in range(len(whole))] + [b"\xff" * len(whole), whole[:-1] + b"!", None]
    hurt.append(records.write_boot(1))
    for number, data in enumerate(hurt):
        place = folder + "/" + str(number)
        os.mkdir(place)
        for name in os.listdir(settled):
            put(place, name, content(settled, name))
        if data is None:
            os.remove(place + "/boot")
        else:
            put(place, "boot", data)
        outbox = opened(place)
        assert outbox.boot >= 5
        assert opened(place).boot == outbox.boot + 1
    put(settled, "boot.new", records.write_boot(6)[:5])
    assert opened(settled).boot == 6


def test_a_hurt_cursor_opens_taps_again(folder):
    """An unreadable cursor makes every tap in the log open, never fewer."""
    outbox = filled(folder, 6)
    outbox.settle(1, 1)
    whole = content(folder, "cursor")
    for cut in range(len(whole)):
        put(folder, "cursor", whole[:cut])
        again = opened(folder)
        assert [(1, seq) for seq in range(1, 7)] == [record.id() for record in again.window]
        assert (1 if cut else 0) == again.damaged


def test_an_unreadable_segment_is_tried_again_at_the_next_start(folder):
    """A segment that gives I/O errors is passed over, kept, and its taps are open again once it can be read."""
    filled(folder, 30, segment_bytes=400)
    flash = StubbornFlash(folder)
    flash.unreadable = "tap-00000002"
    outbox = Outbox(flash, segment_bytes=400)
    passed = drained(outbox)
    assert [(1, seq) for seq in range(1, 31) if not 11 <= seq <= 20] == passed
    assert outbox.damaged > 0
    left = drained(opened(folder, segment_bytes=400))
    for seq in range(11, 21):
        assert (1, seq) in left


def test_ten_thousand_taps_fit_in_little_memory(folder):
    """A log of 10,000 open taps is opened with no more live heap than one of ten, and is whole."""
    for count in (10, 10_000):
        os.mkdir(folder + "/" + str(count))
        with open(folder + "/" + str(count) + "/tap-00000001", "wb") as file:
            for number in range(count):
                file.write(records.write_tap(records.Record(1, number + 1, card(number), number)))
    live = []
    for count in (10, 10_000):
        before = live_bytes()
        outbox = opened(folder + "/" + str(count), window_size=8)
        live.append(live_bytes() - before)
        assert count == outbox.depth()
    assert is_full(outbox)
    assert live[1] < live[0] + 1024
    assert [(1, seq) for seq in range(1, 51)] == drained(outbox, 50)


def live_bytes():
    """Bytes in use on MicroPython's heap, 0 where that cannot be asked."""
    import gc

    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
