"""Pins the strip of the simulated hall: shown while the hall lives, hidden otherwise, and harmless whatever it says."""

import os
import time
from pathlib import Path

import pytest
from console_stage import play, staged
from fake_office import Clock, FakeOffice, Person

from luot_controller.console.actions import STRIP
from luot_controller.console.strip import LINES, STALE_S, hall_lines
from luot_controller.language import _

WROTE_S = 1_780_000_000.0


def written(file: Path, text: str | bytes, at_s: float = WROTE_S) -> Path:
    """`file` with `text` in it, last written at `at_s` of Unix time, put in place at once as the hall does."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(fresh, (at_s, at_s))
    fresh.replace(file)
    return file


@pytest.mark.parametrize(("age_s", "shown"), [(0.0, True), (STALE_S, True), (STALE_S + 0.1, False), (-60.0, False)])
def test_a_hall_that_stopped_writing_is_no_hall(tmp_path: Path, age_s: float, shown: bool) -> None:
    """Older than STALE_S, or from a future that a clock set back has left: nothing is shown."""
    file = written(tmp_path / "hall", "one\ntwo")
    assert (("one", "two") if shown else ()) == hall_lines(file, lambda: WROTE_S + age_s)


def test_no_file_and_no_regular_file(tmp_path: Path) -> None:
    """Missing, a folder, or a pipe, on which reading would hang: nothing, and at once."""
    os.mkfifo(tmp_path / "pipe")
    now_s = time.time
    assert [(), (), ()] == [hall_lines(tmp_path / name, now_s) for name in ("missing", ".", "pipe")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("a\n\n b \nc\nd\ne", ("a", "b", "c")),
        ("\x1b[2Ja\x07\u202eb\r\nc", ("[2Jab", "c")),
        (b"\xff\xfe x", ("\ufffd\ufffd x",)),
    ],
)
def test_what_is_shown_is_plain_and_short(tmp_path: Path, text: str | bytes, lines: tuple[str, ...]) -> None:
    """At most LINES lines, no control characters, no blank ones, whatever bytes there are."""
    assert lines == hall_lines(written(tmp_path / "hall", text), lambda: WROTE_S)


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    """Lines have an end."""
    shown = hall_lines(written(tmp_path / "hall", "x" * 1_000_000), lambda: WROTE_S)
    assert 1 == len(shown)
    assert len(shown[0]) <= 200


@play
async def test_the_strip_comes_changes_and_goes_with_the_hall(tmp_path: Path) -> None:
    """Without a file nothing; with one its lines, the newest; without one again nothing. The essentials stay."""
    file = tmp_path / "hall"
    office = FakeOffice(Clock())
    office.line = [Person(17), Person(12)]
    async with staged(office, strip=file) as stage:
        strip = stage.app.screen.query_one("#strip")
        assert not strip.display
        written(file, "hall one\nhall two\nhall three\nhall four", time.time())
        await stage.sees("hall three")
        assert "hall four" not in stage.text()
        assert LINES == strip.region.height
        for text in ("NEXT IN LINE", "▸ Hộ tịch", "▸ Chứng thực", "Đất đai", " n  Next", " u  Undo", " q  Quit"):
            assert text in stage.text()
        written(file, "hall moves on", time.time())
        await stage.sees("hall moves on")
        await stage.misses("hall three")
        written(file, "hall moves on", time.time() - 2 * STALE_S)
        await stage.misses("hall moves on")
        assert not strip.display


@play
async def test_d_hides_and_shows_the_strip(tmp_path: Path) -> None:
    """Hidden it stays hidden although the hall goes on; shown while the hall is silent, it says so."""
    file = written(tmp_path / "hall", "hall here", time.time())
    async with staged(strip=file) as stage:
        await stage.sees("hall here")
        await stage.press("d")
        await stage.misses("hall here")
        written(file, "hall again", time.time())
        await stage.pilot.pause(0.6)
        assert "hall again" not in stage.text()
        written(file, "hall at last", time.time())
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
        file = written(tmp_path / "hall", "hall here", time.time())
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
