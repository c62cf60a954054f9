"""A console on a headless terminal with a fake office behind it, and eyes to read the screen as a clerk does."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from fake_office import Clock, FakeOffice
from textual.pilot import Pilot

from luot_controller.console import asking
from luot_controller.console.app import ConsoleApp
from luot_controller.language import use

VIETNAM = timezone(timedelta(hours=7))
DEADLINE_S = 10.0
ASK_AFTER_S = 0.01
"""A tenth of the console's own: every test waits for it."""


class Stage:
    """One console in a test."""

    def __init__(self, app: ConsoleApp, office: FakeOffice, clock: Clock, pilot: Pilot[None]) -> None:
        self.app, self.office, self.clock, self.pilot = app, office, clock, pilot

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait until `holds()`, and fail with the screen when it never does."""
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            assert time.monotonic() < deadline, f"never: {what}\n{self.text()}"
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def sees(self, text: str) -> None:
        """Wait until the screen shows `text`."""
        await self.until(lambda: text in self.text(), repr(text))

    async def misses(self, text: str) -> None:
        """Wait until the screen no longer shows `text`."""
        await self.until(lambda: text not in self.text(), f"no {text!r}")

    async def shows_at_desk(self, state: str, number: int) -> None:
        """Wait until the left card shows `state` and `number`."""
        await self.until(lambda: state in self.text() and f"Number {number}" in self.text(), f"{state} number {number}")

    async def press(self, *keys: str) -> None:
        """Press keys, each a moment later than the console's guard against double presses."""
        for key in keys:
            self.clock.now_s += 1.0
            self.office.pulse()
            await self.pilot.press(key)

    async def rests(self) -> None:
        """Wait until no reply is awaited, and the screen shows whom the office would call next."""
        await self.until(lambda: self.app.presses.pending is None, "a reply")
        await self.until(lambda: self.app.view.upcoming_known, "an answer")

    def text(self) -> str:
        """What the screen shows, line by line."""
        return "\n".join(self.rows())

    def rows(self) -> list[str]:
        """The lines of the screen on top; a window over another shows itself alone."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def notice(self) -> str:
        """The line that says what has just happened."""
        return str(self.app.screen_stack[0].query_one("#notice").render()).strip()


@asynccontextmanager
async def staged(
    office: FakeOffice | None = None,
    *,
    desk: str = "1",
    language: str | None = "en",
    size: tuple[int, int] = (80, 24),
    strip: Path | None = None,
) -> AsyncIterator[Stage]:
    """A console at `desk`, connected, with the answer to its first question on the screen."""
    clock = office.clock if office else Clock()
    office = office or FakeOffice(clock)
    app = ConsoleApp(desk, office.connect, language=language, clock=clock, zone=VIETNAM, strip=strip)
    own_s, asking.ASK_AFTER_S = asking.ASK_AFTER_S, ASK_AFTER_S
    try:
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, office, clock, pilot)
            if office.problem is None and desk in office.desks:
                await stage.until(lambda: app.view.desk is not None, "the desk")
                await stage.rests()
            yield stage
    finally:
        asking.ASK_AFTER_S = own_s
        office.stop()
        use("en")


def play(scenario: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test to its end."""

    @functools.wraps(scenario)
    def test(*args: Any, **named: Any) -> None:
        asyncio.run(scenario(*args, **named))

    return test
