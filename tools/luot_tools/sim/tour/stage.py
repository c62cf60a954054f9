"""An office of the tour's own, with two real readers and the keys of desk 1. Tells no story and checks none."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from luot_controller import access
from luot_controller.access import CONTROLLER
from luot_controller.client import OfficeClient
from luot_controller.errors import LuotError
from luot_tools.sim import cards
from luot_tools.sim.child import LUOT, Child, luot
from luot_tools.sim.connections import console, watching
from luot_tools.sim.crowd import all_of
from luot_tools.sim.fields import Field, Fields, TapId
from luot_tools.sim.readers import Reader
from luot_tools.sim.relay import LOOPBACK, Relay
from luot_tools.sim.scene import Scene
from luot_tools.sim.tour.claims import claim_that

CARDS = 40
DESK = "1"
"""Of the sample site: it serves the services of both readers."""
STEADY, CABLED = "entry-1", "entry-2"
"""The reader that is always connected, and the one whose cable the tour can pull."""

WITHIN_S = 30.0
REPLY_WITHIN_S = 10.0
HOLD_S = 0.4


class Stage:
    """What the story is played with; every wait is bounded, and ends in Untrue.

    `speed` is office seconds per second, `tell` hears of what is started, `say` of each entry of the ledger as `news`
    finds it. `heard` is every tap that a reader has kept, in order; `events` is the ledger as far as it was read.
    """

    def __init__(
        self,
        office: "OfficeProcess",
        scene: Scene,
        fields: Fields,
        keys: OfficeClient,
        cable: Relay,
        pool: dict[int, str],
        speed: float,
        say: Callable[[dict[str, Any]], None],
    ) -> None:
        self.office = office
        self.cable = cable
        self.speed = speed
        self.heard: list[tuple[str, TapId, int]] = []
        self.events: list[dict[str, Any]] = []
        self._scene = scene
        self._fields = fields
        self._keys = keys
        self._pool = pool
        self._say = say

    async def pause(self, office_s: float) -> None:
        """Let office time pass."""
        await asyncio.sleep(office_s / self.speed)

    async def tap(self, reader: str, number: int, button: int = 0) -> TapId:
        """Hold a card to a reader until it says that it keeps the tap."""
        tap = await self.field(reader).tap(self._pool[number], button, HOLD_S)
        if tap is None:
            claim_that(f"{reader} takes card {number}", False)
            raise AssertionError
        self.heard.append((reader, tap, number))
        return tap

    async def answer(self, reader: str, tap: TapId) -> dict[str, Any]:
        """What the reader shows once the office's receipt for this tap has come."""
        shown = await self.field(reader).answer(tap, WITHIN_S)
        says = f"tap {tap.seq} at {reader}, which shows {self.field(reader).text!r}"
        claim_that(f"a receipt within {WITHIN_S:g} s for {says}", shown is not None)
        return shown or {}

    async def enter(self, reader: str, number: int, button: int = 0) -> dict[str, Any]:
        """Tap and return the answer."""
        return await self.answer(reader, await self.tap(reader, number, button))

    async def press(self, command: str) -> dict[str, Any]:
        """A key of the clerk at the desk; returns the office's reply, which is not a refusal."""
        await self._scene.until(lambda: bool(self._scene.desk(DESK)), WITHIN_S)
        expects = self._scene.desk(DESK).get("version")
        reply = await _asked(partial(self._keys.command, command, DESK, expects=expects, timeout_s=REPLY_WITHIN_S))
        claim_that(f"{command} is done, not refused ({reply.get('code', 'no code')})", reply["ok"])
        self._scene.note("desk", DESK, reply["desk"])
        await self.news()
        return reply

    async def news(self, *, aloud: bool = True) -> None:
        """Read on in the ledger, to `events`, and say each entry if `aloud`."""
        while page := await self._page(self.events[-1]["id"] if self.events else 0):
            self.events += page
            for event in page if aloud else ():
                self._say(event)

    async def status(self) -> dict[str, Any]:
        """The office in short, as `luot status --json` has it."""
        answer = await _asked(partial(self._keys.ask, "status", timeout_s=REPLY_WITHIN_S))
        return dict(answer["status"])

    async def until(self, what: str, true: Callable[[], bool]) -> None:
        """Wait for something that is seen neither in a reply nor in an answer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WITHIN_S):
                while not true():
                    await asyncio.sleep(0.05)
        claim_that(f"{what} within {WITHIN_S:g} s", true())

    def field(self, reader: str) -> Field:
        """A reader as people see it."""
        return self._fields.by_reader[reader]

    async def _page(self, after: int) -> list[dict[str, Any]]:
        answer = await _asked(partial(self._keys.ask, "events", after=after, timeout_s=REPLY_WITHIN_S))
        return list(answer["events"])


class OfficeProcess:
    """`luot office` on a folder, as a process that can be killed; started again it takes the same port."""

    def __init__(self, data: Path, speed: float, tell: Callable[[str], None]) -> None:
        self._data = data
        self._speed = speed
        self._tell = tell
        self._open = asyncio.Event()
        self._child: Child | None = None

    async def start(self) -> None:
        """Start it; returns once it is open. Raises LuotError when it ends instead."""
        port = access.load(self._data, CONTROLLER).port if self._child else 0
        options = ("--data", str(self._data), "--speed", str(self._speed), "--port", str(port), "--quiet")
        self._open.clear()
        self._child = Child("the office", *LUOT, "office", *options, hear=self._hear)
        await self._child.start()
        opened, ended = asyncio.create_task(self._open.wait()), asyncio.create_task(self._child.wait())
        try:
            await asyncio.wait((opened, ended), timeout=WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise self._child.ended(ended.result())
            if not opened.done():
                raise LuotError("the office does not open", "See whether this machine has room and time for it.")
        finally:
            opened.cancel()
            ended.cancel()

    async def kill(self) -> None:
        """kill -9."""
        assert self._child is not None
        await self._child.kill()

    async def stop(self) -> None:
        """SIGTERM."""
        if self._child is not None:
            await self._child.stop()

    def _hear(self, line: str) -> None:
        self._tell(line.removeprefix("luot: "))
        if " is open" in line:
            self._open.set()


@contextlib.asynccontextmanager
async def open_stage(
    folder: Path, speed: float, language: str, tell: Callable[[str], None], say: Callable[[dict[str, Any]], None]
) -> AsyncIterator[Stage]:
    """Build it all in this folder, and end all processes afterwards. Raises LuotError when a part cannot be started."""
    data = folder / "office"
    async with AsyncExitStack() as parts:
        office = OfficeProcess(data, speed, tell)
        parts.push_async_callback(office.stop)
        await office.start()
        pool = cards.make(1, range(1, CARDS + 1))
        cards.write(folder / "cards.csv", pool)
        await luot("card", "import", str(folder / "cards.csv"), "--data", str(data))
        cable = Relay(LOOPBACK, access.load(data, CONTROLLER).port)
        await cable.mend()
        parts.push_async_callback(cable.cut)
        fields = await parts.enter_async_context(Fields((STEADY, CABLED)))
        changes: dict[str, dict[str, str | int]] = {
            STEADY: {"language": language},
            CABLED: {"language": language, "host": LOOPBACK, "port": cable.port},
        }
        readers = [
            Reader(fields.by_reader[name], folder / name, fields.port, tell, changes[name]) for name in (STEADY, CABLED)
        ]
        for reader in readers:
            parts.push_async_callback(reader.stop)
        await all_of(*(reader.start(data) for reader in readers))
        scene = await parts.enter_async_context(watching(data, tell))
        keys = await parts.enter_async_context(console(data, DESK))
        stage = Stage(office, scene, fields, keys, cable, {card.number: card.uid for card in pool}, speed, say)
        for name in (STEADY, CABLED):
            await stage.until(f"{name} is connected", lambda name=name: stage.field(name).state == "ready")  # type: ignore[misc]
        yield stage


def minutes(ms: float) -> int:
    """Whole minutes, rounded up: what somebody would say."""
    return math.ceil(ms / 60_000)


async def _asked(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run what blocks until the office's reply. Cancelled, it still waits for that: who hangs up first gets none."""
    asking = asyncio.create_task(asyncio.to_thread(ask))
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        await asyncio.wait([asking])
        raise
