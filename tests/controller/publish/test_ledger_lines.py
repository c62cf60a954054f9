"""A fact as others see it: a message for integrators, and a plain line for people at a terminal."""

import json
import re
import time
from datetime import datetime

import msgspec
import pytest
from busy_office import BusyOffice
from engine_day import adopted

from luot_controller.engine.events import (
    FACTS,
    CardBlocked,
    CardDropped,
    CardEnrolled,
    CardReplaced,
    CardRetired,
    CardTaken,
    CardUnblocked,
    ClosingPlanned,
    CommandUndone,
    DayClosed,
    DayOpened,
    DeskClosed,
    DeskOpened,
    DeskPaused,
    Fact,
    ServiceFinished,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitCancelled,
    VisitExpired,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitOpened,
    VisitRated,
    VisitRecalled,
    VisitResumed,
    VisitReturned,
    VisitStarted,
    VisitTransferred,
)
from luot_controller.engine.ledger_facts import LedgerArchived, LedgerFact
from luot_controller.engine.model import Visit, VisitState
from luot_controller.publish.ledger import event_fields, event_message, plain_line
from luot_controller.service.loop import EVENTS_PAGE
from luot_protocol import codes, messages

AT_MS = 1_760_000_000_000
EVENTS_PAGE_BYTES = 4096

LINES: list[tuple[Fact, str | None]] = [
    (VisitOpened(AT_MS, 5, 17, "papers", "plain", AT_MS, 0, True, None), None),
    (
        TapAnswered(AT_MS, "entry-1", "k", 1, 2, codes.OPENED, 17, 5, 3, 10, 25),
        "tap     card  17  at entry-1: opened, 3 ahead, 10-25 min",
    ),
    (
        TapAnswered(AT_MS, "entry-1", "k", 1, 2, codes.WAITING, 17, 5, 30, 40, None),
        "tap     card  17  at entry-1: waiting, 30 ahead, over 1 hour",
    ),
    (
        TapAnswered(AT_MS, "info-1", "k", 1, 2, codes.YOUR_TURN, 17, 5, desk="3"),
        "tap     card  17  at info-1: your turn, desk 3",
    ),
    (
        TapIgnored(AT_MS, "entry-1", "k", 1, 2, codes.TOO_OLD, 17),
        "tap     card  17  at entry-1: ignored, too old",
    ),
    (
        TapIgnored(AT_MS, "entry-1", "k", 1, 2, codes.UNKNOWN_CARD, None),
        "tap     unknown card  at entry-1: ignored, unknown card",
    ),
    (
        VisitCalled(AT_MS, 5, 17, "2", "PRIORITY_WITHIN_H", 1, 12, 2, 12, 2),
        "call    card  17  to desk 2: PRIORITY_WITHIN_H (before 12)",
    ),
    (VisitCalled(AT_MS, 5, 17, "2", "OLDEST", 1, 12, 2, None, None), "call    card  17  to desk 2: OLDEST"),
    (VisitRecalled(AT_MS, 5, 17, "2"), "recall  card  17  to desk 2"),
    (VisitStarted(AT_MS, 5, 17, "2"), "start   card  17  at desk 2"),
    (VisitFinished(AT_MS, 5, 17, "2", "papers", 7 * 60_000), "finish  card  17  at desk 2 after 7 min"),
    (VisitFinished(AT_MS, 5, 17, "2", "papers", 7 * 60_000 + 59_999), "finish  card  17  at desk 2 after 7 min"),
    (VisitMissed(AT_MS, 5, 17, "2"), "no-show card  17  at desk 2"),
    (VisitReturned(AT_MS, 5, 17, AT_MS, True), "return  card  17  to its own place"),
    (VisitReturned(AT_MS, 5, 17, AT_MS, False), "return  card  17  as a new arrival"),
    (VisitHeld(AT_MS, 5, 17, "2"), "hold    card  17  at desk 2"),
    (VisitResumed(AT_MS, 5, 17, "1", "2"), "resume  card  17  to desk 1"),
    (VisitTransferred(AT_MS, 5, 17, "2", "land"), "transfer card  17  from desk 2 to land"),
    (
        CommandUndone(AT_MS, "2", (Visit(5, 17, "papers", "plain", AT_MS, 0, VisitState.SERVING, AT_MS, "2"),)),
        "undo    card  17  at desk 2",
    ),
    (
        VisitOpened(AT_MS, 5, 900, "papers", "plain", AT_MS, 0, True, None, card=False, by="kiosk"),
        "open    card 900  for papers, by kiosk",
    ),
    (
        VisitCalled(AT_MS, 5, 17, "2", "OVERRIDE", 1, 12, 2, 12, 2, note="ill", by="supervisor"),
        "call    card  17  to desk 2: OVERRIDE (before 12): ill",
    ),
    (
        ServiceFinished(AT_MS, 5, 17, "2", "papers", 7 * 60_000, "plain", "land", ()),
        "finish  card  17  at desk 2 after 7 min, now land",
    ),
    (
        VisitTransferred(AT_MS, 5, 17, "2", "land", to_desk="3"),
        "transfer card  17  from desk 2 to land at desk 3",
    ),
    (
        VisitCancelled(AT_MS, 5, 17, "land", "plain", VisitState.WAITING, None, None, None, None),
        "cancel  card  17  at the drop-off",
    ),
    (
        VisitCancelled(AT_MS, 5, 17, "land", "plain", VisitState.HELD, "2", "desk-1", "1", "left"),
        "cancel  card  17  by desk-1: left",
    ),
    (VisitExpired(AT_MS, 5, 17, "land", "plain", VisitState.MISSED, None), "expire  card  17  was missed"),
    (VisitRated(AT_MS, 5, 17), None),
    (CardDropped(AT_MS, 5, 17, AT_MS, None), None),
    (CardTaken(AT_MS, 5, 17, "2"), None),
    (CardReplaced(AT_MS, 5, 17, 18, None, None, "desk-1"), "replace card  17  by card 18"),
    (CardBlocked(AT_MS, 17, "desk-1", "lost"), "block   card  17  by desk-1: lost"),
    (CardUnblocked(AT_MS, 17, "desk-1"), "unblock card  17  by desk-1"),
    (CardEnrolled(AT_MS, 17, "entry-1", "supervisor"), "enrol   card  17  at entry-1, by supervisor"),
    (CardRetired(AT_MS, 17, "supervisor", "broken"), "retire  card  17  by supervisor: broken"),
    (DeskOpened(AT_MS, "2", "supervisor"), "desk    2 is open, by supervisor"),
    (DeskPaused(AT_MS, "2", "desk-2", "lunch"), "desk    2 pauses, by desk-2: lunch"),
    (DeskClosed(AT_MS, "2", "desk-2"), "desk    2 is closed, by desk-2"),
    (DayOpened(AT_MS, "opening-hours"), "day     open, by opening-hours"),
    (ClosingPlanned(AT_MS, AT_MS), f"day     open until {datetime.fromtimestamp(AT_MS / 1000):%H:%M}"),
    (ClosingPlanned(AT_MS, None), "day     open until it is closed by hand"),
    (
        DayClosed(AT_MS, "supervisor", 3, 1, 2, 4),
        "day     closed, by supervisor: 1 finished, 3 expired, 2 kept, 4 cards out",
    ),
    (adopted(at_ms=AT_MS), "site    works by the rules of test, version 0.1.0"),
    (LedgerArchived(AT_MS, 900, "0a", "0b", {"k": (1, 2)}), "archive events up to 900"),
]


@pytest.mark.parametrize(("fact", "expected"), LINES)
def test_plain_line(fact: Fact, expected: str | None) -> None:
    """The local time, the word, the card and what matters; an opening and a drop are told by their taps."""
    line = plain_line(fact)
    if expected is None:
        assert line is None
    else:
        assert f"{time.strftime('%H:%M:%S', time.localtime(AT_MS / 1000))}  {expected}" == line


def test_the_lines_cover_every_kind() -> None:
    """A new kind of fact needs a line here."""
    assert set(FACTS) == {type(fact) for fact, _ in LINES}


@pytest.mark.parametrize("fact", [fact for fact, _ in LINES if not isinstance(fact, LedgerFact)])
def test_event_message(fact: Fact) -> None:
    """An event has its id, its kind and all fields of the fact, and passes the message table's check."""
    fields = messages.EVENT.check(json.loads(msgspec.json.encode(event_fields(77, fact))))
    assert (77, type(fact).__name__, AT_MS) == (fields["id"], fields["kind"], fields["at_ms"])
    rest = {key: value for key, value in fields.items() if key not in ("id", "kind")}
    assert fact == msgspec.convert(rest, type(fact))


@pytest.mark.parametrize("fact", [fact for fact, _ in LINES if isinstance(fact, LedgerFact)])
def test_event_message_of_the_ledger_itself(fact: Fact) -> None:
    """What grows with the site is not sent: integrators hear that it happened, and when."""
    assert {"id": 77, "kind": type(fact).__name__, "at_ms": AT_MS} == messages.EVENT.check(event_fields(77, fact))


@pytest.mark.parametrize("fact", [fact for fact, _ in LINES])
def test_an_event_is_published_as_it_is_answered(fact: Fact) -> None:
    """Byte for byte, so that who missed one and asks for it gets the same."""
    assert msgspec.json.encode(event_fields(77, fact)) == event_message(77, fact)


def test_no_event_holds_a_key_or_a_card() -> None:
    """Integrators see the number on the card, never its hash; a kid names a key and is none."""
    for fact, _ in LINES:
        assert not re.search(r"hash|uid|card_key|password", json.dumps(event_fields(1, fact)))


def test_the_largest_page_of_events_fits() -> None:
    """A page of events of the largest office are no more than twice what a tap may publish."""
    office = BusyOffice(waiting=10)
    sizes = sorted(
        len(msgspec.json.encode(event_fields(1_000_000_000 + n, fact))) for n, fact in enumerate(office.facts)
    )
    assert EVENTS_PAGE * (sizes[-1] + 1) <= EVENTS_PAGE_BYTES
