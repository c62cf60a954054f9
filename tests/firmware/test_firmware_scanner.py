"""One tap for each time a card is brought to the field."""

from luot_firmware.scanner import ABSENT_MS, Scanner

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


def test_two_cards_held_together_are_two_taps():
    """Cards that are read in turn, as a chip does with two in its field, count once each."""
    assert [A, B] == taps(*[(A, 25), (B, 25)] * 200)


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
