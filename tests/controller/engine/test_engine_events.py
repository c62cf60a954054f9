"""What a fact touches: visits, numbers and desks, for whoever writes or says what has changed."""

from dataclasses import replace

import pytest
from engine_day import Day, adopted

from luot_controller.engine.commands import BlockCard, CallNext, Hold, PauseDesk, ReplaceCard, Resume, Transfer, Undo
from luot_controller.engine.events import CardReplaced, CommandUndone, Fact, desks_of, gone_of, numbers_of, visits_of


@pytest.fixture
def day() -> Day:
    """Card 17 is visit 1, card 18 visit 2; both wait for papers."""
    day = Day()
    for number in (17, 18):
        day.tap(number)
    return day


def touched(fact: Fact) -> tuple[dict[int, int], set[int], set[str], int | None]:
    """Visits, numbers, desks, and the visit that is gone."""
    return visits_of(fact), numbers_of(fact), desks_of(fact), gone_of(fact)


def test_a_visit_that_is_opened(day: Day) -> None:
    """It touches no desk; the settled tap after it touches nothing more."""
    opened, answered = day.ledger[-2:]
    assert ({2: 18}, {18}, set(), None) == touched(opened)
    assert ({}, set(), set(), None) == touched(answered)


def test_a_call(day: Day) -> None:
    """One visit, and the desk that called it."""
    day.do(CallNext("1"))
    assert ({1: 17}, {17}, {"1"}, None) == touched(day.ledger[-1])


def test_a_visit_resumed_at_another_desk(day: Day) -> None:
    """The desk that held it is touched, too."""
    for command in (CallNext("1"), Hold("1"), Resume("2", number=17)):
        day.do(command)
    assert ({1: 17}, {17}, {"1", "2"}, None) == touched(day.ledger[-1])


def test_a_card_that_is_replaced(day: Day) -> None:
    """The visit has its new number; of the old one, too, something else is said; a visit of the new card is gone."""
    replaced = CardReplaced(day.now_ms, 1, 17, 40, None, "1", "desk-1")
    assert ({1: 40}, {17, 40}, {"1"}, None) == touched(replaced)
    assert 2 == gone_of(replace(replaced, replaces=2))
    day.do(ReplaceCard("desk-1", number=17, replacement=40))
    assert ({1: 40}, {17, 40}, set(), None) == touched(day.ledger[-1])


def test_a_command_that_is_undone(day: Day) -> None:
    """All visits that the command had changed, and the desks where they are again."""
    for command in (CallNext("1"), Transfer("1", service="land"), Undo("1")):
        day.do(command)
    undone = day.ledger[-1]
    assert isinstance(undone, CommandUndone)
    assert ({1: 17}, {17}, {"1"}, None) == touched(undone)
    elsewhere = replace(undone.restored[0], desk="2")
    waiting = replace(undone.restored[0], id=2, number=18, desk=None)
    both = replace(undone, restored=(elsewhere, waiting))
    assert ({1: 17, 2: 18}, {17, 18}, {"1", "2"}, None) == touched(both)


def test_what_happens_to_the_office_alone(day: Day) -> None:
    """A desk's pause touches the desk; a blocked card and other rules touch no visit."""
    day.do(PauseDesk("1", reason="lunch"))
    assert ({}, set(), {"1"}, None) == touched(day.ledger[-1])
    day.do(BlockCard("desk-1", number=99))
    assert ({}, set(), set(), None) == touched(day.ledger[-1])
    assert ({}, set(), set(), None) == touched(adopted())
