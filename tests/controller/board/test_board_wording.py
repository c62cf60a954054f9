"""Pins what the board says: every sentence fits its line at 80 columns, and nobody is misled."""

from collections.abc import Iterator

import pytest
from fake_hall import START_MS
from rich.cells import cell_len

from eyes import VIETNAM
from luot_controller.board import wording
from luot_controller.board.calls import CALLED, GONE, SERVING, Call
from luot_controller.board.state import Service
from luot_controller.errors import AccessRefused
from luot_controller.language import LANGUAGES, use
from luot_controller.screen.pulse import Pulse, Reach

LINE_CELLS = 76
"""80 columns, less the margins."""

TURNS = range(12)


@pytest.fixture(params=list(LANGUAGES))
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each test runs once in each language."""
    name: str = request.param
    use(name)
    yield name
    use("en")


def gone(reach: Reach) -> Pulse:
    """An office that is out of reach in this way, after it was there."""
    pulse = Pulse(0.0)
    pulse.hear_link(True, 0.0)
    pulse.hear({"state": "open", "at_ms": START_MS}, 0.0)
    if reach is Reach.CUT:
        pulse.hear_link(False, 1.0)
    elif reach is Reach.REFUSED:
        pulse.problem = AccessRefused("no", "")
    elif reach in (Reach.LOST, Reach.STOPPED):
        pulse.hear({"state": reach.name.lower()}, 1.0)
    return pulse


@pytest.mark.usefixtures("language")
def test_every_way_to_be_away_fits_and_is_its_own() -> None:
    """A headline with the time, a second line with the reason; none while the office is there or sought."""
    ways = [Reach.CUT, Reach.REFUSED, Reach.LOST, Reach.STOPPED, Reach.STALE]
    told = [wording.away(gone(reach), 9.0, VIETNAM) for reach in ways]
    assert len(ways) == len({told_of[1] for told_of in told if told_of})
    assert [] == [line for told_of in told for line in told_of or ("",) if not 0 < cell_len(line) <= LINE_CELLS - 16]
    assert all("09:41" in told_of[0] for told_of in told if told_of)
    assert [None, None] == [wording.away(pulse, 1.0, VIETNAM) for pulse in (gone(Reach.OPEN), Pulse(0.0))]


@pytest.mark.usefixtures("language")
def test_every_hint_fits_its_line() -> None:
    """In both languages, whichever the screen speaks; old news has a hint of its own."""
    hints = [wording.tip(turn, stale) for turn in TURNS for stale in (False, True)]
    assert [] == [hint for hint in hints if not 0 < cell_len(hint) <= LINE_CELLS]
    assert {wording.tip(turn, False) for turn in TURNS}.isdisjoint(wording.tip(turn, True) for turn in TURNS)


def test_hints_come_in_english_on_a_vietnamese_screen() -> None:
    """And the other way round: whoever stands before it finds a line to read."""
    use("vi")
    assert "Touch your card to a reader to see your place" in {wording.tip(turn, False) for turn in TURNS}
    use("en")


@pytest.mark.usefixtures("language")
def test_words_above_a_call_fit_above_it() -> None:
    """Both and the time in 76 cells, with a sign; those of a small card in the 14 of the smallest."""
    calls = [Call(17, "3", START_MS, state, 1) for state in (CALLED, SERVING, GONE)]
    above = ["".join(wording.labels(call, stale)) for call in calls for stale in (False, True)]
    assert [] == [words for words in above if not 0 < cell_len(words) <= LINE_CELLS - 20]
    assert [] == [call for call in calls if not 0 < cell_len(wording.state(call, stale=False)) <= 14]
    assert 3 == len({wording.state(call, stale=False) for call in calls})
    assert {wording.state(calls[-1], stale=False)} == {wording.state(call, stale=True) for call in calls}


def test_nobody_is_sent_by_old_news() -> None:
    """A call is told as past while the office is out of reach, also one that was made again."""
    again = Call(17, "3", START_MS, CALLED, 1, recalls=2)
    assert ("CALLED AGAIN", "GO TO DESK") == wording.labels(again, stale=False)
    assert ("WAS CALLED", "TO DESK") == wording.labels(again, stale=True)
    assert ("BEING SERVED", "AT DESK") == wording.labels(Call(17, "3", START_MS, SERVING, 1, recalls=2), stale=False)


def test_a_wait_beyond_the_closing_is_no_number() -> None:
    """Whoever would come now reads that it may be too late."""
    use("en")
    assert "may be too late" == wording.line(Service("Land", 12, 45, 60, closes_first=True), in_words=True).wait


def test_people_and_waits_in_words() -> None:
    """A number alone in a table, with a word where it stands alone; a dash where nothing is known."""
    assert ("Land", "1", "over 1 hour") == wording.line(Service("Land", 1, 60), in_words=False)
    assert ("Land", "1 person", "5-10 min") == wording.line(Service("Land", 1, 5, 10), in_words=True)
    assert ("Land", "2 people", "") == wording.line(Service("Land", 2), in_words=True)
    assert ("Land", "-", "") == wording.line(Service("Land"), in_words=True)
    assert ("3 waiting", "people waiting, expected wait") == wording.waiting(3, in_words=False)
    assert ("", "expected wait") == wording.waiting(None, in_words=True)


def test_a_call_without_a_time_shows_none() -> None:
    """Rather than one that is made up."""
    assert ("09:41", "") == tuple(
        wording.called_at(Call(1, "1", at_ms, CALLED, 1), VIETNAM) for at_ms in (START_MS, None)
    )
