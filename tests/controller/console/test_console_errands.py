"""Pins that blocking calls keep their order, hand over errors, and never hold up the end of the program."""

import threading
from queue import SimpleQueue
from typing import Any

from luot_controller.console.errands import Errands


def test_outcomes_come_in_order_and_errors_are_outcomes() -> None:
    """One call at a time; an exception is handed over instead of ending the lane."""
    outcomes: SimpleQueue[Any] = SimpleQueue()
    lane = Errands("test")
    for divisor in (1, 0, 2):
        lane.run(lambda divisor=divisor: 10 / divisor, outcomes.put)  # type: ignore[misc]
    first, second, third = (outcomes.get(timeout=5) for _ in range(3))
    lane.close()
    assert (10.0, 5.0) == (first, third)
    assert isinstance(second, ZeroDivisionError)


def test_the_thread_ends_with_close_and_does_not_hold_up_the_program() -> None:
    """close() ends the thread after the call under way; a daemon is not waited for."""
    gate, outcomes = threading.Event(), SimpleQueue[Any]()
    lane = Errands("test lane to end")
    lane.run(lambda: gate.wait(5), outcomes.put)
    lane.close()
    thread = next(thread for thread in threading.enumerate() if thread.name == "test lane to end")
    assert thread.daemon
    gate.set()
    assert outcomes.get(timeout=5) is True
    thread.join(5)
    assert not thread.is_alive()
