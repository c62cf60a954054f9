"""A console on a headless terminal with a fake office behind it, and eyes to read the screen as a clerk does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fake_office import Clock, FakeOffice
from rig_office import RigOffice
from textual.pilot import Pilot

from eyes import VIETNAM, Eyes
from luot_controller.console import asking
from luot_controller.console.app import ConsoleApp
from luot_controller.console.state import CLERK
from luot_controller.language import use

ASK_AFTER_S = 0.01
"""A tenth of the console's own: every test waits for it."""


class Stage(Eyes):
    """One console in a test."""

    def __init__(self, app: ConsoleApp, office: FakeOffice | RigOffice, clock: Clock, pilot: Pilot[None]) -> None:
        super().__init__(app, pilot)
        self.app, self.office, self.clock = app, office, clock

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

    def notice(self) -> str:
        """The line that says what has just happened."""
        return str(self.app.screen_stack[0].query_one("#notice").render()).strip()


@asynccontextmanager
async def staged(
    office: FakeOffice | RigOffice | None = None,
    *,
    desk: str = "1",
    language: str | None = "en",
    size: tuple[int, int] = (80, 24),
    strip: Path | None = None,
    role: str = CLERK,
) -> AsyncIterator[Stage]:
    """A console at `desk`, connected, with the answer to its first question on the screen."""
    clock = office.clock if office else Clock()
    office = office or FakeOffice(clock)
    app = ConsoleApp(desk, office.connect, language=language, clock=clock, zone=VIETNAM, strip=strip, role=role)
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
