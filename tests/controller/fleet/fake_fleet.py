"""An office in memory that speaks to the technician's screen as `client.OfficeClient` does; time is the test's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from eyes import VIETNAM, Eyes
from luot_controller.errors import LuotError
from luot_controller.fleet.app import FleetApp
from luot_controller.language import use
from luot_controller.screen.office import OnChange, OnLink

AT_MS = 1_780_022_460_000  # 09:41 in Vietnam
MINUTE_MS = 60_000


def row(role: str = "entry", **more: Any) -> dict[str, Any]:
    """Message READER of one that is well; `health` is added to what it says of itself."""
    health = {"boot": 1, "count": 5, "uptime_s": 300, "version": "0.1.0", "clock": 2, "chip_starts": 1, "sessions": 1}
    health |= {"taps": 40, "refused": 0, **more.pop("health", {})}
    well = {"role": role, "key": True, "link": "ready", "last_seen_ms": AT_MS - MINUTE_MS, "depth": 0, "faults": []}
    return {**well, **more, "health": health}


class FakeFleet:
    """`said` are the commands; `reply` is what they get, or raise."""

    def __init__(self, **readers: dict[str, Any]) -> None:
        self.readers = {name.replace("_", "-"): message for name, message in readers.items()}
        self.said: list[tuple[str, str]] = []
        self.reply: dict[str, Any] | LuotError = {"id": "1", "ok": True}
        self.now_s = 1000.0
        self.stopped = False

    def connect(self, on_change: OnChange, on_link: OnLink) -> "FakeFleet":
        """What the screen takes as its `connect`."""
        self.say, self.link = on_change, on_link
        return self

    def start(self) -> None:
        """Say everything."""
        self.link(True)
        self.pulse()
        self.say("site", None, {"name": "Bộ phận Một cửa", "language": "vi"})
        for reader, message in self.readers.items():
            self.say("reader", reader, message)

    def stop(self) -> None:
        """End."""
        self.stopped = True

    def wait_ready(self, _timeout_s: float) -> None:
        """It is."""

    def pulse(self, state: str = "open") -> None:
        """The office lives, or not."""
        self.say("office", None, {"state": state, "at_ms": AT_MS, "speed": 1} if state == "open" else {"state": state})

    def command(self, command: str, desk: str | None = None, *, timeout_s: float = 5.0, **more: Any) -> dict[str, Any]:
        """As the client: the reply, or its error."""
        assert desk is None
        assert timeout_s > 0
        self.said.append((command, more["reader"]))
        if isinstance(self.reply, LuotError):
            raise self.reply
        return self.reply


class Stage(Eyes):
    """One screen in a test."""

    def __init__(self, app: FleetApp, office: FakeFleet, pilot: Pilot[None]) -> None:
        super().__init__(app, pilot)
        self.app, self.office = app, office

    def order(self) -> list[str]:
        """The readers from top to bottom."""
        words = [line.split() for line in self.rows()]
        return [line[1] for line in words if len(line) > 1 and line[0] in "▲●○✓" and line[1] in self.office.readers]

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.office.now_s += seconds
        self.app.tick()
        await self.pilot.pause()


@asynccontextmanager
async def staged(
    office: FakeFleet, *, language: str | None = "en", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Stage]:
    """The screen, connected, with everything on it that the office has said."""
    app = FleetApp(office.connect, language=language, clock=lambda: office.now_s, zone=VIETNAM)
    try:
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, office, pilot)
            await stage.until(lambda: len(app.view.readers(office.now_s)) == len(office.readers), "all the readers")
            await stage.until(stage.order, "the table")
            yield stage
    finally:
        use("en")
