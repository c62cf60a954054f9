"""One tap, one turn, all real: card, firmware on MicroPython, broker, controller, the clerk's console."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from e2e.parts import Controller, Reader, enrol, until
from luot_controller.client import OfficeClient
from luot_controller.console.app import ConsoleApp
from luot_controller.console.state import WATCHED
from luot_controller.screen.office import OnChange, OnLink

pytestmark = pytest.mark.real


def test_tap_to_call(
    open_controller: Callable[..., Controller], open_reader: Callable[[Controller, str], Reader]
) -> None:
    """A UID at the reader becomes a number on desk and board by one key; the reader shows place and range."""
    controller = open_controller()
    uids = enrol(controller, 20)
    reader = open_reader(controller, "entry-1")
    reader.shown("ready")
    reader.hold(uids[4])
    reader.hold(uids[17])
    reader.wait(lambda: reader.count("opened") == 2, "two receipts")
    first, second = (line for line in reader.lines if line["show"] == "opened")
    assert [(4, 0), (17, 1)] == [(line["number"], line["ahead"]) for line in (first, second)]
    assert 0 <= second["lo_min"] < second["hi_min"]

    heard: dict[tuple[str, str | None], dict[str, Any]] = {}
    with OfficeClient(
        controller.access("watch"), on_change=lambda name, of, fields: heard.update({(name, of): fields})
    ):
        press_next(controller)
        until(lambda: heard.get(("desk", "1"), {}).get("number") == 4, "desk 1 to show 4")
        until(lambda: [call["number"] for call in heard["board", None]["calls"]] == [4], "the board to show 4")

    reader.hold(uids[4])
    assert "1" == reader.shown("your_turn")["desk"]

    reader.hold(uids[9], button=1)
    reader.wait(lambda: reader.count("opened") == 3, "the receipt of the priority button")
    assert (9, 0) == ((last := reader.shown("opened"))["number"], last["ahead"])
    assert 0 == controller.stop()


def press_next(controller: Controller) -> None:
    """Open the clerk's console at desk 1, see 4 announced as the next, press its one key, see 4 called."""

    def connect(changed: OnChange, linked: OnLink) -> OfficeClient:
        return OfficeClient(controller.access("desk-1"), on_change=changed, on_link=linked, watch=WATCHED)

    async def clerk() -> None:
        app = ConsoleApp("1", connect, language="en")
        try:
            async with app.run_test(size=(80, 24)) as pilot:
                await shown(app, pilot, "number 4")
                await pilot.press("n")
                await shown(app, pilot, "CALLED")
        finally:
            app.office.stop()

    asyncio.run(clerk())


async def shown(app: ConsoleApp, pilot: Pilot[None], text: str) -> None:
    """Wait until the console's screen shows `text`."""
    deadline = time.monotonic() + 20
    while text not in (screen := "\n".join(strip.text for strip in app.screen._compositor.render_strips())):
        assert time.monotonic() < deadline, f"never: {text}\n{screen}"
        await pilot.pause(0.02)
