"""Open taps are sent again for ever, in order, ever more rarely while the office is silent."""

from luot_firmware.pace import FIRST_RESEND_MS, LONGEST_RESEND_MS, Pace
from luot_firmware.records import Record

ALSO_ON_MICROPYTHON = True

STEP_MS = 50


def taps(count):
    return [Record(1, seq, b"", 0) for seq in range(1, count + 1)]


class Sendings:
    """Asks a Pace every 50 ms and notes (ms, seq) of what is sent."""

    def __init__(self, window):
        self.pace = Pace()
        self.window = window
        self.ms = 0
        self.sent = []

    def run(self, ms):
        for _ in range(ms // STEP_MS):
            is_due = bool(self.window) and self.pace.wait_ms(self.window, self.ms, 1) == 0
            due = self.pace.due(self.window, self.ms)
            assert is_due == bool(due)
            for record in due:
                self.pace.sent(record, self.ms)
                self.sent.append((self.ms, record.seq))
            self.ms += STEP_MS

    def times(self, seq):
        return [ms for ms, which in self.sent if which == seq]

    def order(self):
        return [seq for _, seq in self.sent]


def test_a_receipt_is_overdue_after_the_first_pause():
    """Counted from the first sending, whatever was sent again, until it is settled."""
    sendings = Sendings(taps(3))
    sendings.run(FIRST_RESEND_MS - STEP_MS)
    assert 0 == sendings.pace.overdue(sendings.ms)
    sendings.run(20_000)
    assert 3 == sendings.pace.overdue(sendings.ms)
    sendings.pace.settled(sendings.window.pop(0))
    assert 2 == sendings.pace.overdue(sendings.ms)


def test_a_tap_is_sent_at_once_and_again_for_ever():
    """After 2 to 3 s, then at growing pauses of 15 to 22.5 s, without end."""
    sendings = Sendings(taps(1))
    sendings.run(600_000)
    times = sendings.times(1)
    pauses = [times[at + 1] - times[at] for at in range(len(times) - 1)]
    assert 0 == times[0]
    assert FIRST_RESEND_MS <= pauses[0] <= FIRST_RESEND_MS * 3 // 2 + STEP_MS
    assert all(LONGEST_RESEND_MS <= pause <= LONGEST_RESEND_MS * 3 // 2 + STEP_MS for pause in pauses[6:])
    assert times[-1] > 570_000


def test_all_are_sent_again_in_order():
    """Taps first sent at different moments go out together from then on, the oldest first."""
    sendings = Sendings([])
    for record in taps(8):
        sendings.window.append(record)
        sendings.run(150)
    sendings.run(120_000)
    rounds = len(sendings.sent) // 8
    assert list(range(1, 9)) * rounds == sendings.order()
    assert all(1 == len({sendings.sent[at * 8 + n][0] for n in range(8)}) for at in range(1, rounds))
    assert rounds >= 8


def test_a_new_tap_does_not_wait_for_a_round():
    """It is sent at once, alone, however long the pauses have become."""
    sendings = Sendings(taps(2))
    sendings.run(100_000)
    before = len(sendings.sent)
    sendings.window.append(Record(1, 3, b"", 0))
    sendings.run(STEP_MS)
    assert 3 in sendings.order()[before:]


def test_an_answer_ends_the_long_pauses():
    """Once the office answers again, what has waited is sent within 3 s of its last sending."""
    sendings = Sendings(taps(3))
    sendings.run(300_000)
    settled = sendings.window.pop(0)
    sendings.pace.settled(settled)
    sendings.run(3100)
    assert sendings.ms - sendings.times(2)[-1] <= 3150
    assert sendings.ms - sendings.times(3)[-1] <= 3150


def test_readers_do_not_come_back_in_step():
    """The first pause differs between readers that sent at the same moment."""
    seconds = set()
    for _ in range(20):
        sendings = Sendings(taps(1))
        sendings.run(3200)
        seconds.add(sendings.times(1)[1])
    assert len(seconds) > 3


def test_nothing_to_send_waits():
    """With an empty window nothing is due, for as long as is asked."""
    pace = Pace()
    assert ([], 777) == (pace.due([], 5), pace.wait_ms([], 5, 777))
