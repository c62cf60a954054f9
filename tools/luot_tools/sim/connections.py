"""The hall's connections with an office: eyes that follow its topics, keys to press. They decide nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from luot_controller import access
from luot_controller.access import WATCH
from luot_controller.client import OfficeClient
from luot_controller.errors import OfficeUnreachable
from luot_tools.sim.scene import Scene

OPEN_WITHIN_S = 15.0

WATCHED = ("office", "service", "desk", "card")


@contextlib.asynccontextmanager
async def watching(data: Path, tell: Callable[[str], None]) -> AsyncIterator[Scene]:
    """A scene that follows the office, once that is open; `tell` hears when it is lost from sight.

    Raises OfficeUnreachable when it is not open in time.
    """
    scene, loop = Scene(), asyncio.get_running_loop()
    is_watching = False

    def hear(name: str, of: str | None, message: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(scene.note, name, of, message)

    def linked(is_up: bool) -> None:
        if is_watching:
            loop.call_soon_threadsafe(tell, "the broker is back" if is_up else "the broker is away; waiting for it")

    client = OfficeClient(access.load(data, WATCH), on_change=hear, on_link=linked, watch=WATCHED)
    client.start()
    try:
        if not await scene.until(lambda: scene.is_open, OPEN_WITHIN_S):
            raise OfficeUnreachable(f"no office is open on {data}", f"Start it: luot office --data {data}")
        is_watching = True
        yield scene
    finally:
        is_watching = False
        await asyncio.to_thread(client.stop)


@contextlib.asynccontextmanager
async def console(data: Path, desk: str) -> AsyncIterator[OfficeClient]:
    """The keys of one desk."""
    client = OfficeClient(access.load(data, f"desk-{desk}"), watch=())
    client.start()
    try:
        yield client
    finally:
        await asyncio.to_thread(client.stop)
