"""What a chip's states cost: the time spent in each, and the charge that this took. Knows no chip's registers."""

from models.clock import CYCLES_PER_MS


class Ledger:
    """Notes each change of state.

    current_ma: the current in each state, in mA; the first is `state`, entered at `at`.
    on_change: called with each new state and its time, or None.
    state: the present one; accesses: how often the chip was selected on its bus, which the chip counts.
    """

    def __init__(self, current_ma, state, at):
        self.accesses = 0
        self.state = state
        self.on_change = None
        self._current_ma = current_ma
        self._since = at
        self._cycles_in = dict.fromkeys(current_ma, 0)

    def enter(self, state, at):
        """From `at` on the chip is in `state`."""
        self._cycles_in[self.state] += at - self._since
        self._since = at
        if state != self.state:
            self.state = state
            if self.on_change is not None:
                self.on_change(state, at)

    def ms_in(self, state):
        """Milliseconds spent in `state` until the last enter()."""
        return self._cycles_in[state] / CYCLES_PER_MS

    def charge_uc(self):
        """Charge taken until the last enter(), in microcoulombs."""
        return sum(self.ms_in(state) * self._current_ma[state] for state in self._cycles_in)
