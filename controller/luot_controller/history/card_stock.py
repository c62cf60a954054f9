"""What became of the cards, day by day, as the ledger has it. Knows no card but by its number; a list from a file is
no event, so cards that were imported are not among the enrolled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from luot_controller.engine.events import (
    CardBlocked,
    CardDropped,
    CardEnrolled,
    CardReplaced,
    CardRetired,
    CardUnblocked,
    DayClosed,
    Fact,
    VisitOpened,
)
from luot_controller.engine.model import OVER, Hall, Visit
from luot_controller.store.bodies import decode_fact
from luot_controller.store.chain import Row

_COUNTED: dict[type[Fact], str] = {
    CardDropped: "back",
    CardBlocked: "blocked",
    CardUnblocked: "found",
    CardReplaced: "replaced",
    CardEnrolled: "enrolled",
    CardRetired: "retired",
}
_KINDS = {kind.__name__ for kind in (VisitOpened, DayClosed, *_COUNTED)}


@dataclass(slots=True)
class CardDay:
    """One day. taken: visits that began with a card; out: not given back when the day was closed, None before that."""

    day: date
    taken: int = 0
    back: int = 0
    out: int | None = None
    blocked: int = 0
    found: int = 0
    replaced: int = 0
    enrolled: int = 0
    retired: int = 0


@dataclass(frozen=True, slots=True)
class CardsNow:
    """Each enrolled card once. in_use: its visit goes on; not_back: it is over, and no drop-off reader saw the card."""

    enrolled: int
    in_tray: int
    in_use: int
    not_back: int
    lost: int


def by_day(rows: Iterable[Row], timezone: tzinfo) -> list[CardDay]:
    """The days on which something happened to cards, in order."""
    days: dict[date, CardDay] = {}
    for row in rows:
        if row.kind not in _KINDS:
            continue
        fact = decode_fact(row.kind, row.body)
        if isinstance(fact, VisitOpened) and not fact.card:
            continue
        day = datetime.fromtimestamp(fact.at_ms / 1000, timezone).date()
        one = days.setdefault(day, CardDay(day))
        if isinstance(fact, VisitOpened):
            one.taken += 1
        elif isinstance(fact, DayClosed):
            one.out = fact.cards_out
        else:
            name = _COUNTED[type(fact)]
            setattr(one, name, getattr(one, name) + 1)
    return sorted(days.values(), key=lambda one: one.day)


def now(numbers: Iterable[int], visits: Iterable[Visit], hall: Hall, has_dropoff: bool) -> CardsNow:
    """Where the enrolled cards are; without a drop-off reader a card is taken to be back once its visit is over."""
    enrolled = set(numbers)
    lost = enrolled & hall.blocked
    theirs = [visit for visit in visits if visit.card and visit.dropped_ms is None]
    in_use = {visit.number for visit in theirs if visit.state not in OVER} & enrolled - lost
    over = {visit.number for visit in theirs if visit.state in OVER} if has_dropoff else set()
    not_back = over & enrolled - lost - in_use
    in_tray = len(enrolled) - len(lost) - len(in_use) - len(not_back)
    return CardsNow(len(enrolled), in_tray, len(in_use), len(not_back), len(lost))
