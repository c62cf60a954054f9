"""Pins what the read model believes, when, and for how long."""

from fake_office import HEAD_START_MS, SITE, START_MS

from luot_controller.console.state import Upcoming, View
from luot_controller.screen.pulse import Reach


def a_view() -> View:
    """Linked, with a pulse and the site, at second 100."""
    view = View("1", 100.0)
    view.pulse.hear_link(True, 100.0)
    view.hear("office", None, {"state": "open", "at_ms": START_MS, "speed": 1}, 100.0)
    view.hear("site", None, SITE, 100.0)
    return view


def test_a_desk_that_the_site_does_not_have() -> None:
    """Known only once the site is; an office without any desk in its message is not judged."""
    view = View("9", 100.0)
    view.hear("office", None, {"state": "open"}, 100.0)
    assert Reach.OPEN is view.reach(100.0)
    view.hear("site", None, SITE, 100.0)
    assert Reach.NO_DESK is view.reach(100.0)
    view.pulse.hear_link(False, 101.0)
    assert Reach.CUT is view.reach(101.0)


def test_a_reply_does_not_undo_newer_news() -> None:
    """The desk's topic may overtake the reply; an epoch counts more than a version."""
    view = a_view()
    view.hear("desk", "1", {"epoch": 2, "version": 8, "state": "serving", "number": 5}, 100.0)
    view.hear_reply({"desk": {"epoch": 2, "version": 7, "state": "called", "number": 5}})
    view.hear_reply({"desk": {"epoch": 1, "version": 99, "state": "free"}})
    view.hear_reply({})
    assert view.desk is not None
    assert ("serving", 8) == (view.desk.state, view.desk.version)
    view.hear_reply({"desk": {"epoch": 2, "version": 9, "state": "free"}})
    assert "free" == view.desk.state


def test_priority_is_a_head_start_and_nothing_else() -> None:
    """Classes without one, and classes never heard of, are not marked."""
    view = a_view()
    assert [False, True, False, False] == [
        view.is_priority(class_id) for class_id in ("thuong", "khuyet-tat", "unknown", None)
    ]
    assert HEAD_START_MS == view.site.heads["khuyet-tat"] if view.site else False


def test_who_is_next() -> None:
    """A person, nobody, or not known: three different things."""
    view = a_view()
    assert not view.upcoming_known
    view.hear_next({"number": 5, "service": "ho-tich", "class": "thuong", "rank_ms": 7, "reason": "OLDEST"})
    assert Upcoming(5, "ho-tich", "thuong", 7, "OLDEST", None) == view.upcoming
    view.hear_next({})
    assert (None, True) == (view.upcoming, view.upcoming_known)
    view.forget_next()
    assert not view.upcoming_known


def test_emptied_topics_are_forgotten() -> None:
    """A service or a desk that was taken away is no longer shown; an emptied site is not a site."""
    view = a_view()
    view.hear("service", "ho-tich", {"epoch": 1, "version": 1, "waiting": 3, "head": []}, 100.0)
    view.hear("desk", "1", {"epoch": 1, "version": 1, "state": "free"}, 100.0)
    view.hear("service", "ho-tich", {}, 100.0)
    view.hear("desk", "1", {}, 100.0)
    view.hear("site", None, {}, 100.0)
    assert ({}, {}, "Bộ phận Một cửa") == (view.lines, view.desks, view.site.name if view.site else "")
