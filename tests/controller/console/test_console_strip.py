"""Pins the strip of the simulated hall: shown while the hall lives, hidden otherwise, and harmless whatever it says."""

import os
import time
from pathlib import Path

import pytest
from console_stage import staged
from fake_office import Clock, FakeOffice, Person

from eyes import play
from luot_controller.console.actions import STRIP
from luot_controller.console.strip import STALE_S, HallLine, hall_lines
from luot_controller.language import _

WROTE_S = 1_780_000_000.0


def written(file: Path, text: str | bytes, at_s: float = WROTE_S) -> Path:
    """`file` with `text` in it, last written at `at_s` of Unix time, put in place at once as the hall does."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(fresh, (at_s, at_s))
    fresh.replace(file)
    return file


def told(*texts: str, language: str = "en") -> str:
    """A hall's file in one language: each text is a line of one part."""
    return "".join(f"{language}\tHall\t{text}\n" for text in texts)


@pytest.mark.parametrize(("age_s", "shown"), [(0.0, True), (STALE_S, True), (STALE_S + 0.1, False), (-60.0, False)])
def test_a_hall_that_stopped_writing_is_no_hall(tmp_path: Path, age_s: float, shown: bool) -> None:
    """Older than STALE_S, or from a future that a clock set back has left: nothing is shown."""
    file = written(tmp_path / "hall", told("one"))
    assert ((HallLine("Hall", ("one",)),) if shown else ()) == hall_lines(file, "en", lambda: WROTE_S + age_s)


def test_no_file_and_no_regular_file(tmp_path: Path) -> None:
    """Missing, a folder, or a pipe, on which reading would hang: nothing, and at once."""
    os.mkfifo(tmp_path / "pipe")
    assert [(), (), ()] == [hall_lines(tmp_path / name, "en", time.time) for name in ("missing", ".", "pipe")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("no tabs\n\nenglish\tx", ()),
        ("en\tReaders\ta\t\tb\nvi\tx\ty\nen\tCards", (HallLine("Readers", ("a", "b")), HallLine("Cards", ()))),
        (told("a", "b", "c", "d"), tuple(HallLine("Hall", (part,)) for part in "abc")),
        ("en\t\x1b[2JH\ta\x07\u202eb\r\nen\t\tc", (HallLine("[2JH", ("ab",)), HallLine("", ("c",)))),
        (b"en\t\xff\txa\n", (HallLine("\ufffd", ("xa",)),)),
    ],
)
def test_what_is_shown_is_plain_and_short(tmp_path: Path, text: str | bytes, lines: tuple[HallLine, ...]) -> None:
    """At most three lines of the language, no control characters, no blank parts, whatever bytes there are."""
    assert lines == hall_lines(written(tmp_path / "hall", text), "en", lambda: WROTE_S)


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    """Parts have an end, and so has the file."""
    shown = hall_lines(written(tmp_path / "hall", told("x" * 1_000_000)), "en", lambda: WROTE_S)
    assert [60] == [len(part) for line in shown for part in line.parts]


@play
async def test_the_strip_comes_changes_and_goes_with_the_hall(tmp_path: Path) -> None:
    """Without a file nothing; with one its first lines, the newest; without one nothing. The essentials stay."""
    file = tmp_path / "hall"
    office = FakeOffice(Clock())
    office.line = [Person(17), Person(12)]
    async with staged(office, strip=file) as stage:
        strip = stage.app.screen.query_one("#strip")
        assert not strip.display
        written(file, told("hall one", "hall two", "hall three", "hall four"), time.time())
        await stage.sees("hall two")
        assert "hall three" not in stage.text()
        assert 2 == strip.region.height
        for text in ("NEXT IN LINE", "▸ Hộ tịch", "▸ Chứng thực", "Đất đai", " n  Next", " u  Undo", " q  Quit"):
            assert text in stage.text()
        written(file, told("hall moves on"), time.time())
        await stage.sees("hall moves on")
        await stage.misses("hall two")
        written(file, told("hall moves on"), time.time() - 2 * STALE_S)
        await stage.misses("hall moves on")
        assert not strip.display


@play
async def test_the_strip_has_labels_and_whole_parts(tmp_path: Path) -> None:
    """Parts begin in one column; those that do not fit give way to an ellipsis, and are there on a wider screen."""
    numbers = [f"{number} → desk {number % 4}" for number in range(11, 19)]
    text = "\t".join(["en", "People", *numbers]) + "\nen\tLibrarians\tnone\n"
    for size, last in (((80, 24), 14), ((120, 36), 17)):
        async with staged(strip=written(tmp_path / "hall", text, time.time()), size=size) as stage:
            await stage.sees("Librarians  none")
            row = next(row for row in stage.rows() if "People      11 → desk 3 · " in row)
            assert row.rstrip().endswith(f" · {numbers[last - 11]} …")


@play
async def test_the_strip_speaks_as_the_console_does(tmp_path: Path) -> None:
    """The hall writes every language; a change of the console's changes the strip at once."""
    file = written(tmp_path / "hall", told("bận", language="vi") + told("busy"), time.time())
    async with staged(strip=file) as stage:
        await stage.sees("busy")
        await stage.press("l")
        assert "bận" in stage.text()
        assert "busy" not in stage.text()


@play
async def test_d_hides_and_shows_the_strip(tmp_path: Path) -> None:
    """Hidden it stays hidden although the hall goes on; shown while the hall is silent, it says so."""
    file = written(tmp_path / "hall", told("hall here"), time.time())
    async with staged(strip=file) as stage:
        await stage.sees("hall here")
        await stage.press("d")
        await stage.misses("hall here")
        written(file, told("hall again"), time.time())
        await stage.pilot.pause(0.6)
        assert "hall again" not in stage.text()
        written(file, told("hall at last"), time.time())
        await stage.press("D")
        await stage.sees("hall at last")
        await stage.press("d")
        file.unlink()
        await stage.until(lambda: not stage.app._hall, "the hall's end")
        await stage.press("d")
        assert "· The hall is silent just now." == stage.notice()


@play
async def test_under_the_banner_the_strip_makes_room(tmp_path: Path) -> None:
    """At 80x24 the banner needs its lines; on a taller screen both fit."""
    for size, both in (((80, 24), False), ((120, 36), True)):
        file = written(tmp_path / "hall", told("hall here"), time.time())
        async with staged(strip=file, size=size) as stage:
            await stage.sees("hall here")
            stage.office.cut()
            await stage.sees("NO CONNECTION TO THE OFFICE")
            assert both == ("hall here" in stage.text())
            assert "▸ Hộ tịch" in stage.text()


@play
async def test_a_console_without_a_hall_has_no_such_key() -> None:
    """No key at its foot, none in the help; d does nothing."""
    async with staged() as stage:
        label = f"{STRIP.key:^3} {_(STRIP.label)}"
        assert label not in stage.text()
        await stage.press("d")
        assert "" == stage.notice()
        await stage.press("question_mark", "end")
        await stage.sees(_("Leave the console; the desk stays as it is.")[:20])
        assert _(STRIP.help)[:20] not in stage.text()
