"""What the screens are shown, and which of it a fact changes."""

import json
from typing import Any

import msgspec
import pytest
from busy_office import BusyOffice
from engine_day import HEAD_START_MS, POLICY, Day, with_every_kind

from luot_controller.engine.commands import (
    CallNext,
    DeskCommand,
    Finish,
    Hold,
    NoShow,
    Recall,
    Resume,
    Start,
    Transfer,
    Undo,
)
from luot_controller.engine.events import Fact, Refused, TapAnswered, TapIgnored
from luot_controller.engine.model import Role, VisitState
from luot_controller.publish import screens
from luot_controller.settings import Site
from luot_controller.site_watch import site_fields
from luot_protocol import messages, topics

LARGEST_BYTES = 2048


KEYS: dict[str, DeskCommand] = {
    "CallNext": CallNext("1"),
    "Recall": Recall("1"),
    "Start": Start("1"),
    "Finish": Finish("1"),
    "NoShow": NoShow("1"),
    "Hold": Hold("1"),
    "Resume": Resume("1", number=17),
    "Transfer": Transfer("1", service="land"),
    "Undo": Undo("1"),
}


@pytest.fixture
def day() -> Day:
    return Day()


def shown(day: Day, place: screens.Place) -> Any:
    """A message as it goes out, without its version."""
    fields = screens.message(day.state, day.policy, place, 1)
    return None if fields is None else {key: value for key, value in fields.items() if key != "version"}


def every_place(day: Day) -> list[screens.Place]:
    return [*screens.everything(day.state, day.policy), ("card", "1"), ("card", "2"), ("card", "17")]


def step(day: Day, kind: str) -> list[Fact]:
    """Make one thing happen; the facts of it."""
    began = len(day.ledger)
    if kind in KEYS:
        events = day.do(KEYS[kind])
        assert not isinstance(events[0], Refused)
    elif kind == "return":
        day.tap(17)
    elif kind == "open":
        day.tap(1)
    else:
        day.tap(None)
    return day.ledger[began:]


@pytest.mark.parametrize(
    ("before", "kind", "places"),
    [
        (None, "open", {("card", "1"), ("service", "papers")}),
        (VisitState.WAITING, "CallNext", {("card", "17"), ("service", "papers"), ("desk", "1")}),
        (VisitState.CALLED, "Recall", {("card", "17"), ("desk", "1")}),
        (VisitState.CALLED, "Start", {("card", "17"), ("desk", "1")}),
        (VisitState.CALLED, "NoShow", {("card", "17"), ("service", "papers"), ("desk", "1")}),
        (VisitState.SERVING, "Finish", {("card", "17"), ("service", "papers"), ("desk", "1")}),
        (VisitState.MISSED, "return", {("card", "17"), ("service", "papers")}),
        (VisitState.SERVING, "Hold", {("card", "17"), ("service", "papers"), ("desk", "1")}),
        (VisitState.HELD, "Resume", {("card", "17"), ("service", "papers"), ("desk", "1")}),
        (VisitState.CALLED, "Undo", {("card", "17"), ("service", "papers"), ("desk", "1")}),
    ],
)
def test_a_fact_touches_what_it_changes(
    day: Day, before: VisitState | None, kind: str, places: set[screens.Place]
) -> None:
    """A fact's topics are its card, its desk, the line of its service, and the board; all others stay as they were."""
    day.with_visit(before).later(1)
    was = {place: shown(day, place) for place in every_place(day)}
    touched = screens.touched(day.state, step(day, kind))
    assert {("board", None), *places} == set(touched)
    # The wait at services that share a desk with this one may change as well; they follow with their own facts.
    left = {place for place in was if place not in touched and place[0] != "service"}
    assert {place: was[place] for place in left} == {place: shown(day, place) for place in left}
    assert {place: was[place] for place in places} != {place: shown(day, place) for place in places}


def test_a_settled_tap_touches_nothing(day: Day) -> None:
    """A tap that only asks, and one that is ignored, publish nothing but its receipt."""
    day.with_visit(VisitState.WAITING)
    began = len(day.ledger)
    day.tap(17, Role.INFO)
    day.tap(None)
    assert [TapAnswered, TapIgnored] == [type(fact) for fact in day.ledger[began:]]
    assert {} == screens.touched(day.state, day.ledger[began:])


def test_every_kind_of_fact_can_be_published(day: Day) -> None:
    """A day with all of them: each kind is known to `touched`, in one batch as well as one by one."""
    with_every_kind(day)
    one_by_one = {place for fact in day.ledger for place in screens.touched(day.state, [fact])}
    assert one_by_one == set(screens.touched(day.state, day.ledger))


def test_a_visit_that_is_replaced_in_the_same_batch(day: Day) -> None:
    """Its desk and its card are shown all the same, though its visit is gone by then."""
    day.with_visit(VisitState.SERVING)
    began = len(day.ledger)
    day.do(Finish("1"))
    day.later(3).tap(17, service="land")
    touched = screens.touched(day.state, day.ledger[began:])
    assert {("card", "17"), ("desk", "1"), ("service", "land"), ("board", None)} == set(touched)


def test_board_shows_the_newest_calls_first(day: Day) -> None:
    """Called and served visits by the time of their call; a recall or a start moves nobody; waiting counts all."""
    for number in range(1, 6):
        day.tap(number, service="land" if number == 3 else "papers")
    for desk in ("1", "3", "2"):
        day.later(1).do(CallNext(desk))
    day.later(1).do(Start("1"))
    day.later(1).do(Recall("3"))
    board = shown(day, ("board", None))
    assert [(2, "2", "called"), (3, "3", "called"), (1, "1", "serving")] == [
        (call["number"], call["desk"], call["state"]) for call in board["calls"]
    ]
    assert 2 == board["waiting"]


def test_board_shows_eight_calls() -> None:
    """With fifty desks the board still holds the eight newest."""
    office = BusyOffice(waiting=0)
    fields = screens.message(office.state, office.policy, ("board", None), 1)
    assert fields is not None
    assert 8 == len(fields["calls"])


def test_service_shows_the_head_and_the_wait_of_a_newcomer(day: Day) -> None:
    """Five by key, the count of all, and the very range that the next to tap is then told."""
    for number in range(1, 10):
        day.tap(number, class_id="first" if number == 7 else "plain")
    for desk in ("1", "2"):
        day.do(CallNext(desk))
    line = shown(day, ("service", "papers"))
    assert ([2, 3, 4, 5, 6], 7) == ([person["number"] for person in line["head"]], line["waiting"])
    told = day.tap(20)[-1]
    assert isinstance(told, TapAnswered)
    assert (line["lo_min"], line.get("hi_min")) == (told.lo_min, told.hi_min)
    assert "closes_first" not in line


def test_service_says_that_the_office_may_close_first(day: Day) -> None:
    """As the next to tap is then told."""
    for number in range(1, 10):
        day.tap(number)
    day.state.hall.closing_ms = day.now_ms + 20 * 60_000
    told = day.tap(20)[-1]
    assert isinstance(told, TapAnswered)
    assert (True, True) == (shown(day, ("service", "papers"))["closes_first"], told.closes_first)


def test_service_without_an_upper_end(day: Day) -> None:
    """Where more than an hour is likely, `hi_min` is left out."""
    for number in range(1, 40):
        day.tap(number)
    assert "hi_min" not in shown(day, ("service", "papers"))


def test_desk_shows_why(day: Day) -> None:
    """A called desk has the visit, its class, the reason and whom it passed over; a free one only its version."""
    assert {"epoch": 1, "state": "free"} == shown(day, ("desk", "1"))
    day.tap(12)
    day.later(1).tap(17, class_id="first")
    day.do(CallNext("1"))
    assert {
        "epoch": 1,
        "state": "called",
        "number": 17,
        "visit": 2,
        "service": "papers",
        "class": "first",
        "since_ms": day.now_ms,
        "called_ms": day.now_ms,
        "recalls": 0,
        "reason": "PRIORITY_WITHIN_H",
        "over": 12,
        "undo": True,
    } == shown(day, ("desk", "1"))
    day.do(Hold("1"))
    assert {"epoch": 1, "state": "free", "held": [17], "undo": True} == shown(day, ("desk", "1"))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, None),
        (VisitState.WAITING, {"state": "waiting"}),
        (VisitState.CALLED, {"state": "called", "desk": "1"}),
        (VisitState.SERVING, {"state": "serving", "desk": "1"}),
        (VisitState.MISSED, {"state": "missed"}),
        (VisitState.FINISHED, None),
    ],
)
def test_card(day: Day, state: VisitState | None, expected: dict[str, str] | None) -> None:
    """A phone page learns state and desk, not the place; once the visit is over the topic is cleared."""
    card = shown(day.with_visit(state), ("card", "17"))
    assert expected == (None if card is None else {key: value for key, value in card.items() if key != "epoch"})


def test_versions(day: Day) -> None:
    """A desk's version is that of its own last change, which commands expect; the others' that of the ledger."""
    day.with_visit(VisitState.CALLED)
    changed = day.state.event_id
    day.tap(4)
    messages = {
        place: screens.message(day.state, day.policy, place, 7) for place in screens.everything(day.state, POLICY)
    }
    assert {
        place: (7, changed if place == ("desk", "1") else 0 if place[0] == "desk" else day.state.event_id)
        for place in messages
    } == {place: (fields["epoch"], fields["version"]) for place, fields in messages.items() if fields is not None}


def test_everything_is_every_topic_once(day: Day) -> None:
    """A broker that forgot all is told the board, each service, each desk, and each card that is not done."""
    day.with_visit(VisitState.FINISHED)
    day.tap(4)
    places = list(screens.everything(day.state, POLICY))
    assert len(set(places)) == len(places)
    assert {("board", None), ("card", "4")} | {("service", s) for s in POLICY.typical_ms} | {
        ("desk", d) for d in POLICY.desk_services
    } == set(places)


@pytest.mark.parametrize("waiting", [0, 1, 1_000])
def test_no_screen_grows_with_the_line(waiting: int) -> None:
    """With 1,000 waiting, 50 desks and the longest ids, each message is as the table says and at most 2 KB."""
    office = BusyOffice(waiting)
    for place in screens.everything(office.state, office.policy):
        fields = screens.message(office.state, office.policy, place, 1_000)
        payload = msgspec.json.encode(fields)
        messages.BY_NAME[topics.BY_NAME[place[0]].message].check(json.loads(payload))
        assert len(payload) <= LARGEST_BYTES, place


def test_a_tap_publishes_at_most_2_kb() -> None:
    """All that one opening tap changes, together, in the largest office."""
    office = BusyOffice()
    began = len(office.facts)
    office.tap(8_999)
    messages = [
        screens.message(office.state, office.policy, place, 1_000)
        for place in screens.touched(office.state, office.facts[began:])
    ]
    assert len(msgspec.json.encode(messages)) <= LARGEST_BYTES


def test_site_message(site: Site) -> None:
    """Names, services, desks and classes with their head start, as the message table says."""
    fields = messages.SITE.check(json.loads(msgspec.json.encode(site_fields(site))))
    assert [0, HEAD_START_MS] == [row["head_start_ms"] for row in fields["classes"]]
    assert [{"id": "1", "services": ["papers"]}, {"id": "2", "services": ["papers", "land"]}] == fields["desks"]
