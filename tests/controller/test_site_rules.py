"""What the site file says of calling, numbers, hours and the day's end; a mistake is found on its line."""

from pathlib import Path

import pytest
from engine_day import Day

from luot_controller.engine.commands import OpenVisit
from luot_controller.engine.model import DAY_ENDS
from luot_controller.errors import SiteFileInvalid
from luot_controller.service.hours import Opening
from luot_controller.settings import check_in_use, line_of, load_site
from luot_controller.site_rows import Site
from offices import SITE_TOML

PATH = Path("site.toml")


def load(tmp_path: Path, text: str) -> Site:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return load_site(path)


def mistake(tmp_path: Path, text: str) -> SiteFileInvalid:
    with pytest.raises(SiteFileInvalid) as caught:
        load(tmp_path, text)
    return caught.value


FULL = (
    SITE_TOML
    + """
[calls]
next_finishes = false
recalls_before_no_show = 2
no_show_pause_s = 30

[numbers]
first = 900
last = 949

[day_end]
waiting = "keep"
called = "refuse"
serving = "keep"
held = "keep"

[[hours]]
days = ["mon", "tue"]
opens = "07:30"
closes = "11:30"

[[hours]]
days = ["tue"]
opens = "13:30"
closes = "17:00"

[[integrators]]
id = "kiosk"

[[readers]]
id = "out-1"
role = "dropoff"
faces = 2
"""
)


def test_the_rules_of_calling_and_of_the_day(tmp_path: Path) -> None:
    """What the file says beyond the line itself reaches the engine's policy; left out, it is as before."""
    site = load(tmp_path, FULL)
    policy = site.policy()
    assert (False, 2, 30_000, (900, 949)) == (
        policy.next_finishes,
        policy.recalls_before_no_show,
        policy.no_show_pause_ms,
        policy.reserved,
    )
    assert {"waiting": "keep", "called": "refuse", "serving": "keep", "held": "keep", "missed": "expire"} == {
        state.value: end.value for state, end in policy.day_ends.items()
    }
    assert [Opening(0, 450, 690), Opening(1, 450, 690), Opening(1, 810, 1020)] == site.opening_hours().stretches
    assert (["kiosk"], 2) == ([row.id for row in site.integrators], site.readers[-1].faces)
    plain = load(tmp_path, SITE_TOML).policy()
    assert (True, 0, 0, None, DAY_ENDS) == (
        plain.next_finishes,
        plain.recalls_before_no_show,
        plain.no_show_pause_ms,
        plain.reserved,
        plain.day_ends,
    )


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "allowed"),
    [
        ('closes = "11:30"', 'closes = "07:30"', "hours[0].closes", "07:30", "later than 07:30, on the same day"),
        ('opens = "07:30"', 'opens = "7:30"', "hours[0].opens", "7:30", "a time of day as 07:30"),
        ('"mon", "tue"', '"mon", "Tue"', "hours[0].days[1]", "Tue", "one of mon, tue, wed, thu, fri, sat, sun"),
        (
            'opens = "13:30"',
            'opens = "11:00"',
            "hours[1].opens",
            "11:00",
            "outside of 07:30 to 11:30, when tue is open already",
        ),
        ("last = 949", "last = 899", "numbers.last", 899, "900 or more"),
        ("first = 900", "first = 0", "numbers.first", 0, "Expected `int` >= 1"),
        ('waiting = "keep"', 'waiting = "finish"', "day_end.waiting", "finish", "one of expire, keep, refuse"),
        ("faces = 2", "faces = 9", "readers[3].faces", 9, "Expected `int` <= 5"),
        (
            "faces = 2",
            'buttons = [{ service = "land", class = "plain" }]',
            "readers[3].buttons",
            ["land"],
            "no buttons: those of a drop-off reader are its faces",
        ),
        ('id = "kiosk"', 'id = "info-1"', "integrators[0].id", "info-1", "a reader has this id"),
        (
            'id = "kiosk"',
            'id = "supervisor"',
            "integrators[0].id",
            "supervisor",
            "desk-..., controller, watch and supervisor are taken",
        ),
    ],
)
def test_a_mistake_in_these_rules(tmp_path: Path, old: str, new: str, key: str, value: object, allowed: str) -> None:
    """It is named with the line on which it stands, its key, its value and what is allowed."""
    assert 1 == FULL.count(old)
    text = FULL.replace(old, new)
    wrong = mistake(tmp_path, text)
    assert (key, value, allowed) == (wrong.key, wrong.value, wrong.allowed)
    assert wrong.line is not None
    assert new in text.splitlines()[wrong.line - 1]
    assert f"line {wrong.line}: {key}" in wrong.subject


@pytest.mark.parametrize(
    ("key", "begins"),
    [
        ("site.name", 'name = "Test"'),
        ("services[1].typical_min", "typical_min = 12"),
        ("services[1].colour", "[[services]]"),
        ("readers[0].buttons[1].klass", "buttons ="),
        ("day_end", "[day_end]"),
        ("services", "[[services]]"),
        ("desks[9].id", "[[desks]]"),
    ],
)
def test_the_line_of_a_key(key: str, begins: str) -> None:
    """The key's own line; for one that is not there, that of the table in which it would stand."""
    line = line_of(FULL, key)
    assert line is not None
    assert FULL.splitlines()[line - 1].startswith(begins)


def test_a_table_of_a_table_has_its_line() -> None:
    """Buttons written as tables of their own are found in the reader that they belong to."""
    text = "[[readers]]\n[[readers.buttons]]\nservice = 1\n[[readers]]\n[[readers.buttons]]\nservice = 2\n"
    assert (3, 6) == tuple(line_of(text, f"readers[{n}].buttons[0].service") for n in (0, 1))
    assert line_of(text, "nothing") is None


def test_a_card_with_a_reserved_number(tmp_path: Path) -> None:
    """Numbers for visits without a card must not be those of cards."""
    site = load(tmp_path, FULL)
    check_in_use(PATH, site, Day().state, cards=[1, 899, 950])
    with pytest.raises(SiteFileInvalid, match="there is a card with number 900"):
        check_in_use(PATH, site, Day().state, cards=[900])


def test_what_people_will_need_stays(tmp_path: Path) -> None:
    """A service that comes later in somebody's visit, and the desk that somebody waits for, cannot be dropped."""
    site = load(tmp_path, SITE_TOML)
    day = Day()
    day.do(OpenVisit("kiosk", services=("papers", "land"), class_id="plain"))
    day.state.visits[1].then = ("tax",)
    with pytest.raises(SiteFileInvalid, match="tax still has visits"):
        check_in_use(PATH, site, day.state)
    day.state.visits[1].then, day.state.visits[1].bound = (), "9"
    with pytest.raises(SiteFileInvalid, match="somebody waits for desk 9 alone"):
        check_in_use(PATH, site, day.state)
