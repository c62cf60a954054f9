"""The driver on mains keeps an empty field on between two looks, and still tells every card apart."""

from bench import CHIPS, UID_4, UID_7, Bench

from models.iso14443a_model import Card
from models.mfrc522_model import ASLEEP, FIELD

ALSO_ON_MICROPYTHON = True


def test_on_mains_an_empty_field_stays_on():
    """A look then takes 5.7 ms, 5 of them the pause, and 7 accesses; one that reads a card takes 11.4 ms."""
    bench = Bench(on_mains=True)
    assert [None, None] == bench.polls(2)
    assert (FIELD, True) == (bench.chip.ledger.state, bench.field.is_on)
    slept_us = bench.clock.slept_us
    assert (7, 5_650) == (bench.accesses(), bench.clock.slept_us - slept_us)
    bench.field.put(Card(UID_7))
    slept_us = bench.clock.slept_us
    assert (UID_7, 11_440) == (bench.poll(), bench.clock.slept_us - slept_us)
    assert (ASLEEP, False) == (bench.chip.ledger.state, bench.field.is_on)
    assert [UID_7] * 3 == bench.polls(3)
    assert 1 == bench.reader.starts


def test_on_mains_every_card_is_told_apart():
    """Also one that joins a card that lies there, and cards that differ in any one bit, on every kind of chip."""
    for at in range(32):
        other = bytearray(UID_4)
        other[at >> 3] ^= 1 << (at & 7)
        for start, bit in CHIPS:
            bench = Bench(UID_4, on_mains=True, collisions_from=start)
            bench.field.collided_bit = bit
            assert [UID_4] * 2 == bench.polls(2)
            bench.field.put(Card(other))
            assert {UID_4, bytes(other)} == set(bench.polls(2))
            assert 2 == bench.reader.cards


def test_on_mains_a_disturbed_field_is_made_anew():
    """A reset, heat or noise while the chip waits: at most that look is lost, and the card is read in the next."""
    for disturb, starts in (("reset", 2), ("overheat", 2), ("noise", 1)):
        for number in range(7):
            bench = Bench(on_mains=True)
            bench.polls(2)
            act = {"reset": bench.chip.reset, "overheat": bench.chip.overheat, "noise": lambda: None}[disturb]
            if disturb == "noise":
                bench.field.noise = lambda _bits: [0]
            bench.before_access(number, act)
            bench.field.put(Card(UID_4))
            bench.poll()
            bench.field.noise = None
            assert ([UID_4] * 2, starts) == (bench.polls(2), bench.reader.starts)


def test_on_mains_a_card_that_is_not_yet_ready():
    """It comes at any moment, also in the middle of a look, and is read as soon as it has had its 5 ms of power."""
    for number in range(7):
        bench = Bench(on_mains=True)
        bench.polls(2)
        bench.before_access(number, lambda bench=bench: bench.field.put(Card(UID_7)))
        assert UID_7 in bench.polls(3)
