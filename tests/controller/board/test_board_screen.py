"""Pins what the hall sees: the newest call, large and marked as new, the others, the services, the time, a hint."""

import pytest
from board_stage import Stage, staged
from fake_hall import SITE, FakeHall, call, desk
from rich.cells import cell_len

from eyes import play
from luot_controller.board.calls import FRESH_S
from luot_controller.board.pages import PAGE_S

SIZES = [(80, 24), (120, 36), (200, 60)]
SIGN = "▶ NOW CALLED"


def busy() -> FakeHall:
    """Four desks at work, three services."""
    hall = FakeHall()
    hall.calls = [
        call(8, "2"),
        call(29, "4", 6, "serving"),
        call(11, "1", 7, "serving"),
        call(35, "3", 9, "serving"),
    ]
    hall.lines = {"ho-tich": (6, 30, 45), "chung-thuc": (3, 0, 5), "dat-dai": (9, 60, None)}
    return hall


def fresh(stage: Stage) -> int:
    """How many calls stand on the bright ground."""
    return len(stage.app.screen.query(".-fresh"))


@play
@pytest.mark.parametrize("size", SIZES)
async def test_a_call_is_seen_after_one_message(size: tuple[int, int]) -> None:
    """The number and its desk in large digits, in words that say what to do, the time of the call."""
    async with staged(busy(), size=size) as stage:
        stage.hall.calls_number(17, "3")
        await stage.sees_call(17, "3")
        assert stage.height_of(17, "3") >= size[1] // 3
        top, left = stage.place_of(17, "3")
        above = "\n".join(stage.rows()[:top])
        assert SIGN in above
        assert "GO TO DESK" in above
        assert left == stage.rows()[top - 1].find(SIGN)


@play
@pytest.mark.parametrize("size", SIZES)
async def test_the_newest_is_the_largest_and_the_others_follow(size: tuple[int, int]) -> None:
    """Newest first, from left to right; the one before is still there, smaller."""
    async with staged(busy(), size=size) as stage:
        stage.hall.calls_number(17, "5")
        await stage.sees_call(17, "5")
        assert stage.height_of(17, "5") > 2 * stage.height_of(8, "2") > 0
        places = [stage.place_of(*pair) for pair in ((17, "5"), (8, "2"), (29, "4"), (11, "1"))]
        assert places == sorted(places)
        assert -1 not in {row for row, _ in places}


@play
async def test_a_new_call_is_marked_and_the_mark_goes() -> None:
    """By its ground, by a sign and by a word; after a while it is a call like any other."""
    async with staged(busy()) as stage:
        assert (0, False) == (fresh(stage), SIGN in stage.text())
        stage.hall.calls_number(17, "3")
        await stage.sees("NEW  09:41")
        assert 1 == fresh(stage)
        await stage.passes(FRESH_S - 1)
        assert (1, True) == (fresh(stage), SIGN in stage.text())
        await stage.passes(1.5)
        await stage.misses(SIGN)
        assert 0 == fresh(stage)
        assert "NOW CALLED" in stage.text()


@play
async def test_a_new_call_beats_for_a_moment_only() -> None:
    """Once a second for four seconds: seen from the corner of the eye, harmless, and over."""
    async with staged(busy()) as stage:
        stage.hall.calls_number(17, "3")
        await stage.sees_call(17, "3")
        beats = []
        for _ in range(12):
            beats.append(bool(stage.app.screen.query(".-beat")))
            await stage.passes(0.5)
        assert [False, True] * 4 + [False] * 4 == beats


@play
async def test_two_calls_at_once_are_both_marked() -> None:
    """The one before has not been seen by everybody yet."""
    async with staged(busy()) as stage:
        stage.hall.calls_number(17, "3")
        stage.hall.calls_number(40, "5")
        await stage.sees_call(40, "5")
        assert 2 == fresh(stage)
        assert (1, 1) == (stage.text().count(SIGN), stage.text().count("▶ Called"))
        assert stage.height_of(40, "5") > stage.height_of(17, "3")


@play
async def test_a_recall_stands_large_and_new_again() -> None:
    """It is all the hall has of it: there is no loudspeaker."""
    async with staged(busy()) as stage:
        stage.hall.say("desk", "2", desk(8, recalls=0))
        stage.hall.calls_number(17, "3")
        await stage.sees_call(17, "3")
        await stage.passes(60)
        assert stage.height_of(17, "3") > stage.height_of(8, "2")
        stage.hall.say("desk", "2", desk(8, recalls=1))
        await stage.sees("▶ CALLED AGAIN")
        assert stage.height_of(8, "2") > stage.height_of(17, "3")


@play
async def test_states_are_told_in_words() -> None:
    """Called, being served, gone: never by colour alone."""
    async with staged(busy(), size=(120, 36)) as stage:
        stage.hall.calls_number(17, "5")
        await stage.sees("Called")
        assert 3 == stage.text().count("Serving")
        stage.hall.finishes(29)
        await stage.sees("Was called")
        assert 2 == stage.text().count("Serving")
        stage.hall.serves(17)
        await stage.passes(FRESH_S)
        await stage.sees_call(8, "2")
        stage.hall.serves(8)
        await stage.sees("BEING SERVED")


@play
async def test_an_empty_hall_says_so() -> None:
    """And when the first is called, the words give way."""
    async with staged() as stage:
        assert "NO NUMBER IS BEING CALLED" in stage.text()
        stage.hall.calls_number(7, "1")
        await stage.sees_call(7, "1")
        assert "NO NUMBER" not in stage.text()


@play
async def test_services_show_who_waits_and_for_how_long() -> None:
    """Each with its name, people and range; all people together; a change with the next message."""
    async with staged(busy()) as stage:
        rows = stage.rows()
        for name, count, wait in (
            ("Hộ tịch", "6", "30-45 min"),
            ("Chứng thực", "3", "up to 5 min"),
            ("Đất đai", "9", "over 1 hour"),
        ):
            assert any(name in row and f" {count} " in row and wait in row for row in rows), name
        assert "18 waiting" in stage.text()
        stage.hall.lines["ho-tich"] = (7, 35, 50)
        stage.hall.say_service("ho-tich")
        await stage.sees("35-50 min")


@play
async def test_a_service_without_a_word_yet_shows_a_dash() -> None:
    """Its name stands in the site; nothing is claimed of its line."""
    hall = busy()
    del hall.lines["dat-dai"]
    async with staged(hall) as stage:
        row = next(row for row in stage.rows() if "Đất đai" in row)
        assert " - " in row[row.index("Đất đai") :]


@play
async def test_many_services_take_turns() -> None:
    """Twelve services at 80x24: a page of them, which page it is, then the next by itself; all are seen."""
    names = [f"Thủ tục {number}" for number in range(1, 13)]
    hall = FakeHall(SITE | {"services": [{"id": f"s{at}", "name": name} for at, name in enumerate(names)]})
    hall.lines = {f"s{at}": (at, at * 5, at * 5 + 5) for at in range(12)}
    async with staged(hall) as stage:
        seen: list[str] = []
        for turn in range(3):
            await stage.sees(f"{turn % 3 + 1}/3")
            shown = [name for name in names if f"{name} " in stage.text()]
            assert len(shown) == 4
            seen += shown
            await stage.passes(PAGE_S)
        assert names == seen
        await stage.sees("1/3")


@play
async def test_many_calls_take_turns_but_for_new_ones() -> None:
    """Eight calls at 80x24: every one is seen; while one of them is new, its page stays."""
    hall = FakeHall()
    hall.calls = [call(number, str(number % 10), 9 - number % 10) for number in range(21, 29)][::-1]
    async with staged(hall) as stage:
        seen: set[int] = set()
        for _ in range(4):
            seen |= {number for number in range(21, 29) if stage.height_of(number, str(number % 10))}
            await stage.passes(PAGE_S)
        assert set(range(21, 29)) == seen
        hall.calls_number(31, "1")
        hall.calls_number(32, "2")
        await stage.sees_call(32, "2")
        await stage.passes(PAGE_S)
        assert stage.height_of(31, "1") > 0


@play
async def test_the_clock_is_the_office_s() -> None:
    """It goes on between pulses, and does not show this machine's time."""
    async with staged(busy()) as stage:
        assert stage.rows()[0].rstrip().endswith("09:41")
        await stage.passes(60)
        assert stage.rows()[0].rstrip().endswith("09:42")


@play
async def test_it_explains_itself_in_both_languages() -> None:
    """The line at the foot changes by itself, whatever language the screen speaks."""
    async with staged(busy()) as stage:
        feet = []
        for _ in range(6):
            feet.append(stage.rows()[-1].strip())
            await stage.passes(PAGE_S)
        assert 3 <= len(set(feet)) <= 6
        assert "Touch your card to a reader to see your place" in feet


@play
async def test_the_site_chooses_the_language_unless_told() -> None:
    """Vietnamese where nothing is said; --language is stronger than the site."""
    async with staged(busy(), language=None) as stage:
        assert "Đang phục vụ" in stage.text()
        stage.hall.say("site", None, SITE | {"language": "en"})
        await stage.sees("Serving")
    async with staged(busy(), language="en") as stage:
        assert "Serving" in stage.text()


@play
@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_do_no_harm(size: tuple[int, int]) -> None:
    """Control sequences, turned writing, markup, towers of marks, endless names and numbers: text, in its place."""
    evil = "\x1b[31m\u202e[bold]x[/bold]\n\t" + "a\u0301\u0302\u0303\u0304" * 40
    hall = FakeHall(SITE | {"name": evil, "services": [{"id": "s1", "name": evil}, {"id": "s2", "name": "字" * 90}]})
    hall.lines = {"s1": (10**15, 0, 10**15), "s2": (3, None, None), "zz": (1, 2, 3)}
    async with staged(hall, size=size) as stage:
        hall.calls = [
            {"number": 9007199254740991, "desk": evil, "at_ms": -1, "state": "x"},
            {"number": 3, "desk": "a1", "at_ms": None, "state": []},
            {"number": 4, "desk": "2", "at_ms": 1 << 60, "state": "called"},
        ]
        hall.say_board()
        await stage.sees_call(4, "2")
        rows = stage.rows()
        assert "[bold]" in stage.text()
        assert {size[0]} == {cell_len(row) for row in rows}
        assert not set("\x1b\u202e\t") & set(stage.text())
        assert size[0] > 80 or "9007199254740991 → " in stage.text()


@play
async def test_emptied_topics_are_taken_off() -> None:
    """A service that is no more, a board withdrawn: nothing old stays."""
    hall = busy()
    hall.site = SITE | {"services": SITE["services"][:2]}
    async with staged(hall) as stage:
        assert "dat-dai" in stage.text()
        hall.say("service", "dat-dai", {})
        await stage.misses("dat-dai")
        hall.say("board", None, {})
        await stage.sees("NO NUMBER IS BEING CALLED")
        hall.say("site", None, {})
        assert "Hộ tịch" in stage.text()


@play
async def test_it_fits_whatever_size_it_gets() -> None:
    """From a slip to a wall, also while it runs: the newest call is there, and no row is too wide."""
    async with staged(busy()) as stage:
        for size in ((40, 12), (60, 20), (80, 60), (300, 90), (20, 6), (1, 1), (80, 24)):
            await stage.pilot.resize_terminal(*size)
            await stage.until(lambda size=size: len(stage.rows()) == size[1], f"{size}")
            assert {size[0]} == {cell_len(row) for row in stage.rows()}
        await stage.sees_call(8, "2")


@play
@pytest.mark.parametrize("key", ["q", "Q", "ctrl+q", "ctrl+c"])
async def test_it_is_left_with_one_key(key: str) -> None:
    """With exit code 0; other keys do nothing."""
    async with staged(busy()) as stage:
        await stage.pilot.press("n", "escape", "tab", "ctrl+p", "enter", "space")
        assert stage.app.is_running
        await stage.pilot.press(key)
        await stage.pilot.pause()
        assert (False, None) == (stage.app.is_running, stage.app.return_code or None)


@play
async def test_without_colours_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR: shades of grey, and a new call still stands out by ground, sign and word."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged(busy()) as stage:
        stage.hall.calls_number(17, "3")
        await stage.sees(SIGN)
        assert "NEW" in stage.text()
        colours = {
            colour.triplet
            for strip in stage.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None and colour.triplet is not None
        }
        assert len(colours) > 3
        assert [] == [colour for colour in colours if len(set(colour)) > 1]
