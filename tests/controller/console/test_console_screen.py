"""Pins what a clerk can read on the screen, in both languages and at every size, and that no name can harm it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from console_stage import Stage, staged
from fake_office import MINUTE_MS, SITE, START_MS, Clock, FakeOffice, Person
from textual.widget import Widget

from eyes import play
from luot_controller.console.actions import ACTIONS
from luot_controller.console.state import CLERK
from luot_controller.language import _

ESSENTIAL = (
    "#current-number",
    "#current-state",
    "#next-number",
    "#next-reason",
    "#line-rows",
    "#desk-keys",
    "#app-keys",
)


def busy() -> FakeOffice:
    """Someone is served at desk 1, a priority visit is next over an older one, three lines."""
    office = FakeOffice(Clock())
    waiting = [
        Person(31, class_id="khuyet-tat", rank_ms=START_MS - 4 * MINUTE_MS),
        Person(12, rank_ms=START_MS - 26 * MINUTE_MS),
        Person(22, "chung-thuc", rank_ms=START_MS - 19 * MINUTE_MS),
        Person(5, "dat-dai", rank_ms=START_MS - 10 * MINUTE_MS),
    ]
    office.line = sorted(waiting, key=lambda person: person.key)
    desk = office.desks["1"]
    desk.state, desk.person, desk.reason, desk.since_ms = "serving", Person(17), "OLDEST", START_MS - 4 * MINUTE_MS
    return office


@play
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (200, 60)])
async def test_everything_that_matters_is_on_the_screen(size: tuple[int, int]) -> None:
    """At 80x24 and above: number, state, how long, who is next and why, the lines, office, time, link, and keys."""
    async with staged(busy(), size=size) as stage:
        for text in (
            "Desk 1",
            "Bộ phận Một cửa",
            "09:41",
            "● connected",
            "SERVING   4 min",
            "Number 17",
            "NEXT IN LINE   number 31",
            "waited 4 min",
            " priority ",
            "Priority: goes ahead of 12",
            "45 min.",
            "▸ Hộ tịch",
            "▸ Chứng thực",
            "  Đất đai",
            "31*  12",
            "10-15 min",
        ):
            await stage.sees(text)
        for selector in ESSENTIAL:
            assert is_whole(stage, selector), selector
        for action in ACTIONS:
            shown = action.name != "strip" and not action.instead and not action.rare and CLERK in action.roles
            assert shown == (f"{action.key:^3} {_(action.label)}" in stage.text())


@play
async def test_everything_that_matters_is_still_there_under_the_banner() -> None:
    """The banner takes its room from the list of lines, not from the number or the keys."""
    async with staged(busy()) as stage:
        stage.office.cut()
        await stage.sees("NO CONNECTION TO THE OFFICE")
        for selector in ("#banner", "#current-number", "#next-reason", "#desk-keys", "#app-keys"):
            assert is_whole(stage, selector), selector
        assert "▸ Hộ tịch" in stage.text()


@play
@pytest.mark.parametrize("size", [(40, 10), (20, 5), (1, 1)])
async def test_a_tiny_terminal_does_no_harm(size: tuple[int, int]) -> None:
    """Below 80x24 things are cut off, but the keys work."""
    async with staged(busy(), size=size) as stage:
        await stage.press("f")
        await stage.rests()
        assert ["Finish"] == [command["command"] for command in stage.office.commands]


@play
async def test_the_screen_follows_the_terminal() -> None:
    """A window that is made larger shows the other desks, and larger digits."""
    async with staged(busy()) as stage:
        assert "Other desks" not in stage.text()
        small = stage.text().count("█")
        await stage.pilot.resize_terminal(120, 36)
        await stage.sees("Desk 2")
        assert 1 == stage.text().count("Desk 1")
        assert "Other desks" in stage.text()
        assert stage.text().count("█") > 2 * small


@play
async def test_vietnamese_is_the_sites_word_and_l_changes_it() -> None:
    """Without --language the site decides; l changes at once, and the site's next word does not change it back."""
    async with staged(busy(), language=None) as stage:
        await stage.sees("ĐANG PHỤC VỤ   4 phút")
        await stage.sees("Ưu tiên: được gọi trước số 12")
        await stage.press("l")
        await stage.sees("SERVING   4 min")
        stage.office.say("site", None, SITE)
        await stage.pilot.pause(0.1)
        assert "SERVING" in stage.text()
        await stage.press("L")
        await stage.sees("ĐANG PHỤC VỤ")


@play
async def test_a_given_language_wins_over_the_sites() -> None:
    """--language en in a Vietnamese office."""
    async with staged(busy(), language="en") as stage:
        assert "SERVING" in stage.text()


@play
async def test_the_ground_of_a_priority_is_never_shown() -> None:
    """Anyone may look over the clerk's shoulder: the screen says priority, not why."""
    async with staged(busy(), size=(200, 60)) as stage:
        await stage.press("n")
        await stage.shows_at_desk("CALLED", 31)
        for key in ("question_mark", "escape"):
            await stage.press(key)
            assert "khuyết tật" not in stage.text()
        assert " priority " in stage.text()


@play
async def test_office_time_goes_on_between_pulses() -> None:
    """The clock on the screen runs with the office's speed, from the last pulse."""
    office = busy()
    office.speed = 60.0
    async with staged(office) as stage:
        stage.clock.now_s += 4.0
        await stage.sees("09:45")
        await stage.sees("SERVING   8 min")
        await stage.sees("waited 8 min")


@play
async def test_hostile_names_cannot_move_the_cursor_or_break_a_row() -> None:
    """Escape sequences, line breaks, markup, direction marks and endless names are shown as plain, bounded text."""
    office = busy()
    nasty = "\x1b[2J\x1b]0;owned\x07Hộ\ntịch\u202e[bold red]x[/]" + "ệ" * 500
    office.site = SITE | {"name": nasty, "services": [{"id": "ho-tich", "name": nasty}, *SITE["services"][1:]]}
    async with staged(office) as stage:
        await stage.sees("Hộ tịch[bold red]x[/]")
        assert not any(ord(char) < 32 or char in "\u202e\x7f" for row in stage.rows() for char in row)
        rows = [row for row in stage.rows() if "▸" in row]
        assert 2 == len(rows)
        assert "31*  12" in rows[0]
        assert "09:41" in stage.rows()[0]


@play
async def test_garbage_from_the_network_does_not_stop_the_screen() -> None:
    """Fields of the wrong kind inside a message that passed the protocol's check are as if they were not there."""
    async with staged(busy()) as stage:
        say = stage.office.say
        say("site", None, {"name": 7, "language": "xx", "services": [1, {"id": 2}], "desks": [None], "classes": [[]]})
        say("service", "ho-tich", {"epoch": 1, "version": 9, "waiting": 10**30, "head": [3, {"number": "x"}, {}]})
        say("service", "new-one", {"epoch": 1, "version": 9, "waiting": 2, "head": [], "lo_min": -5})
        say("office", None, {"state": "open", "at_ms": 1 << 52, "speed": float("inf")})
        say("desk", "1", {"epoch": 1, "version": 9, "state": "paused", "number": 10**12, "since_ms": -1, "class": 3})
        await stage.sees("PAUSED")
        await stage.sees("new-one")
        await stage.press("n")
        assert stage.notice().startswith("· Not now.")


@play
async def test_a_number_too_long_for_large_digits_is_still_shown() -> None:
    """Card numbers have up to four digits; a longer one falls back to smaller faces, never to nothing."""
    office = busy()
    office.desks["1"].person = Person(123_456_789_012)
    async with staged(office) as stage:
        await stage.sees("Number 123456789012")


@play
async def test_a_cleared_desk_locks_its_keys() -> None:
    """An emptied desk topic means that nothing is known of it: nothing is sent."""
    async with staged(busy()) as stage:
        stage.office.say("desk", "1", {})
        await stage.sees("Waiting for the office")
        await stage.press("n")
        assert [] == stage.office.commands
        assert "· The office has not yet told this desk's state. A moment, please." == stage.notice()


@play
async def test_many_services_scroll() -> None:
    """Forty services keep the keys on the screen, this desk's services first."""
    services = [{"id": f"s{n}", "name": f"Dịch vụ {n}"} for n in range(40)]
    site = SITE | {"services": services, "desks": [{"id": "1", "services": ["s39"]}]}
    async with staged(FakeOffice(Clock(), site)) as stage:
        rows = [row for row in stage.rows() if "Dịch vụ" in row]
        assert "▸ Dịch vụ 39" in rows[0]
        assert is_whole(stage, "#desk-keys")
        assert "Dịch vụ 30" not in stage.text()
        await stage.press("end")
        await stage.sees("Dịch vụ 38")


@play
async def test_light_colours_and_back() -> None:
    """t changes the colours and nothing else."""
    async with staged(busy()) as stage:
        before = stage.text()
        await stage.press("t")
        assert "luot-light" == stage.app.theme
        assert before == stage.text()
        await stage.press("T")
        assert "luot-dark" == stage.app.theme


@play
async def test_a_notice_goes_away() -> None:
    """What has just happened is not news for ever."""
    async with staged(busy()) as stage:
        await stage.press("f")
        await stage.until(lambda: "✓" in stage.notice(), "the notice")
        stage.clock.now_s += 9.0
        stage.office.pulse()
        await stage.until(lambda: not stage.notice(), "no notice")


def test_no_color_keeps_every_word(tmp_path: Path) -> None:
    """With NO_COLOR the picture has no colour but greys, and the same text: nothing is told by colour alone."""
    pictures = {}
    for name, extra in (("plain", {"NO_COLOR": "1"}), ("colour", {})):
        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | extra
        out = tmp_path / name / "console-en-80x24.svg"
        subprocess.run(
            [sys.executable, "-m", "luot_tools.pictures", str(out)],
            check=True,
            env=environment,
            timeout=60,
        )
        pictures[name] = out.read_text(encoding="utf-8")
    assert words(pictures["colour"]) == words(pictures["plain"])
    assert all(len({red, green, blue}) == 1 for red, green, blue in colours(pictures["plain"]))
    assert not all(len({red, green, blue}) == 1 for red, green, blue in colours(pictures["colour"]))


def is_whole(stage: Stage, selector: str) -> bool:
    """Whether a widget lies within the screen with all its height."""
    widget = stage.app.screen.query_one(selector, Widget)
    return widget.region.height > 0 and stage.app.screen.region.contains_region(widget.region)


def words(svg: str) -> list[str]:
    """The texts of a picture."""
    from xml.etree import ElementTree

    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def colours(svg: str) -> set[tuple[str, str, str]]:
    """The colours of a picture, as pairs of hexadecimal digits."""
    import re

    return {(code[0:2], code[2:4], code[4:6]) for code in re.findall(r"#([0-9a-f]{6})", svg)}
