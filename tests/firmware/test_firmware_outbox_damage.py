"""The outbox loses no tap, and uses no pair twice, when its files are hurt and its flash fails."""

import errno
import os

from outbox_log import StubbornFlash, card, content, drained, filled, is_full, opened, put, segments

from luot_firmware import records
from luot_firmware.flash import NO_ROOM, Flash
from luot_firmware.outbox import Outbox, OutboxFull
from luot_protocol.faults import FLASH_FAILING, FLASH_FULL

ALSO_ON_MICROPYTHON = True
ALSO_ON_LITTLEFS = True


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


def test_refused_taps_leave_nothing_behind(folder):
    """However many taps are refused before anything is written, the next one goes where the first would have gone."""
    flash = StubbornFlash(folder)
    outbox = Outbox(flash)
    flash.failing = ("append",)
    for _ in range(50):
        assert is_full(outbox)
    flash.failing = ()
    assert outbox.append(card(1), 1).id() == (1, 51)
    assert ["tap-00000001"] == segments(folder)


def test_an_empty_segment_is_used(folder):
    """Power lost between the making of a segment and its first record leaves a file that the next tap goes to."""
    filled(folder, 3)
    put(folder, "tap-00000002", b"")
    outbox = opened(folder)
    assert (3, 0) == (outbox.depth(), outbox.damaged)
    outbox.append(card(4), 4)
    assert records.TAP_BYTES == len(content(folder, "tap-00000002"))
    assert [(1, 1), (1, 2), (1, 3), (2, 1)] == drained(opened(folder))


def test_damage_that_was_not_read_yet_may_hide_taps(folder):
    """A start looks no further than the window; until a damaged record is reached it counts as a tap that waits."""
    filled(folder, 40)
    whole = content(folder, "tap-00000003")
    put(folder, "tap-00000003", b"?" * records.TAP_BYTES + whole[records.TAP_BYTES :])
    outbox = opened(folder)
    assert (40, 0) == (outbox.depth(), outbox.damaged)
    assert [(1, seq) for seq in range(1, 41) if seq != 27] == drained(outbox)
    assert (0, 1) == (outbox.depth(), outbox.damaged)


def test_a_failing_cursor_costs_only_repetition(folder):
    """While the cursor cannot be written receipts still count; after a restart taps may be open again, none is lost."""
    flash = StubbornFlash(folder)
    outbox = Outbox(flash, segment_bytes=400)
    flash.failing = ("cursor",)
    for number in range(30):
        outbox.append(card(number), number)
    for _ in range(25):
        outbox.settle(*outbox.window[0].id())
        outbox.save()
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
    outbox.save()
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


def refusal(outbox):
    """The fault with which the next tap is refused, or None when it is kept."""
    try:
        outbox.append(card(1), 0)
    except OutboxFull as full:
        return full.fault
    return None


class FullFlash(StubbornFlash):
    """Has no room for data when it fails, but for small files."""

    says = NO_ROOM[0]

    def append(self, name, data):
        if "append" in self.failing:
            raise OSError(self.says)
        super().append(name, data)


def test_what_keeps_taps_from_being_kept_has_a_name(folder):
    """No room is one thing and a flash that fails another; each holds until a tap is kept."""
    for flash, fault in ((FullFlash(folder), FLASH_FULL), (StubbornFlash(folder), FLASH_FAILING)):
        outbox = Outbox(flash)
        assert (None, None) == (outbox.fault(), refusal(outbox))
        flash.failing = ("append",)
        assert [fault] * 2 == [refusal(outbox), refusal(outbox)]
        assert (1, 2, 2) == (outbox.kept, outbox.not_kept, outbox.write_errors)
        flash.failing = ()
        assert fault == outbox.fault()
        assert (None, None) == (refusal(outbox), outbox.fault())


def test_at_its_capacity_it_is_full_until_a_receipt(folder):
    """The flash itself is well."""
    outbox = filled(folder, 3, capacity=3)
    assert FLASH_FULL == refusal(outbox)
    outbox.settle(1, 1)
    outbox.save()
    assert (None, None) == (outbox.fault(), refusal(outbox))


def test_a_failing_flash_is_known_without_a_tap_and_mended_without_one(folder):
    """A receipt shows that it fails, and trying again shows that it works; a full one takes more than a small file."""
    flash = StubbornFlash(folder)
    outbox = Outbox(flash)
    for number in range(3):
        outbox.append(card(number), 0)
    flash.failing = ("cursor",)
    outbox.settle(1, 1)
    outbox.save()
    assert FLASH_FAILING == outbox.fault()
    outbox.mend()
    assert (FLASH_FAILING, 2) == (outbox.fault(), outbox.write_errors)
    flash.failing = ()
    outbox.mend()
    assert None is outbox.fault()
    full = FullFlash(folder)
    for full.says in NO_ROOM:
        outbox = Outbox(full)
        full.failing = ("append",)
        assert FLASH_FULL == refusal(outbox)
        outbox.mend()
        assert FLASH_FULL == outbox.fault()


def test_a_boot_counter_that_was_not_kept_is_mended_too(folder):
    """Without it no tap is kept; it is tried again."""
    flash = StubbornFlash(folder)
    flash.failing = ("boot",)
    outbox = Outbox(flash)
    assert (FLASH_FAILING, FLASH_FAILING) == (outbox.fault(), refusal(outbox))
    flash.failing = ()
    outbox.mend()
    assert (None, None) == (outbox.fault(), refusal(outbox))
