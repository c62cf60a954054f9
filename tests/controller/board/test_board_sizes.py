"""Pins that the board is whole on every screen, from a terminal to a wall, and in offices that are odd."""

from collections.abc import Callable
from typing import Any

import pytest
from board_stage import Stage, staged
from fake_hall import SITE, FakeHall, call
from rich.cells import cell_len
from textual.widget import Widget

from eyes import play
from luot_controller.screen import digits

SIZES = [(80, 24), (120, 36), (200, 60)]
LONG = "Tài nguyên và Môi trường: đăng ký quyền sử dụng đất lần đầu"
LONG_DESK = "tiep-nhan-ho-so"


def shows_in_digits(stage: Stage, text: str) -> bool:
    """Whether `text` stands somewhere, as it is or in small digits."""
    rows, drawing = stage.rows(), digits.drawn(text, digits.SMALL_ROWS)
    return text in stage.text() or any(
        all(line in row for line, row in zip(drawing, rows[top : top + len(drawing)], strict=True))
        for top in range(len(rows) - len(drawing) + 1)
    )


def is_whole(stage: Stage) -> None:
    """All that is shown lies on the screen with some height, nothing over anything else, each line as wide as it."""
    columns, rows = stage.app.size
    screen = stage.app.screen
    shown = [widget for widget in screen.query("#masthead, #banner, CallCard, #services, #message") if widget.display]
    shown = [
        widget for widget in shown if all(above.display for above in widget.ancestors if isinstance(above, Widget))
    ]
    regions = [widget.region for widget in shown]
    assert [] == [region for region in regions if not (region.height and screen.region.contains_region(region))]
    assert [] == [(one, other) for at, one in enumerate(regions) for other in regions[at + 1 :] if one.overlaps(other)]
    assert (rows, {columns}) == (len(stage.rows()), {cell_len(row) for row in stage.rows()})


def nothing() -> FakeHall:
    """An office without services, desks or a name."""
    return FakeHall(SITE | {"name": "", "services": [], "desks": []})


def fifty_desks() -> FakeHall:
    """As many calls as the board tells of, of the greatest numbers, to the last of fifty desks."""
    desks = [{"id": str(desk), "services": ["ho-tich"]} for desk in range(1, 51)]
    hall = FakeHall(SITE | {"desks": desks})
    hall.calls = [call(9999 - at, str(50 - at), at) for at in range(8)]
    hall.lines = {"ho-tich": (9999, 60, None)}
    return hall


def long_names() -> FakeHall:
    """A site, services and a desk with the longest names that there can be."""
    services: list[dict[str, Any]] = [{"id": f"s{at}", "name": f"{at} {LONG}"} for at in range(9)]
    hall = FakeHall(SITE | {"name": LONG, "services": services})
    hall.calls = [call(9999, LONG_DESK), call(8, "2", 3)]
    hall.lines = {f"s{at}": (9999, 55, 60) for at in range(9)}
    return hall


def no_word_of_lines() -> FakeHall:
    """Services of which nothing is known but their names, and nobody called."""
    return FakeHall()


@play
@pytest.mark.parametrize("size", SIZES)
async def test_everything_is_on_every_screen(size: tuple[int, int]) -> None:
    """Call and desk, large; the last calls; people and wait by service; the line at the foot; the clock; the site."""
    hall = FakeHall()
    hall.calls = [call(8, "2", 1), call(29, "4", 6, "serving"), call(35, "3", 9, "serving")]
    hall.lines = {"ho-tich": (6, 30, 45), "chung-thuc": (3, 10, 20), "dat-dai": (9, 60, None)}
    async with staged(hall, size=size) as stage:
        hall.calls_number(17, "3")
        await stage.sees_call(17, "3")
        is_whole(stage)
        assert stage.height_of(17, "3") >= size[1] // 3
        assert [] == [pair for pair in ((8, "2"), (29, "4"), (35, "3")) if not stage.height_of(*pair)]
        names = ("Bộ phận Một cửa", "Hộ tịch", "Chứng thực", "Đất đai", "18 waiting", "expected wait")
        assert [] == [text for text in names if text not in stage.text()]
        drawn = ("09:41", "6", "30-45", "3", "10-20", "9")
        assert [] == [text for text in drawn if not shows_in_digits(stage, text)]
        assert stage.rows()[-1 if size[1] < 46 else -2].strip() in (
            "Touch your card to a reader to see your place",
            "Chạm thẻ vào đầu đọc để xem lượt của bạn",
        )
        await stage.passes(6, silently=True)
        await stage.sees("OLD NEWS, AS OF")
        is_whole(stage)
        assert shows_in_digits(stage, "09:41")


@play
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("office", "texts"),
    [
        (nothing, ["NO NUMBER IS BEING CALLED"]),
        (fifty_desks, ["NOW CALLED", "GO TO DESK", "9999", "over"]),
        (long_names, ["NOW CALLED", LONG_DESK.upper(), "Tài ng", "…"]),
        (no_word_of_lines, ["NO NUMBER IS BEING CALLED", "Hộ tịch"]),
    ],
)
async def test_odd_offices_are_shown_whole(
    size: tuple[int, int], office: Callable[[], FakeHall], texts: list[str]
) -> None:
    """Nothing lies over anything else, is cut at an edge, or makes the rest disappear; also while it is old news."""
    async with staged(office(), size=size) as stage:
        is_whole(stage)
        assert [] == [text for text in texts if not shows_in_digits(stage, text)]
        await stage.passes(6, silently=True)
        await stage.sees("OLD NEWS, AS OF")
        is_whole(stage)


@play
@pytest.mark.parametrize("size", SIZES)
async def test_the_greatest_numbers_are_drawn(size: tuple[int, int]) -> None:
    """9999 to desk 50: in digits of a quarter of the screen at least, and all eight calls are seen."""
    async with staged(fifty_desks(), size=size) as stage:
        assert stage.height_of(9999, "50") >= size[1] // 4
        seen = set()
        for _ in range(4):
            seen |= {at for at in range(8) if stage.height_of(9999 - at, str(50 - at))}
            await stage.passes(8)
        assert set(range(8)) == seen


@play
@pytest.mark.parametrize("size", SIZES)
async def test_a_long_desk_does_not_make_its_number_small(size: tuple[int, int]) -> None:
    """It is written as it is beside the number, which is as tall as it can be."""
    async with staged(long_names(), size=size) as stage:
        rows = stage.rows()
        heights = [
            high
            for high in range(digits.SMOOTH_ROWS, size[1])
            if any(digits.drawn("9999", high)[high // 2] in row for row in rows)
        ]
        assert max(heights) >= size[1] // 5
