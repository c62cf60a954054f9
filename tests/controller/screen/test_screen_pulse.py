"""Pins when the office counts as there, and what time it is there."""

import pytest

from luot_controller.errors import AccessRefused, OfficeUnreachable
from luot_controller.screen.pulse import STALE_S, Pulse, Reach

START_MS = 1_780_022_460_000  # 09:41 in Vietnam


def living(at_s: float = 0.0) -> Pulse:
    """Connected, with a pulse."""
    pulse = Pulse(at_s)
    pulse.hear_link(True, at_s)
    pulse.hear({"state": "open", "at_ms": START_MS}, at_s)
    return pulse


def test_it_lives_for_as_long_as_its_pulse() -> None:
    """Five seconds of silence, not a moment less."""
    pulse = living()
    assert Reach.OPEN is pulse.reach(STALE_S)
    assert Reach.STALE is pulse.reach(STALE_S + 0.01)
    pulse.hear({"state": "open", "at_ms": START_MS}, 60.0)
    assert Reach.OPEN is pulse.reach(60.0)


@pytest.mark.parametrize(("state", "reach"), [("lost", Reach.LOST), ("stopped", Reach.STOPPED)])
def test_it_says_that_it_has_gone(state: str, reach: Reach) -> None:
    """At once, also within the five seconds; and is back with its next word."""
    pulse = living()
    pulse.hear({"state": state}, 1.0)
    assert reach is pulse.reach(1.0)
    pulse.hear({"state": "open", "at_ms": START_MS}, 2.0)
    assert Reach.OPEN is pulse.reach(2.0)


def test_a_lost_link_needs_a_new_word() -> None:
    """A connection alone is not the office."""
    pulse = living()
    pulse.hear_link(False, 1.0)
    assert Reach.CUT is pulse.reach(1.0)
    pulse.hear_link(True, 20.0)
    assert Reach.SEEKING is pulse.reach(20.0)
    assert Reach.STALE is pulse.reach(26.0)


def test_a_word_just_before_the_link_is_up_counts() -> None:
    """Retained messages may arrive before the connection is reported."""
    pulse = Pulse(0.0)
    pulse.hear({"state": "open", "at_ms": START_MS}, 0.0)
    pulse.hear_link(True, 0.1)
    assert Reach.OPEN is pulse.reach(0.2)


def test_why_there_is_no_connection() -> None:
    """No broker, or one that refuses; the latter is told apart however it came."""
    pulse = Pulse(0.0)
    assert Reach.SEEKING is pulse.reach(1.0)
    pulse.problem = OfficeUnreachable("nobody", "")
    assert Reach.CUT is pulse.reach(1.0)
    pulse.problem = AccessRefused("no", "")
    assert Reach.REFUSED is pulse.reach(1.0)
    pulse.hear_link(True, 2.0)
    assert Reach.SEEKING is pulse.reach(2.0)


def test_its_clock_goes_on_between_its_words() -> None:
    """At its own speed, and the last word is kept as it was."""
    pulse = living()
    assert START_MS + 3000 == pulse.office_ms(3.0)
    pulse.hear({"state": "open", "at_ms": START_MS, "speed": 10}, 0.0)
    assert START_MS + 30_000 == pulse.office_ms(3.0)
    assert (30_000, 3000) == (pulse.lasting_ms(3.0), Pulse(0.0).lasting_ms(3.0))
    assert START_MS == pulse.last_ms
    assert (None, None) == (Pulse(0.0).office_ms(1.0), Pulse(0.0).last_ms)


@pytest.mark.parametrize("speed", [0, -1, "fast", None, True, float("inf"), 1e9])
def test_a_speed_that_is_none_is_one(speed: object) -> None:
    """The clock goes on all the same."""
    pulse = Pulse(0.0)
    pulse.hear({"state": "open", "at_ms": START_MS, "speed": speed}, 0.0)
    assert START_MS + 1000 == pulse.office_ms(1.0)


@pytest.mark.parametrize("at_ms", [None, "x", -1, True, 1.5])
def test_a_time_that_is_none_leaves_the_clock_as_it_was(at_ms: object) -> None:
    """And what the pulse says besides still counts."""
    pulse = living()
    pulse.hear({"state": "open", "at_ms": at_ms}, 2.0)
    assert START_MS + 2000 == pulse.office_ms(2.0)
    assert Reach.OPEN is pulse.reach(6.0)


def test_a_time_beyond_all_clocks_is_bounded() -> None:
    """Also after it has gone on for a while."""
    pulse = Pulse(0.0)
    pulse.hear({"state": "open", "at_ms": (1 << 53) - 1, "speed": 1000}, 0.0)
    assert pulse.office_ms(1e6) == pulse.office_ms(0.0)
