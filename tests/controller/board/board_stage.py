"""A board on a headless terminal with a fake office behind it, and eyes to read the screen as the hall does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fake_hall import FakeHall
from textual.pilot import Pilot

from eyes import VIETNAM, Eyes
from luot_controller.board import pair
from luot_controller.board.app import BoardApp
from luot_controller.language import use
from luot_controller.screen import digits

FRAMES_S = 1 / 30
"""Two frames of Textual's."""

NEVER_S = 3600.0
"""Time passes when a test says so."""


class Stage(Eyes):
    """One board in a test."""

    def __init__(self, app: BoardApp, hall: FakeHall, pilot: Pilot[None]) -> None:
        super().__init__(app, pilot)
        self.app, self.hall, self.clock = app, hall, hall.clock

    async def settles(self) -> None:
        """Wait until two frames are alike."""
        before = ""
        while before != (now := self.text()):
            before = now
            await self.pilot.pause(FRAMES_S)

    async def sees_call(self, number: int, desk: str) -> None:
        """Wait until the screen shows this number with this desk, in digits of any size."""
        await self.until(lambda: self.height_of(number, desk), f"{number} at {desk}")

    async def misses_call(self, number: int, desk: str) -> None:
        """Wait until it no longer does."""
        await self.until(lambda: not self.height_of(number, desk), f"no {number} at {desk}")

    async def passes(self, seconds: float, *, silently: bool = False) -> None:
        """Let time pass in an office that lives, or is silent, until the board has seen it."""
        self.clock.now_s += seconds
        if not silently:
            self.hall.pulse()
            await self.pilot.pause()
        self.app.tick()
        await self.settles()

    def height_of(self, number: int, desk: str) -> int:
        """The rows of the digits in which a call is on the screen; 0 when it is not."""
        return height_on(self.rows(), number, desk)

    def place_of(self, number: int, desk: str) -> tuple[int, int]:
        """Row and column of a call on the screen."""
        return place_on(self.rows(), number, desk, self.height_of(number, desk))


def height_on(rows: list[str], number: int, desk: str) -> int:
    """The rows of the digits in which a call is drawn somewhere in `rows`; 0 when it is not."""
    fit = [high for high in digits.heights(len(rows)) if pair.width(pair.Pair(str(number), desk), high) <= len(rows[0])]
    return next((high for high in fit if place_on(rows, number, desk, high) != (-1, -1)), 0)


def place_on(rows: list[str], number: int, desk: str, high: int) -> tuple[int, int]:
    """Row and column at which a call is drawn at this height; (-1, -1) when it is not."""
    drawn = ["".join(parts) for parts in pair.lines(pair.Pair(str(number), desk), high)] if high else []
    for top in range(len(rows) - len(drawn) + 1):
        left = rows[top].find(drawn[0]) if drawn else -1
        while left >= 0:
            # A digit at its left would make it another number.
            around = [rows[top + row][max(0, left - 3) : left + len(line)] for row, line in enumerate(drawn)]
            blank = all(seen[: len(seen) - len(line)].strip() == "" for seen, line in zip(around, drawn, strict=True))
            if blank and all(seen.endswith(line) for seen, line in zip(around, drawn, strict=True)):
                return top, left
            left = rows[top].find(drawn[0], left + 1)
    return -1, -1


@asynccontextmanager
async def staged(
    hall: FakeHall | None = None,
    *,
    language: str | None = "en",
    size: tuple[int, int] = (80, 24),
    tick_s: float = NEVER_S,
) -> AsyncIterator[Stage]:
    """A board, connected, with everything on the screen that the office has said."""
    hall = hall or FakeHall()
    own_s, BoardApp.TICK_S = BoardApp.TICK_S, tick_s
    app = BoardApp(hall.connect, language=language, clock=hall.clock, zone=VIETNAM)
    try:
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, hall, pilot)
            if hall.problem is None:
                await stage.until(lambda: app.view.waiting is not None, "the board")
            yield stage
    finally:
        BoardApp.TICK_S = own_s
        use("en")
