"""Pins what every screen's application does alike, on one that shows nothing but what it has heard."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from luot_controller.errors import LuotError, OfficeUnreachable
from luot_controller.language import current, use
from luot_controller.screen.app import PATIENCE_S, ScreenApp
from luot_controller.screen.office import OnChange, OnLink
from luot_controller.screen.pulse import Pulse, Reach
from luot_controller.screen.themes import DARK, LIGHT

DEADLINE_S = 10.0


class Office:
    """Says nothing by itself; `problem` is why it cannot be reached."""

    problem: LuotError | None = None
    started = False

    def __init__(self, on_change: OnChange, on_link: OnLink) -> None:
        self.say, self.link = on_change, on_link

    def start(self) -> None:
        """Begin."""
        self.started = True

    def stop(self) -> None:
        """End."""

    def wait_ready(self, _timeout_s: float) -> None:
        """As the client does."""
        if self.problem is not None:
            raise self.problem


class Heard:
    """A read model that keeps all messages."""

    def __init__(self) -> None:
        self.pulse = Pulse(0.0)
        self.language: str | None = None
        self.messages: list[tuple[str, str | None]] = []

    def hear(self, name: str, topic_id: str | None, message: Any, heard_s: float) -> None:
        """Keep its topic; an office's goes to the pulse, a site's has a language."""
        self.messages.append((name, topic_id))
        self.language = message.get("language", self.language)
        if name == "office":
            self.pulse.hear(message, heard_s)


class Bare(ScreenApp):
    """A screen without widgets; `painted` are the times at which it was drawn, `changes` the topics that changed it."""

    TICK_S = 3600.0

    def __init__(self, **named: Any) -> None:
        self.now_s = 100.0
        super().__init__(clock=lambda: self.now_s, **{"language": None} | named)
        self.view: Heard = Heard()
        self.office: Office = Office(self.heard, self.linked)
        self.painted: list[float] = []
        self.changes: list[str] = []

    def paint(self, now_s: float) -> None:
        """Note that it was drawn."""
        self.painted.append(now_s)

    def changed(self, name: str = "") -> None:
        """Note what has changed."""
        self.changes.append(name)
        super().changed(name)


def played(app: Bare, scenario: Callable[[Callable[[Callable[[], object]], Awaitable[None]]], Awaitable[None]]) -> None:
    """Run `scenario(until)` on the app, headless."""

    async def run() -> None:
        async with app.run_test() as pilot:
            await scenario(lambda holds: _until(pilot, holds))

    try:
        asyncio.run(run())
    finally:
        use("en")


async def _until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline
        await pilot.pause(0.01)


def test_it_connects_and_draws_what_it_hears() -> None:
    """Every message and every change of the link reaches the read model, then the screen."""
    app = Bare()

    async def scenario(until: Callable[[Callable[[], object]], Awaitable[None]]) -> None:
        await until(lambda: app.office.started)
        app.office.link(True)
        app.office.say("office", None, {"state": "open"})
        app.office.say("desk", "1", {})
        await until(lambda: app.changes == ["", "office", "desk"])
        assert [("office", None), ("desk", "1")] == app.view.messages
        assert Reach.OPEN is app.view.pulse.reach(100.0)
        await until(lambda: 100.0 in app.painted)

    played(app, scenario)


@pytest.mark.parametrize(("chosen", "spoken"), [(None, "en"), ("vi", "vi")])
def test_the_site_s_language_counts_unless_one_is_chosen(chosen: str | None, spoken: str) -> None:
    """Vietnamese until the site is heard."""
    app = Bare(language=chosen)

    async def scenario(until: Callable[[Callable[[], object]], Awaitable[None]]) -> None:
        assert "vi" == current()
        app.office.say("site", None, {"language": "en"})
        await until(lambda: "site" in app.changes)
        assert spoken == current()

    played(app, scenario)


def test_why_there_is_no_office_is_asked_after_a_moment() -> None:
    """Not at once, since a connection takes its time; and no more once it is there."""
    app = Bare()
    app.office.problem = OfficeUnreachable("nobody", "Start it.")

    async def scenario(_until: Callable[[Callable[[], object]], Awaitable[None]]) -> None:
        app.now_s += PATIENCE_S
        app.tick()
        assert app.view.pulse.problem is None
        app.now_s += 0.1
        app.tick()
        assert app.view.pulse.problem is app.office.problem
        app.view.pulse.hear_link(True, app.now_s)
        app.tick()
        assert app.view.pulse.problem is None

    played(app, scenario)


@pytest.mark.parametrize(("light", "theme"), [(False, DARK), (True, LIGHT)])
def test_it_is_dark_unless_told(light: bool, theme: Any) -> None:
    """Both themes are there."""
    assert theme.name == Bare(light=light).theme
    use("en")


def test_word_after_the_end_does_no_harm() -> None:
    """The connection's thread may still speak when the screen has gone."""
    app = Bare()

    async def scenario(_until: Callable[[Callable[[], object]], Awaitable[None]]) -> None:
        await app.action_quit()

    played(app, scenario)
    app.office.say("office", None, {"state": "open"})
    app.office.link(False)
    assert [] == app.view.messages
