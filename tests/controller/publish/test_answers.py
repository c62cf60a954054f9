"""The answers to what screens ask: next, line and status."""

import json
from typing import Any

import msgspec
import pytest
from busy_office import BusyOffice
from engine_day import Day

from luot_controller.engine.model import VisitState
from luot_controller.publish.answers import PAGE, answer
from luot_protocol import messages

LARGEST_BYTES = 2048
LARGEST_PACKET_BYTES = 16 * 1024
"""What the embedded broker takes; see mqtt.MAX_PAYLOAD_BYTES."""


@pytest.fixture
def day() -> Day:
    return Day()


def ask(day: Day | BusyOffice, **fields: Any) -> Any:
    """The answer as a screen gets it, checked by the message table."""
    office = {"at_ms": 1, "speed": 1, "readers": [], "counters": {}}
    asked = messages.ASK.check({"id": "q1", **fields})
    told = json.loads(msgspec.json.encode(answer(day.state, day.policy, asked, office)))
    assert ("q1", "code" not in told) == (told["id"], told["ok"])
    return messages.ANSWER.check(told)


def test_next(day: Day) -> None:
    """Who would be called at this desk, why, and whom that passes over."""
    day.tap(12)
    day.later(1).tap(17, class_id="first")
    assert {
        "number": 17,
        "class": "first",
        "service": "papers",
        "rank_ms": day.now_ms,
        "reason": "PRIORITY_WITHIN_H",
        "over": 12,
    } == ask(day, ask="next", desk="1")["next"]
    assert {"ok": True, "id": "q1", "next": {}} == ask(day, ask="next", desk="3")


@pytest.mark.parametrize("desk", ["9", None, ""])
def test_next_at_no_desk(day: Day, desk: str | None) -> None:
    """A desk that is not there, or none named, is refused by name."""
    assert (False, "unknown_desk") == tuple(ask(day, ask="next", desk=desk)[key] for key in ("ok", "code"))


def test_line_in_pages(day: Day) -> None:
    """Ten at a time, in the order of calls, each with its place; the total counts all of the service."""
    for number in range(1, 26):
        day.later(1).tap(number, class_id="first" if number % 5 == 0 else "plain")
    day.tap(30, service="land")
    pages = [ask(day, ask="line", service="papers", offset=offset) for offset in (0, 10, 20, 30)]
    assert [10, 10, 5, 0] == [len(page["line"]) for page in pages]
    assert {25} == {page["total"] for page in pages}
    people = [person for page in pages for person in page["line"]]
    assert list(range(1, 26)) == [person["place"] for person in people]
    assert [5, 10, 15, 20, 25, 1, 2] == [person["number"] for person in people[:7]]
    while day.state.lines.waiting(["papers"]):
        day.call_next()
        visit = day.state.at_desk("1")
        assert visit is not None
        assert people.pop(0)["number"] == visit.number


@pytest.mark.parametrize("offset", [None, 0, -5])
def test_line_from_the_start(day: Day, offset: int | None) -> None:
    """No offset, and a negative one, mean the start."""
    day.tap(1)
    assert [1] == [person["place"] for person in ask(day, ask="line", service="papers", offset=offset)["line"]]


def test_line_far_beyond_the_end(day: Day) -> None:
    """The largest offset that JSON carries is an empty page."""
    assert [] == ask(day, ask="line", service="papers", offset=messages.MAX_INT)["line"]


@pytest.mark.parametrize("service", ["nosuch", None])
def test_line_of_no_service(day: Day, service: str | None) -> None:
    """A service that is not there, or none named, is refused by name."""
    assert (False, "unknown_service") == tuple(ask(day, ask="line", service=service)[key] for key in ("ok", "code"))


def test_status(day: Day) -> None:
    """The office in short: everyone who waits, each service without its head, each desk with its visit."""
    day.with_visit(VisitState.CALLED)
    day.tap(4)
    day.tap(5, service="land")
    status = ask(day, ask="status")["status"]
    assert 2 == status["waiting"]
    assert {"papers": 1, "land": 1} == {row["id"]: row["waiting"] for row in status["services"]}
    assert all("head" not in row and "lo_min" in row for row in status["services"])
    assert {"1": ("called", 17), "2": ("free", None), "3": ("free", None)} == {
        row["id"]: (row["state"], row.get("number")) for row in status["desks"]
    }
    assert {"at_ms", "speed", "readers", "counters"} <= set(status)


@pytest.mark.parametrize("waiting", [0, 1_000])
def test_no_page_grows_with_the_line(waiting: int) -> None:
    """In the largest office a page of a line and the next at a desk stay within 2 KB."""
    office = BusyOffice(waiting)
    for asked in (
        {"ask": "next", "desk": office.desks[0]},
        {"ask": "line", "service": office.services[0], "offset": max(0, waiting // 20)},
    ):
        assert len(msgspec.json.encode(ask(office, **asked))) <= LARGEST_BYTES
    assert (PAGE if waiting else 0) == len(ask(office, ask="line", service=office.services[0])["line"])


def test_status_of_a_large_office_fits_a_packet() -> None:
    """It grows with desks and services, not with the line; fifty desks with names of eight fit what a broker takes."""
    few, many = (len(msgspec.json.encode(ask(BusyOffice(n, id_chars=8), ask="status"))) for n in (500, 1_000))
    assert many - few <= 50
    assert many <= LARGEST_PACKET_BYTES
