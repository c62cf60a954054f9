"""Pins what the board takes from messages: names in the site's order, lines as they are, nothing that is no field."""

from typing import Any

import pytest
from fake_hall import SITE

from luot_controller.board.state import Service, View


def view(*messages: tuple[str, str | None, dict[str, Any]]) -> View:
    """The view after these messages."""
    view = View(0.0)
    for name, topic_id, message in messages:
        view.hear(name, topic_id, message, 0.0)
    return view


def line(waiting: object, lo_min: object = None, hi_min: object = None) -> dict[str, Any]:
    """The message `service`."""
    return {"epoch": 1, "version": 1, "waiting": waiting, "head": [], "lo_min": lo_min, "hi_min": hi_min}


def test_services_stand_in_the_site_s_order() -> None:
    """Those it names first, with a line or without; then those that are only heard of, by their ids."""
    seen = view(
        ("service", "zz", line(1, 2, 3)),
        ("service", "aa", line(0)),
        ("service", "dat-dai", line(9, 60)),
        ("site", None, SITE),
    )
    assert [
        Service("Hộ tịch"),
        Service("Chứng thực"),
        Service("Đất đai", 9, 60),
        Service("aa", 0),
        Service("zz", 1, 2, 3),
    ] == seen.services


def test_the_warning_of_the_closing_is_heard() -> None:
    """Only where it is said in so many words."""
    late = line(9, 60) | {"closes_first": True}
    assert [Service("a", 9, 60, None, True)] == view(("service", "a", late)).services
    assert [Service("a", 9, 60)] == view(("service", "a", late | {"closes_first": 1})).services


def test_an_emptied_service_is_gone() -> None:
    """With its name it stays, without a line."""
    seen = view(("site", None, SITE), ("service", "ho-tich", line(3)), ("service", "ho-tich", {}), ("service", "x", {}))
    assert [None, None, None] == [service.waiting for service in seen.services]


@pytest.mark.parametrize("value", ["7", -1, 1.5, True, None, [], 1 << 60])
def test_numbers_that_are_none_are_not_shown(value: object) -> None:
    """A line without a count has nobody in it, a range without a number is none."""
    assert [Service("a", waiting=0)] == view(("service", "a", line(value, value, value))).services


@pytest.mark.parametrize(
    "site",
    [
        {"name": 7, "language": [], "services": "x"},
        {"name": None, "services": [None, 7, {"name": "x"}, {"id": 3, "name": "y"}]},
        {"services": {"id": "a"}},
    ],
)
def test_a_broken_site_names_nothing(site: dict[str, Any]) -> None:
    """And breaks nothing."""
    seen = view(("site", None, site))
    assert ("", None, []) == (seen.site_name, seen.language, seen.services)


def test_a_service_without_a_name_shows_its_id() -> None:
    """Better than an empty line; controls do not survive in it."""
    seen = view(
        ("site", None, {"services": [{"id": "a"}, {"id": "b", "name": "\x07"}, {"id": "c\x1b[2J", "name": ""}]})
    )
    assert ["a", "b", "c[2J"] == [service.name for service in seen.services]


def test_an_emptied_site_keeps_its_names() -> None:
    """The hall would see ids for a moment otherwise, each time the broker is cleared."""
    assert "Bộ phận Một cửa" == view(("site", None, SITE), ("site", None, {})).site_name


def test_topics_of_others_change_nothing() -> None:
    """What is not watched, or lacks its id."""
    seen = view(("card", "17", {"state": "called"}), ("service", None, line(1)), ("desk", None, {}), ("x", "y", {}))
    assert ([], None, None) == (seen.services, seen.waiting, seen.calls.newest(0.0))
