"""One tap for each time a card is brought to the field."""

from luot_firmware.scanner import ABSENT_MS, LEFT_MS, LINGER_MS, UNREAD_MS, Scanner
from luot_protocol.faults import CARD_LEFT, CARD_RANDOM_UID, CARD_SEVERAL, CARD_UNREADABLE

ALSO_ON_MICROPYTHON = True

A, B = b"\x04\x01\x02\x03", b"\x04\x0a\x0b\x0c\x0d\x0e\x0f"
STEP_MS = 25


class FakeClock:
    def __init__(self):
        self.ms = 0

    def now_ms(self):
        return self.ms


def taps(*stretches):
    """Poll every 25 ms while each (card, milliseconds) lies in the field in turn; returns the taps that were seen."""
    clock = FakeClock()
    scanner = Scanner(clock)
    seen = []
    for card, ms in stretches:
        for _ in range(max(1, ms // STEP_MS)):
            uid = scanner.see(card)
            if uid is not None:
                seen.append(uid)
            clock.ms += STEP_MS
    return seen


def test_a_card_held_for_a_minute_is_one_tap():
    """However long it lies there."""
    assert [A] == taps((None, 100), (A, 60_000), (None, 100))


def test_a_flickering_field_is_one_tap():
    """Gaps shorter than the set time are not a departure, however many there are."""
    assert [A] == taps(*[(A, 50), (None, ABSENT_MS - 50)] * 20)


def test_the_same_card_counts_again_after_it_was_away():
    """Out of the field for the set time, it is a new tap."""
    assert [A, A] == taps((A, 200), (None, ABSENT_MS), (A, 200))


def test_two_cards_in_succession_are_two_taps():
    """A second card counts at once, also without a gap."""
    assert [A, B] == taps((A, 200), (B, 200))


def test_a_card_counts_in_the_shortest_moment():
    """One poll is enough."""
    assert [A] == taps((None, 100), (A, 0), (None, 100))


def test_a_stalled_reader_does_not_count_a_held_card_twice():
    """When nothing was polled for longer than the set time and the card still lies there, it never left."""
    clock = FakeClock()
    scanner = Scanner(clock)
    assert scanner.see(A) == A
    clock.ms += 10 * ABSENT_MS
    assert scanner.see(A) is None


def test_memory_is_bounded():
    """A flood of different cards is all counted, and only the last few are remembered."""
    clock = FakeClock()
    scanner = Scanner(clock)
    for number in range(500):
        assert scanner.see(number.to_bytes(4, "big")) is not None
        clock.ms += 1
    assert scanner.see((499).to_bytes(4, "big")) is None
    assert scanner.see((0).to_bytes(4, "big")) is not None


class Bench:
    """A scanner that is polled every 25 ms; `seen` is each tap, `faults` each change of its fault."""

    def __init__(self):
        self.clock = FakeClock()
        self.scanner = Scanner(self.clock)
        self.seen = []
        self.faults = []

    def look(self, ms, *cards, refusal=None):
        """These cards lie there for so long; several are given in turn, as a driver does."""
        for number in range(max(1, ms // STEP_MS)):
            uid = cards[number % len(cards)] if cards else None
            tap = self.scanner.see(uid, len(cards), refusal)
            if tap is not None:
                self.seen.append(tap)
            if self.scanner.fault != (self.faults[-1] if self.faults else None):
                self.faults.append(self.scanner.fault)
            self.clock.ms += STEP_MS


def test_two_cards_in_one_hand_are_no_tap():
    """Neither counts, however they leave the field, until one is brought alone a second later."""
    bench = Bench()
    bench.look(300, A, B)
    bench.look(75, B)
    bench.look(ABSENT_MS)
    assert ([], [CARD_SEVERAL], 1) == (bench.seen, bench.faults, bench.scanner.refused)
    bench.look(100, B)
    assert ([B], [CARD_SEVERAL, None]) == (bench.seen, bench.faults)
    bench.look(LINGER_MS)
    bench.look(100, A)
    assert [B, A] == bench.seen


def test_a_card_that_joins_another_is_no_tap():
    """The first one keeps its tap; the second is asked to come alone, and counts when it does."""
    bench = Bench()
    bench.look(300, A)
    bench.look(300, A, B)
    bench.look(300, B)
    bench.look(ABSENT_MS + 50)
    bench.look(100, B)
    assert [A, B] == bench.seen


def test_the_driver_may_miss_one_of_two():
    """Two cards disturb each other, so that a look finds only one: still none counts."""
    bench = Bench()
    for _ in range(20):
        bench.look(50, A, B)
        bench.look(25, A)
        bench.look(25)
        bench.look(25, B)
    assert ([], [CARD_SEVERAL]) == (bench.seen, bench.faults)


def test_a_phone_is_told_once():
    """As long as it lies there, and not again while it stays; a card brought then counts at once."""
    bench = Bench()
    bench.look(5000, refusal=CARD_RANDOM_UID)
    assert ([CARD_RANDOM_UID], 1) == (bench.faults, bench.scanner.refused)
    bench.look(100, A)
    assert ([A], [CARD_RANDOM_UID, None]) == (bench.seen, bench.faults)
    bench.look(ABSENT_MS)
    bench.look(100, refusal=CARD_RANDOM_UID)
    bench.look(LINGER_MS)
    assert ([CARD_RANDOM_UID, None], 2) == (bench.faults[2:], bench.scanner.refused)


def test_a_card_behind_a_phone_counts():
    """The driver reads it, and says of the phone what it says: the card is what was meant."""
    bench = Bench()
    bench.look(200, A, refusal=CARD_RANDOM_UID)
    assert ([A], []) == (bench.seen, bench.faults)


def test_a_card_that_left_in_the_middle():
    """It answered, could not be read, and is gone: said after a moment, for as long as it takes to read it."""
    bench = Bench()
    bench.look(25, refusal=CARD_UNREADABLE)
    bench.look(UNREAD_MS - 25)
    assert [] == bench.faults
    bench.look(LINGER_MS + 50)
    assert ([CARD_UNREADABLE, None], 1, []) == (bench.faults, bench.scanner.refused, bench.seen)


def test_a_card_that_approaches_is_not_complained_of():
    """Some looks without its UID, then it is read: nothing is said but its tap."""
    bench = Bench()
    bench.look(UNREAD_MS - 50, refusal=CARD_UNREADABLE)
    bench.look(100, A)
    bench.look(1000)
    assert ([A], []) == (bench.seen, bench.faults)


def test_a_card_on_its_way_out_is_not_complained_of():
    """Its tap is kept; that its last answers break off is nobody's trouble."""
    bench = Bench()
    bench.look(200, A)
    bench.look(100, refusal=CARD_UNREADABLE)
    bench.look(3000)
    assert ([A], []) == (bench.seen, bench.faults)


def test_a_card_that_cannot_be_read_at_all():
    """Said once, for as long as it lies there."""
    bench = Bench()
    bench.look(5000, refusal=CARD_UNREADABLE)
    assert ([CARD_UNREADABLE], 1) == (bench.faults, bench.scanner.refused)


def test_a_card_left_for_a_minute():
    """One tap; after a while it is asked to be taken away, which ends when it is; that is no refusal."""
    bench = Bench()
    bench.look(LEFT_MS, A)
    assert [] == bench.faults
    bench.look(60_000 - LEFT_MS, A)
    assert ([A], [CARD_LEFT], 0) == (bench.seen, bench.faults, bench.scanner.refused)
    bench.look(LINGER_MS + 50)
    assert [CARD_LEFT, None] == bench.faults


def test_a_day_of_taps_leaves_nothing_behind():
    """Thousands of cards, each forgotten when it is gone."""
    bench = Bench()
    taps = 0
    for number in range(2000):
        bench.look(50, number.to_bytes(4, "big"))
        taps += len(bench.seen)
        bench.seen.clear()
    bench.look(ABSENT_MS + 50)
    assert (2000, {}, {}) == (taps, bench.scanner._seen_ms, bench.scanner._came_ms)
