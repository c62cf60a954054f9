"""The outbox keeps each tap until it is settled, in order, in little memory, through any number of starts."""

import os
import random

from outbox_log import card, content, drained, filled, is_full, opened, put, segments

from luot_firmware import records
from luot_firmware.flash import Flash
from luot_firmware.outbox import Outbox

ALSO_ON_MICROPYTHON = True
ALSO_ON_LITTLEFS = True


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
    outbox.save()
    assert [(1, 2), (1, 3)] == [record.id() for record in outbox.window]
    assert [(1, 2), (1, 3)] == [record.id() for record in opened(folder).window]


def test_taps_are_settled_in_any_order(folder):
    """Receipts that overtake each other settle just their own taps, also across a restart."""
    outbox = filled(folder, 12)
    for seq in (2, 3, 5, 10):
        assert outbox.settle(1, seq).id() == (1, seq)
        outbox.save()
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
    outbox.save()
    for boot, seq in ((1, 1), (1, 10), (1, 11), (2, 2), (0, 0)):
        assert outbox.settle(boot, seq) is None
    assert outbox.depth() == 9


def test_a_tap_that_nobody_settles_does_not_hold_up_the_others(folder):
    """With the oldest tap open for ever, 200 later ones pass, and it alone is left, also after a restart."""
    outbox = filled(folder, 200, segment_bytes=400)
    while outbox.depth() > 1:
        outbox.settle(*outbox.window[1].id())
        outbox.save()
    assert [(1, 1)] == [record.id() for record in outbox.window]
    again = opened(folder, segment_bytes=400)
    assert [(1, 1)] == [record.id() for record in again.window]
    assert len(segments(folder)) == 2


def test_a_smaller_window_forgets_nothing(folder):
    """Taps left open by an older firmware with a larger window are all still there."""
    outbox = filled(folder, 20)
    for seq in (2, 4, 9, 10, 11):
        outbox.settle(1, seq)
        outbox.save()
    again = opened(folder, window_size=2)
    again.settle(1, 1)
    again.save()
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
        tears = 0
        for step in range(200):
            what = chance.randrange(20)
            if what < 9:
                wanted.append(outbox.append(card(step), step).id())
                assert wanted[-1] not in used
                used.add(wanted[-1])
            elif what < 18 and outbox.window:
                record = outbox.window[chance.randrange(len(outbox.window))]
                outbox.settle(*record.id())
                outbox.save()
                wanted.remove(record.id())
            elif what >= 18:
                if what == 19 and segments(place):
                    tears += 1
                    torn = records.write_tap(records.Record(outbox.boot, 9999, card(0), 0))
                    Flash(place).append(segments(place)[-1], torn[: chance.randrange(len(torn))])
                outbox = opened(place, segment_bytes=500)
            assert len(wanted) <= outbox.depth() <= len(wanted) + tears
            assert wanted[:8] == [record.id() for record in outbox.window]
        assert wanted == drained(outbox)


def test_it_refuses_the_new_tap_when_full(folder):
    """At its capacity it refuses the new tap and keeps the old ones; a receipt makes room again."""
    outbox = filled(folder, 20, capacity=20)
    assert is_full(outbox)
    assert is_full(opened(folder, capacity=20))
    outbox.settle(1, 1)
    outbox.save()
    assert outbox.append(card(21), 21).id() == (1, 21)
    assert [(1, seq) for seq in range(2, 22)] == drained(opened(folder))


def test_a_short_log_lies_in_short_segments(folder):
    """The first eight segments fit into littlefs's directory, 512 bytes each; those of a long log are four blocks."""
    filled(folder, 8 * 13 + 430 + 1)
    sizes = [len(content(folder, name)) for name in segments(folder)]
    assert [13 * records.TAP_BYTES] * 8 + [430 * records.TAP_BYTES, records.TAP_BYTES] == sizes
    outbox = opened(folder)
    while outbox.depth() > 1:
        outbox.settle(*outbox.window[0].id())
        outbox.save()
    outbox.append(card(0), 0)
    assert 2 * records.TAP_BYTES == len(content(folder, segments(folder)[-1]))


def test_boot_counts_cold_starts(folder):
    """Each opening has the next number, whether or not there were taps."""
    assert [1, 2, 3] == [opened(folder).boot for _ in range(3)]


def test_ten_thousand_taps_fit_in_little_memory(folder):
    """A log of 10,000 open taps is opened with no more live heap and reads than one of ten, and is whole."""
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
    assert count_reads(folder + "/10000") <= count_reads(folder + "/10") + 1
    assert [(1, seq) for seq in range(1, 51)] == drained(outbox, 50)


def count_reads(folder):
    """How often a start reads from flash."""
    reads = []

    class Counted(Flash):
        def read(self, name, at, most):
            reads.append(name)
            return super().read(name, at, most)

    Outbox(Counted(folder))
    return len(reads)


def live_bytes():
    """Bytes in use on MicroPython's heap, 0 where that cannot be asked."""
    import gc

    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
