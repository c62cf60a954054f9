"""Whatever happens to card, chip or wires in the middle of a poll: no wrong UID, one kind of error, and it goes on."""

import random

from bench import UID_4, UID_7, UID_10, Bench

from luot_firmware.drivers.mfrc522 import ABSENT, ASLEEP, UNKNOWN, UNSTABLE, ChipError
from models.iso14443a_model import Card
from models.mfrc522_model import ASLEEP as POWERED_DOWN

ALSO_ON_MICROPYTHON = True

SIZES = (UID_4, UID_7, UID_10)
ACCESSES = {UID_4: 33, UID_7: 45, UID_10: 57}
SELECTED_BEFORE = {UID_4: 20, UID_7: 32, UID_10: 44}
"""The access from which on the card's last word has been received: it may leave, and was there."""

FRAMES = {UID_4: (8, 14, 19), UID_7: (8, 14, 20, 26, 31), UID_10: (8, 14, 20, 26, 32, 38, 43)}
"""The access that first reads how each frame of the dialogue went, up to the last SAK."""


def outcomes(bench, count):
    """What so many polls give: a UID, None, or the code of the error."""
    given = []
    for _ in range(count):
        try:
            given.append(bench.poll())
        except ChipError as error:
            given.append(error.code)
    return given


def set_up(*uids, **chip):
    """A bench whose chip is set up, with these cards then put into its field."""
    bench = Bench(**chip)
    bench.poll()
    other = Bench(*uids)
    for card in other.cards:
        bench.field.put(card)
        bench.cards.append(card)
    return bench


def test_the_card_leaves_before_any_access():
    """Read when it had said its last word, else not there; then the field is empty, and the chip needed no reset."""
    for uid in SIZES:
        given = []
        for number in range(ACCESSES[uid]):
            bench = set_up(uid)
            bench.before_access(number, bench.field.clear)
            given.append(bench.poll())
            assert ([None, None], 1) == (bench.polls(2), bench.reader.starts)
            assert POWERED_DOWN == bench.chip.ledger.state
        read = SELECTED_BEFORE[uid] - 1
        assert [None] * read + [uid] * (ACCESSES[uid] - read) == given


def test_the_card_leaves_within_any_bit():
    """An answer that breaks off after any of its bits is none."""
    for uid in SIZES:
        for frame, access in enumerate(FRAMES[uid]):
            bits = 16 if frame == 0 else 40 if frame % 2 else 24
            for kept in range(bits):
                bench = set_up(uid)
                bench.before_access(access - 2, lambda bench=bench, kept=kept: cut(bench, kept))
                assert [None, None] == bench.polls(2)
                bench.field.clear()
                assert (None, 10, 1) == (bench.poll(), bench.accesses(), bench.reader.starts)


def cut(bench, kept):
    bench.cards[0].cut = kept


def test_the_card_comes_before_any_access():
    """It is read in this poll when its field was on before, and else in the next."""
    for number in range(10):
        bench = set_up()
        bench.before_access(number, lambda bench=bench: bench.field.put(Bench(UID_7).cards[0]))
        given = bench.polls(2)
        assert UID_7 == given[1]
        assert given[0] in (None, UID_7)


def test_the_chip_is_reset_before_any_access():
    """The card is read in this poll or the next, after exactly one more set-up, with a reset pin and without."""
    for uid in SIZES:
        for has_reset_pin in (False, True):
            for number in range(ACCESSES[uid]):
                bench = set_up(uid, has_reset_pin=has_reset_pin)
                bench.before_access(number, bench.chip.reset)
                given = outcomes(bench, 3)
                assert given[0] in (None, uid)
                assert [uid, uid] == given[1:]
                assert bench.reader.starts == 2


def test_the_chip_is_reset_before_any_access_of_its_set_up():
    """The very first poll too."""
    for number in range(20):
        bench = Bench(UID_4)
        bench.before_access(number, bench.chip.reset)
        given = outcomes(bench, 3)
        assert given[0] in (None, UID_4, UNSTABLE)
        assert [UID_4, UID_4] == given[1:]


def test_the_wires_break_before_any_access():
    """Stuck at 0 or 1: at once or with the next poll the chip is absent, until they are mended."""
    for level in (0x00, 0xFF):
        for number in range(ACCESSES[UID_7]):
            bench = set_up(UID_7)
            bench.before_access(number, lambda bench=bench, level=level: wires(bench, level))
            given = outcomes(bench, 3)
            assert given[0] in (None, UID_7, ABSENT)
            assert [ABSENT, ABSENT] == given[1:]
            wires(bench, None)
            assert UID_7 in outcomes(bench, 2)


def wires(bench, level):
    bench.chip.bus_reads = level


def test_no_chip():
    """An OSError with a stable code, and a text that says what to check; it costs no more than 60 ms."""
    for level in (0x00, 0xFF):
        bench = Bench(UID_4)
        wires(bench, level)
        raised = None
        try:
            bench.poll()
        except OSError as error:
            raised = error
        assert ABSENT == raised.code
        assert "check its power" in str(raised)
        assert (0, True) == (bench.reader.starts, bench.clock.slept_us <= 60_000)


def test_another_chip():
    """A version that no MFRC522 and no known clone has is refused."""
    for version in (0x01, 0x37, 0x93, 0xFE):
        bench = Bench(UID_4, version=version)
        assert [UNKNOWN] * 2 == outcomes(bench, 2)


def test_a_chip_that_does_not_wake():
    """Its crystal does not start: the wait for it ends, and with the crystal it works again."""
    bench = set_up(UID_4)
    started = bench.chip.crystal_cycles
    bench.chip.crystal_cycles = 1 << 40
    assert [ASLEEP] * 3 == outcomes(bench, 3)
    bench.chip.crystal_cycles = started
    bench.chip.reset()
    assert [UID_4] * 2 == outcomes(bench, 2)


def test_a_crystal_that_starts_slowly():
    """4 ms are still awaited."""
    bench = Bench(UID_4)
    bench.chip.crystal_cycles = 4 * 13560
    assert [UID_4] * 3 == outcomes(bench, 3)


def test_a_chip_that_loses_its_settings_in_every_poll():
    """As a weak supply does that the field pulls down: said after the third poll in a row, until it is over."""
    bench = set_up(UID_4)
    given = []
    for number in range(4):
        # Its field is on from the third access; each poll but the first sets the chip up before, in 13 accesses.
        bench.before_access(5 if number == 0 else 15, bench.chip.reset)
        given += outcomes(bench, 1)
    assert [None, None, UNSTABLE, UNSTABLE] == given
    assert [UID_4] * 2 == outcomes(bench, 2)


def test_a_chip_that_never_says_how_a_frame_went():
    """Its interrupt bits stuck at 0: reset with each poll, said after the third, and over when it is over."""
    bench = set_up(UID_4)
    bench.chip.irqs_kept = 0
    assert [None, None, UNSTABLE, UNSTABLE] == outcomes(bench, 4)
    bench.chip.irqs_kept = 0xFF
    assert [UID_4] * 2 == outcomes(bench, 2)


def test_interrupt_bits_stuck_at_1():
    """Nothing is read, or the card is; no error, and no poll takes longer than 100 ms."""
    for bit in range(7):
        bench = set_up(UID_4)
        bench.chip.irqs_set = 1 << bit
        for _ in range(5):
            slept_us = bench.clock.slept_us
            assert outcomes(bench, 1)[0] in (None, UID_4)
            assert bench.clock.slept_us - slept_us <= 100_000
        bench.chip.irqs_set = 0
        assert [UID_4] * 2 == outcomes(bench, 2)


def test_an_answer_that_is_empty():
    """RxIRq with nothing in the FIFO, which is then not read: the poll ends with the second such answer."""
    bench = set_up()
    bench.chip.irqs_set = 0x20
    assert (15, 1) == (bench.accesses(), bench.reader.starts)


def test_an_answer_that_is_late():
    """TimerIRq with bytes in the FIFO: no card, and the FIFO is cleared of them, so the chip needs no reset."""
    bench = set_up(UID_4)
    bench.chip.irqs_kept, bench.chip.irqs_set = 0x40, 0x01
    assert ([None] * 3, 1) == (bench.polls(3), bench.reader.starts)


def test_an_overheated_chip():
    """It has switched its drivers off by itself, and is set up anew."""
    for number in range(3, ACCESSES[UID_4] - 2):
        bench = set_up(UID_4)
        bench.before_access(number, bench.chip.overheat)
        given = outcomes(bench, 3)
        assert given[0] in (None, UID_4)
        assert [UID_4, UID_4] == given[1:]
        assert bench.reader.starts == 2


def test_a_full_fifo():
    """What another program left in it is cleared before the first frame."""
    bench = set_up(UID_4)
    bench.chip._fifo.push(0x26)
    assert (UID_4, 2) == (bench.poll(), bench.reader.starts)


def test_a_reset_ends_the_poll_at_once():
    """When a look at a frame's outcome shows that the field is gone, only the two last writes follow."""
    for number in (7, 13, 19, 25, 30):
        bench = set_up(UID_4)
        bench.before_access(number, bench.chip.reset)
        assert number + 3 == bench.accesses()


def test_a_babbling_card():
    """An answer longer than any is none; the FIFO is cleared of it, so the chip needs no reset."""
    bench = set_up()
    bench.field.put(Babbler(UID_4))
    assert ([None] * 3, 1) == (bench.polls(3), bench.reader.starts)


class Babbler(Card):
    """Answers everything but requests with 20 bytes."""

    def hear(self, bits, at):
        answer = Card.hear(self, bits, at)
        return [0, 1] * 80 if len(bits) > 7 else answer


def test_a_wrong_parity_is_not_acted_on():
    """Not even where the check byte does not show it: the poll ends with that answer."""
    bench = set_up(UID_4)
    bench.field.noise = lambda bits: [3, 11] if bits == 40 else []
    assert bench.accesses() == 17


def test_a_disturbance_that_is_no_answer():
    """It stops the timer and ends in an error instead of an answer: no card, and nothing wrong with the chip."""
    bench = set_up(UID_4)
    bench.field.noise = lambda _bits: [0]
    bench.chip.irqs_kept = 0x02
    assert ([None] * 4, 1) == (bench.polls(4), bench.reader.starts)


def test_noise():
    """Bits turned over, from one in a thousand to every second one: the UID, or none, but never a wrong one."""
    for share in (1000, 300, 100, 30, 10, 2):
        bench = set_up(UID_7, UID_4)
        random.seed(share)
        bench.field.noise = lambda bits, share=share: turned(bits, share)
        given = set(outcomes(bench, 200))
        assert given <= {None, UID_4, UID_7}
        assert share < 100 or {UID_4, UID_7} <= given
        bench.field.noise = None
        bench.polls(2)
        assert {UID_4, UID_7} == set(bench.polls(2))


def turned(bits, share):
    return [number for number in range(bits) if random.getrandbits(20) < (1 << 20) // share]


def test_many_faults_at_once():
    """A card that goes, resets, heat, broken wires and noise at random: when all is well it reads both as ever."""
    for seed in range(60):
        random.seed(seed)
        bench = set_up(UID_4, UID_10)
        bench.field.noise = lambda bits: turned(bits, 200)
        acts = (
            bench.chip.reset,
            bench.chip.overheat,
            lambda bench=bench: wires(bench, 0xFF),
            lambda bench=bench: wires(bench, None),
            lambda bench=bench: cut(bench, random.getrandbits(5)),
        )
        for _ in range(4):
            bench.before_access(random.getrandbits(6), acts[random.getrandbits(10) % len(acts)])
        given = set(outcomes(bench, 8))
        assert given <= {None, UID_4, UID_10, ABSENT, UNSTABLE}
        bench.at_access.clear()
        bench.field.noise = None
        wires(bench, None)
        bench.field.clear()
        outcomes(bench, 2)
        for card in Bench(UID_4, UID_10).cards:
            bench.field.put(card)
        assert {UID_4, UID_10} == set(bench.polls(2))
