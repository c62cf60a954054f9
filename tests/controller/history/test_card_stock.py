"""Where the cards are now, and what became of them day by day."""

from datetime import date
from zoneinfo import ZoneInfo

from luot_controller.engine.events import (
    CardBlocked,
    CardDropped,
    CardEnrolled,
    CardRetired,
    DayClosed,
    DeskOpened,
    Fact,
    VisitOpened,
)
from luot_controller.engine.model import Hall, Visit, VisitState
from luot_controller.history.card_stock import CardDay, CardsNow, by_day, now
from luot_controller.store.bodies import encode
from luot_controller.store.chain import Row

NOON_MS = 1_760_000_000_000 - 1_760_000_000_000 % 86_400_000 + 5 * 3_600_000
"""In Vietnam, on 9 October 2025."""
DAY_MS = 86_400_000


def opened(at_ms: int, number: int, card: bool = True) -> VisitOpened:
    return VisitOpened(at_ms, number, number, "papers", "plain", at_ms, 0, True, None, card=card)


def rows(*facts: Fact) -> list[Row]:
    return [
        Row(at, fact.at_ms, 0, type(fact).__name__, encode(fact), None, None, None, b"")
        for at, fact in enumerate(facts, 1)
    ]


def visit(number: int, state: VisitState, dropped_ms: int | None = None, card: bool = True) -> Visit:
    return Visit(number, number, "papers", "plain", 0, 0, state, 0, card=card, dropped_ms=dropped_ms)


def test_day_by_day() -> None:
    """A local day each, without the days on which nothing happened to cards; numbers without a card do not count."""
    found = by_day(
        rows(
            CardEnrolled(NOON_MS, 1, "entry-1", "supervisor"),
            DeskOpened(NOON_MS, "1", "desk-1"),
            opened(NOON_MS, 1),
            opened(NOON_MS, 901, card=False),
            CardDropped(NOON_MS, 1, 1, NOON_MS, None),
            CardBlocked(NOON_MS, 7, "supervisor", "lost"),
            DayClosed(NOON_MS + 12 * 3_600_000 - 1, "supervisor", 0, 0, 0, cards_out=3),
            CardRetired(NOON_MS + 2 * DAY_MS, 7, "supervisor", None),
        ),
        ZoneInfo("Asia/Ho_Chi_Minh"),
    )
    assert [
        CardDay(date(2025, 10, 9), taken=1, back=1, out=3, blocked=1, enrolled=1),
        CardDay(date(2025, 10, 11), retired=1),
    ] == found


def test_where_they_are() -> None:
    """Each card is in one place; what a visit without a card has, and cards that are no more, do not count."""
    hall = Hall(blocked={4, 99})
    visits = [
        visit(1, VisitState.WAITING),
        visit(2, VisitState.FINISHED),
        visit(3, VisitState.FINISHED, dropped_ms=5),
        visit(4, VisitState.FINISHED),
        visit(50, VisitState.WAITING),
        visit(5, VisitState.WAITING, card=False),
    ]
    assert CardsNow(enrolled=6, in_tray=3, in_use=1, not_back=1, lost=1) == now(range(1, 7), visits, hall, True)
    assert CardsNow(enrolled=6, in_tray=4, in_use=1, not_back=0, lost=1) == now(range(1, 7), visits, hall, False)
