"""Eyes to read a headless screen as those before it do, and the patience to wait for what should come."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta, timezone
from typing import Any

from textual.app import App
from textual.pilot import Pilot

VIETNAM = timezone(timedelta(hours=7))
DEADLINE_S = 60.0


class Eyes:
    """On one screen."""

    def __init__(self, app: App[None], pilot: Pilot[None]) -> None:
        self._app, self.pilot = app, pilot

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait until `holds()`, and fail with the screen when it never does."""
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            assert time.monotonic() < deadline, f"never: {what}\n{self.text()}"
            await self.pilot.pause(0.01)
        await self.settles()

    async def settles(self) -> None:
        """Wait until everything that was drawn is on the screen."""
        await self.pilot.pause()

    async def sees(self, text: str) -> None:
        """Wait until the screen shows `text`."""
        await self.until(lambda: text in self.text(), repr(text))

    async def misses(self, text: str) -> None:
        """Wait until the screen no longer shows `text`."""
        await self.until(lambda: text not in self.text(), f"no {text!r}")

    def text(self) -> str:
        """What the screen shows, line by line."""
        return "\n".join(self.rows())

    def rows(self) -> list[str]:
        """The lines of the screen on top; a window over another shows itself alone."""
        return rows_of(self._app)


def rows_of(app: App[None]) -> list[str]:
    """The lines of an app's screen."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def play(scenario: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test to its end."""

    @functools.wraps(scenario)
    def test(*args: Any, **named: Any) -> None:
        asyncio.run(scenario(*args, **named))

    return test
