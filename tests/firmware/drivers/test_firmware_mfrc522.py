"""The driver reads every card that lies in the field, with few accesses, and leaves the chip dark and asleep."""

import asyncio

from bench import CHIPS, UID_4, UID_7, UID_10, Bench

from luot_firmware.drivers.mfrc522 import RANDOM_UID, UNREADABLE, VERSIONS
from luot_firmware.scanner import Scanner
from models.clock import cycles
from models.iso14443a_model import HALTED, START_UP_US, Card
from models.mfrc522_model import ASLEEP, AWAKE, FIELD, WAKING

ALSO_ON_MICROPYTHON = True

RANDOM = bytes.fromhex("08a1b2c3")


def several(*uids):
    """Benches with these cards, of every kind of chip."""
    for start, bit in CHIPS:
        bench = Bench(*uids, collisions_from=start)
        bench.field.collided_bit = bit
        yield bench


def test_each_size_of_uid():
    """4, 7 and 10 bytes, as bytes."""
    for uid in (UID_4, UID_7, UID_10):
        found = Bench(uid).poll()
        assert (uid, bytes) == (found, type(found))


def test_an_empty_field():
    """None, however often; the chip is set up once."""
    bench = Bench()
    assert [None] * 5 == bench.polls(5)
    assert bench.reader.starts == 1


def test_each_known_chip():
    """Clones are read like the original, with or without a reset pin."""
    for version in VERSIONS:
        for has_reset_pin in (False, True):
            bench = Bench(UID_7, version=version, has_reset_pin=has_reset_pin)
            assert (UID_7, version) == (bench.poll(), bench.reader.version)


def test_accesses():
    """Counted in cycles of chip select: an empty field, the three sizes of UID, and the first poll's set-up on top."""
    bench = Bench()
    first = bench.accesses()
    empty = bench.accesses()
    read = []
    for uid in (UID_4, UID_7, UID_10):
        bench.field.put(Card(uid))
        read.append(bench.accesses())
        bench.field.clear()
    assert (20, 10, [33, 45, 57]) == (first, empty, read)


def test_time_of_a_poll():
    """22.7 ms with an empty field, of which 7 ms with the field on; a card is read in 28.4 ms, its frames are 6.4."""
    bench = Bench()
    bench.poll()
    field_ms, slept_us = bench.chip.ledger.ms_in(FIELD), bench.clock.slept_us
    bench.poll()
    assert bench.clock.slept_us - slept_us == 22_650
    assert 7 < bench.chip.ledger.ms_in(FIELD) - field_ms < 8
    bench.field.put(Card(UID_7))
    slept_us = bench.clock.slept_us
    bench.poll()
    assert bench.clock.slept_us - slept_us == 28_440


def test_the_chip_sleeps_between_polls():
    """It wakes, has its field on once, and sleeps again: the same states in each poll, with a card or without."""
    bench = Bench()
    bench.poll()
    for _ in range(2):
        states = []
        bench.chip.ledger.on_change = lambda state, _at, states=states: states.append(state)
        bench.poll()
        assert [WAKING, AWAKE, FIELD, AWAKE, ASLEEP] == states
        bench.field.put(Card(UID_4))


def test_an_empty_field_is_known_by_the_timer():
    """Without TimerIRq an empty field is not taken for one: the driver waits no fixed time instead."""
    bench = Bench()
    bench.poll()
    assert bench.accesses() == 10
    bench.chip.irqs_kept = 0xFE
    assert bench.accesses() == 13
    bench.poll()
    assert bench.reader.starts > 1


def test_several_cards_at_once():
    """Each is read in turn while the field is on once, and given by one of the next polls without a pause."""
    for bench in several(UID_4, UID_7, UID_10):
        found = bench.polls(1)
        accesses, slept_us = bench.chip.ledger.accesses, bench.clock.slept_us
        found += bench.polls(2)
        assert {UID_4, UID_7, UID_10} == set(found)
        assert (accesses, slept_us) == (bench.chip.ledger.accesses, bench.clock.slept_us)
        assert {UID_4, UID_7, UID_10} == set(bench.polls(3))


def test_cards_that_differ_in_one_bit():
    """Wherever that bit stands, the first and the last included."""
    for at in range(32):
        other = bytearray(UID_4)
        other[at >> 3] ^= 1 << (at & 7)
        for bench in several(UID_4, other) if at in (0, 7, 8, 31) else (Bench(UID_4, other),):
            assert {UID_4, bytes(other)} == set(bench.polls(2))


def test_cards_that_share_a_beginning():
    """Three with 7 or 10 bytes that part only at a deeper cascade level, and a short one that begins as they do."""
    for uids in (
        ("04a1b2c3d4e5f6", "04a1b2c3d4e5f7", "04a1b2c3d4e576"),
        ("04a1b2c3d4e5f6071829", "04a1b2c3d4e5f6071828", "04a1b2c3d4e5f6"),
        ("04a1b2c3", "04a1b2c3d4e5f6", "04a1b2c4"),
        ("00000000", "ffffffff", "00000000000000"),
    ):
        cards = [bytes.fromhex(uid) for uid in uids]
        for bench in several(*cards):
            assert set(cards) == set(bench.polls(3))


def test_any_three_cards():
    """A hundred groups of three, each byte one of few so that they collide late and often."""
    state = 1
    for number in range(100):
        cards = set()
        while len(cards) < 3:
            uid = bytearray((4, 7, 10)[(number + len(cards)) % 3])
            for at in range(len(uid)):
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                uid[at] = (0x04, 0x05, 0x84, 0xFF)[state >> 16 & 3]
            cards.add(bytes(uid))
        bench = list(several(*cards))[number % len(CHIPS)]
        assert cards == set(bench.polls(3))


def test_more_cards_than_there_is_time_for():
    """Of a whole stack at least three are read, within the time that a poll may take; the rest once those are gone."""
    uids = [bytes((4, number, 0, 0, 0, 0, number)) for number in range(8)]
    bench = Bench(*uids)
    read = set()
    while len(read) < 8:
        slept_us = bench.clock.slept_us
        found = {bench.poll()}
        assert bench.clock.slept_us - slept_us <= 100_000
        while bench.reader._found:
            found.add(bench.poll())
        assert len(found) >= min(3, 8 - len(read))
        read |= found
        for card in bench.cards:
            if card.uid in found:
                bench.field.take(card)
    assert set(uids) == read


def test_two_cards_with_the_same_uid_are_one():
    """Copies answer alike, so nothing collides."""
    bench = Bench(UID_4, UID_4)
    assert [UID_4] * 3 == bench.polls(3)


def test_a_card_that_cannot_be_halted():
    """It is reported once while the field is on, whether it says no or takes no notice; another one is read too."""
    bench = Bench(UID_4, UID_7)
    bench.cards[0].refuses_halt = True
    assert {UID_4, UID_7} == set(bench.polls(2))
    for card in (Card(UID_4, refuses_halt=True), Restless(UID_4)):
        bench = Bench()
        bench.field.put(card)
        for _ in range(3):
            slept_us = bench.clock.slept_us
            assert (UID_4, True) == (bench.poll(), bench.clock.slept_us > slept_us + 15_000)


class Restless(Card):
    """Answers requests when it should be halted."""

    def hear(self, bits, at):
        answer = Card.hear(self, bits, at)
        if self.state == HALTED:
            self.power(True, at - cycles(START_UP_US))
        return answer


def test_a_card_that_stays_halted():
    """One that outlives the moments without a field is read in each poll all the same."""
    bench = Bench()
    bench.field.put(Lasting(UID_7))
    assert [UID_7] * 3 == bench.polls(3)


class Lasting(Card):
    """Remembers that it was halted."""

    def power(self, is_on, at):
        was_halted = self.state == HALTED or (self.state is None and self._was_halted)
        Card.power(self, is_on, at)
        if was_halted:
            self.state = HALTED if is_on else None
            self._was_halted = True


def test_a_random_uid_is_refused():
    """It identifies nothing; the reason stands there while it lies in the field, and another card counts as ever."""
    bench = Bench(RANDOM)
    assert (None, RANDOM_UID) == (bench.poll(), bench.reader.refusal)
    bench.field.put(Card(UID_7))
    assert (UID_7, RANDOM_UID) == (bench.poll(), bench.reader.refusal)
    bench.field.clear()
    assert (None, None) == (bench.poll(), bench.reader.refusal)


def test_how_many_cards_lay_there():
    """Those of the last look, as long as they are given; none in an empty field."""
    bench = Bench(UID_4, UID_7, UID_10)
    assert [3, 3, 3] == [bench.poll() and bench.reader.cards for _ in range(3)]
    bench.field.clear()
    assert (None, 0) == (bench.poll(), bench.reader.cards)
    bench.field.put(Card(UID_7))
    assert (UID_7, 1) == (bench.poll(), bench.reader.cards)
    assert None is bench.reader.refusal


def test_a_card_that_answers_and_cannot_be_read():
    """Said of it whatever bit its answer breaks off at, when a request was answered; not of noise or a dip."""
    for kept in (5, 20, 39):
        bench = Bench(UID_4)
        bench.cards[0].hear = breaking_off(bench.cards[0], kept)
        assert (None, UNREADABLE, 0) == (bench.poll(), bench.reader.refusal, bench.reader.cards)
        bench.field.clear()
        assert (None, None) == (bench.poll(), bench.reader.refusal)
    bench = Bench(UID_4)
    bench.field.noise = lambda _bits: [0]
    assert (None, None) == (bench.poll(), bench.reader.refusal)


def breaking_off(card, kept):
    """Answers requests, and only the first bits to whatever follows."""
    hear = card.hear
    return lambda bits, at: hear(bits, at) if len(bits) == 7 else hear(bits, at)[:kept]


def test_only_single_size_uids_are_random():
    """08 begins many a fixed UID of 7 bytes."""
    uid = bytes.fromhex("08a1b2c3d4e5f6")
    assert uid == Bench(uid).poll()


def test_two_cards_in_one_hand_are_two_taps():
    """With the scanner: however long they lie there."""
    bench = Bench(UID_4, UID_7)
    scanner = Scanner(Milliseconds(bench.clock))
    taps = [scanner.see(uid) for uid in bench.polls(200)]
    assert {UID_4, UID_7} == set(taps) - {None}
    assert [None] * 198 == [tap for tap in taps if tap is None]


class Milliseconds:
    """The simulated clock as the scanner reads time."""

    def __init__(self, clock):
        self._clock = clock

    def now_ms(self):
        return self._clock.now() // 13560


def test_a_poll_leaves_room_for_others():
    """Other tasks run in each of its waits."""
    waits = []

    async def sleep_ms(_ms):
        waits.append(bench.chip.ledger.state)
        bench.clock.pass_us(1000 * _ms)
        await asyncio.sleep(0)

    async def others():
        turns = 0
        while not is_over:
            await asyncio.sleep(0)
            turns += 1
        return turns

    async def both():
        task = asyncio.create_task(others())
        assert await bench.reader.poll() is None
        is_over.append(True)
        return await task

    is_over = []
    bench = Bench()
    bench.reader._sleep_ms = sleep_ms
    turns = asyncio.run(both())
    assert turns >= len(waits) > 3


def test_a_cancelled_poll_leaves_no_field():
    """Cancelled in any of its waits, the chip is dark and asleep, and the next poll reads."""
    cancelled_in = set()
    for number in range(20):
        cancelled_in.add(cancelled(number))
    assert {ASLEEP, WAKING, FIELD, "not"} <= cancelled_in


def cancelled(number):
    """Cancel a poll in its wait of this number; the chip's state then, "not" when it has no such wait."""
    bench = Bench(UID_7)
    bench.poll()
    states = []

    async def sleep_ms(ms):
        if len(states) == number:
            await asyncio.sleep(3600)
        states.append(bench.chip.ledger.state)
        bench.clock.pass_us(1000 * ms)

    async def begin():
        task = asyncio.create_task(bench.reader.poll())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if task.done():
            return "not"
        state = bench.chip.ledger.state
        task.cancel()
        try:  # noqa: SIM105 - MicroPython has no contextlib
            await task
        except asyncio.CancelledError:
            pass
        return state

    bench.reader._sleep_ms = sleep_ms
    state = asyncio.run(begin())
    assert (ASLEEP, False) == (bench.chip.ledger.state, bench.field.is_on)
    bench.reader._sleep_ms = bench.clock.sleep_ms
    assert UID_7 in bench.polls(2)
    return state
