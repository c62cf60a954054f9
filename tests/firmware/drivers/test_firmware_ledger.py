"""The ledger adds up time and charge for each state."""

from models.clock import CYCLES_PER_MS
from models.ledger import Ledger

ALSO_ON_MICROPYTHON = True


def test_time_and_charge():
    """Time belongs to the state that ends, however often it is entered again; mA times ms are microcoulombs."""
    ledger = Ledger({"asleep": 0.5, "awake": 10}, "asleep", 7)
    for state, ms in (("awake", 4), ("awake", 5), ("asleep", 6), ("awake", 106)):
        ledger.enter(state, 7 + ms * CYCLES_PER_MS)
    assert ("awake", 104, 2, 72) == (ledger.state, ledger.ms_in("asleep"), ledger.ms_in("awake"), ledger.charge_uc())


def test_changes():
    """Each new state is told once, with its time."""
    ledger = Ledger({"asleep": 0, "awake": 1}, "asleep", 0)
    told = []
    ledger.on_change = lambda state, at: told.append((state, at))
    for state, at in (("asleep", 1), ("awake", 2), ("awake", 3), ("asleep", 4)):
        ledger.enter(state, at)
    assert [("awake", 2), ("asleep", 4)] == told
