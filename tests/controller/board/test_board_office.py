"""Pins the board on real parts: card, reader, mosquitto, controller, call; and what an older or restored word does."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from board_stage import height_on
from fake_hall import START_MS, board, call

from brokers import RunningBroker
from e2e.parts import FREE_PORT, Controller, Reader, enrol
from eyes import play, rows_of
from luot_controller.access import WATCH, Access
from luot_controller.board.app import BoardApp
from luot_controller.board.state import WATCHED
from luot_controller.client import OfficeClient
from luot_controller.language import use
from luot_controller.screen.office import OnChange, OnLink

pytestmark = pytest.mark.real

WITHIN_S = 30.0

Holds = Callable[[Callable[[list[str]], Any], str], Any]


@asynccontextmanager
async def watching(access: Access) -> AsyncIterator[Holds]:
    """A board of a real office; gives what waits until the lines of its screen are as they should be."""

    def connect(changed: OnChange, linked: OnLink) -> OfficeClient:
        return OfficeClient(access, on_change=changed, on_link=linked, watch=WATCHED)

    app = BoardApp(connect, language="en")
    try:
        async with app.run_test(size=(80, 24)) as pilot:

            async def holds(true: Callable[[list[str]], Any], what: str) -> None:
                deadline = time.monotonic() + WITHIN_S
                while not true(rows := rows_of(app)):
                    assert time.monotonic() < deadline, "\n".join([f"never: {what}", *rows])
                    await pilot.pause(0.02)

            yield holds
    finally:
        app.office.stop()
        use("en")


def shows(number: int, desk: str) -> Callable[[list[str]], int]:
    """Whether the lines show this call."""
    return lambda rows: height_on(rows, number, desk)


def says(text: str) -> Callable[[list[str]], bool]:
    """Whether the lines hold this text."""
    return lambda rows: any(text in row for row in rows)


@play
async def test_a_call_at_a_desk_appears_in_the_hall(tmp_path: Path) -> None:
    """A tap, the clerk's key, the board; the office killed with -9: old news; the office back: the call again."""
    data = tmp_path / "office"
    data.mkdir()
    controller = await asyncio.to_thread(Controller, data, *FREE_PORT)
    try:
        uids = enrol(controller, 20)
        reader = Reader(controller, "entry-1", tmp_path / "entry-1")
        try:
            async with watching(controller.access(WATCH)) as holds:
                await holds(says("NO NUMBER IS BEING CALLED"), "an open office")
                await asyncio.to_thread(reader.shown, "ready")
                await asyncio.to_thread(reader.hold, uids[17])
                await holds(says("1 waiting"), "one who waits")
                with OfficeClient(controller.access("desk-2")) as clerk:
                    clerk.wait_ready(WITHIN_S)
                    assert (await asyncio.to_thread(clerk.command, "CallNext", "2"))["called"] == 17
                    await holds(shows(17, "2"), "17 at desk 2")
                    await holds(says("▶ NOW CALLED"), "a new call")
                await asyncio.to_thread(controller.kill)
                await holds(says("OLD NEWS, AS OF"), "old news")
                await holds(shows(17, "2"), "17 at desk 2, still")
                await asyncio.to_thread(controller.start)
                await holds(says("NOW CALLED"), "an office that is back")
                await holds(shows(17, "2"), "17 at desk 2, again")
        finally:
            reader.close()
    finally:
        controller.stop()


@play
async def test_an_older_word_is_ignored_and_a_restored_one_believed(mosquitto: RunningBroker) -> None:
    """Real retained messages: a lower version changes nothing, a higher epoch does, an empty one takes it back."""

    def say(below: str, message: dict[str, Any]) -> None:
        mosquitto.retain(below, json.dumps(message).encode() if message else b"")

    say("office", {"state": "open", "epoch": 1, "at_ms": START_MS, "speed": 1})
    say("board", board(call(17, "3"), version=5))
    async with watching(mosquitto.access(WATCH)) as holds:
        await holds(shows(17, "3"), "what is retained")
        say("board", board(call(9, "1"), version=4))
        say("service/ho-tich", {"epoch": 1, "version": 1, "waiting": 7, "head": [], "lo_min": 5, "hi_min": 10})
        await holds(says("5-10 min"), "the message after it")
        await holds(shows(17, "3"), "the newer one still")
        say("board", board(call(9, "1"), version=1, epoch=2))
        await holds(shows(9, "1"), "the restored office")
        say("board", {})
        await holds(says("NO NUMBER IS BEING CALLED"), "nothing")
