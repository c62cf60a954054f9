"""Pins that many changes make one question, that none is put over another, and that a failed one is put again."""

from collections.abc import Callable

from luot_controller.console.asking import ASK_AFTER_S, ASK_AGAIN_S, Asking


class Timers:
    """Keeps what was asked for later, and counts the questions."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.asked = 0
        self.possible = True
        self._calls: list[Callable[[], None]] = []

    def after(self, wait_s: float, call: Callable[[], None]) -> None:
        """As Textual's `set_timer`."""
        self.waits.append(wait_s)
        self._calls.append(call)

    def ask(self) -> bool:
        """Put the question, where possible."""
        self.asked += self.possible
        return self.possible

    def ring(self) -> None:
        """The oldest timer is over."""
        self._calls.pop(0)()


def test_changes_close_together_make_one_question() -> None:
    """Planned once, however often something changes before."""
    timers = Timers()
    asking = Asking(timers.after, timers.ask)
    for _ in range(3):
        asking.plan()
    timers.ring()
    assert ([ASK_AFTER_S], 1) == (timers.waits, timers.asked)


def test_a_change_during_a_question_makes_one_more_after_it() -> None:
    """The answer under way may be older than the change; without a change there is no other question."""
    timers = Timers()
    asking = Asking(timers.after, timers.ask)
    asking.plan()
    timers.ring()
    asking.plan()
    assert [ASK_AFTER_S] == timers.waits
    asking.answered(failed=False)
    timers.ring()
    asking.answered(failed=False)
    assert ([ASK_AFTER_S, ASK_AFTER_S], 2) == (timers.waits, timers.asked)


def test_a_question_that_failed_is_put_again_later() -> None:
    """Not at once: whoever did not answer needs a moment."""
    timers = Timers()
    asking = Asking(timers.after, timers.ask)
    asking.plan()
    timers.ring()
    asking.answered(failed=True)
    assert [ASK_AFTER_S, ASK_AGAIN_S] == timers.waits


def test_a_question_that_cannot_be_put_blocks_no_other() -> None:
    """While the office is away nothing is under way; the next change plans anew."""
    timers = Timers()
    timers.possible = False
    asking = Asking(timers.after, timers.ask)
    asking.plan()
    timers.ring()
    timers.possible = True
    asking.plan()
    timers.ring()
    assert 1 == timers.asked
