"""A simulated clerk at one desk: looks at the desk, does the next sensible thing, and never presses a key twice.

Every command names the version of the desk that the clerk saw, so one whose reply was lost is refused the second time.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from luot_controller.errors import LuotError
from luot_tools.sim.scene import Message, Scene

RECALL_AFTER_S = 90.0
NO_SHOW_AFTER_S = 90.0
"""Office seconds that nobody comes: after the call, after the recall."""

STRANGER_S = 120.0
"""Office seconds at the desk of somebody whom this hall does not know."""

REPLY_WITHIN_S = 1.5
AGAIN_AFTER_S = 0.5
"""Real seconds before looking again after a refusal or a failure."""


class Office(Protocol):
    """The part of `client.OfficeClient` that a clerk uses."""

    def command(
        self, command: str, desk: str, *, expects: int | None = None, timeout_s: float = REPLY_WITHIN_S
    ) -> dict[str, Any]:
        """Send a clerk's key; blocks until the reply."""


class Clerk:
    """Serves one desk for ever; `tell` is told of each failure of the office, once until it is over."""

    def __init__(
        self,
        desk: str,
        services: Sequence[str],
        office: Office,
        scene: Scene,
        speed: float,
        tell: Callable[[str], None],
    ) -> None:
        self._desk = desk
        self._services = services
        self._office = office
        self._scene = scene
        self._speed = speed
        self._tell = tell
        self._in_vain: list[Message] = []
        self._began: tuple[int, float] = (0, 0.0)
        self._has_failed = False

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await self._scene.until(lambda: self._scene.is_open and bool(self._scene.desk(self._desk)))
            seen = self._scene.desk(self._desk)
            if seen["state"] == "free":
                await self._call(seen)
            elif seen["state"] == "called":
                await self._receive(seen)
            else:
                await self._serve(seen)

    async def _call(self, seen: Message) -> None:
        def has_work() -> bool:
            lines = self._scene.lines(self._services)
            return lines != self._in_vain and any(line.get("waiting") for line in lines)

        await self._scene.until(lambda: has_work() or self._is_different(seen))
        if not self._is_different(seen):
            lines = self._scene.lines(self._services)
            if await self._press("CallNext", seen) == "nobody_waiting":
                self._in_vain = lines  # another desk was faster: wait for the lines to change

    async def _receive(self, seen: Message) -> None:
        recalled = seen.get("recalls", 0) > 0
        within_s = (NO_SHOW_AFTER_S if recalled else RECALL_AFTER_S) / self._speed
        number = seen["number"]
        await self._scene.until(lambda: self._citizen(number) is not None or self._is_different(seen), within_s)
        if self._is_different(seen):
            return
        if self._citizen(number) is not None:
            await self._press("Start", seen)
        else:
            await self._press("NoShow" if recalled else "Recall", seen)

    async def _serve(self, seen: Message) -> None:
        visit = seen["visit"]
        if self._began[0] != visit:
            self._began = (visit, time.monotonic())
        serve_s = self._citizen(seen["number"])
        until = self._began[1] + (STRANGER_S if serve_s is None else serve_s) / self._speed
        if not await self._scene.until(lambda: self._is_different(seen), max(0.0, until - time.monotonic())):
            await self._press("CallNext", seen)  # finishes this visit, also when nobody is next

    async def _press(self, command: str, seen: Message) -> str:
        """Send the command; returns the code of a refusal, or an empty text."""
        try:
            reply = await asyncio.to_thread(
                self._office.command, command, self._desk, expects=seen["version"], timeout_s=REPLY_WITHIN_S
            )
        except LuotError as error:
            if not self._has_failed:
                self._tell(f"clerk at desk {self._desk}: {error.subject}; trying again")
            self._has_failed = True
            await asyncio.sleep(AGAIN_AFTER_S)
            return error.code
        self._has_failed = False
        if "desk" in reply:
            self._scene.note("desk", self._desk, reply["desk"])
        if reply["ok"]:
            return ""
        if not self._is_different(seen) and reply.get("code") != "nobody_waiting":
            await asyncio.sleep(AGAIN_AFTER_S)
        return str(reply.get("code", "refused"))

    def _citizen(self, number: int) -> float | None:
        return self._scene.standing(self._desk, number)

    def _is_different(self, seen: Message) -> bool:
        now = self._scene.desk(self._desk)
        return (now.get("epoch"), now.get("version")) != (seen.get("epoch"), seen.get("version"))
