"""The hall's end of the readers' sockets: holds cards to readers and sees what they show. Knows no more of the hall."""

import asyncio
import json
from collections.abc import Iterable
from types import TracebackType
from typing import Any, NamedTuple, Self

LOOPBACK = "127.0.0.1"

HEARD_WITHIN_S = 3.0
"""After which whoever holds a card takes it for not read."""
AGAIN_AFTER_S = 1.2
"""A reader takes a card for a new tap only after it was away for a second."""
BETWEEN_CARDS_S = 0.1

_KEPT = "heard"
_NOT_KEPT = ("full", "fault")
_STATES = ("ready", "offline", "no_receipt", "fault")


class TapId(NamedTuple):
    """What a reader calls a tap that it keeps."""

    boot: int
    seq: int


class Field:
    """One reader, as people see it: a place for one card, one person at a time, and what it shows.

    `queue` counts who is at it. `state` is what it last said of itself: ready, offline, no_receipt or fault; `text` is
    the last line that it showed, in its language.
    """

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self.queue = 0
        self.state = ""
        self.text = ""
        self._turn = asyncio.Lock()
        self._here = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None
        self._held: asyncio.Future[TapId | None] | None = None
        self._answers: dict[TapId, asyncio.Future[dict[str, Any]]] = {}

    @property
    def connected(self) -> bool:
        """True while the reader is there."""
        return self._here.is_set()

    async def wait_connected(self) -> None:
        """Return once the reader is there."""
        await self._here.wait()

    async def tap(self, uid: str, button: int = 0, hold_s: float = 0.3) -> TapId | None:
        """Queue, hold the card for `hold_s` or until the reader has it; None when the reader did not take it.

        Whoever gets a TapId must ask for its answer with `answer`, or let go of it with `forget`.
        """
        self.queue += 1
        try:
            async with self._turn:
                return await self._hold(uid, button, hold_s)
        finally:
            self.queue -= 1

    async def answer(self, tap: TapId, within_s: float) -> dict[str, Any] | None:
        """What the reader shows once the receipt of this tap has come; None when it does not come in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self._answers[tap]
        except TimeoutError:
            return None
        finally:
            self.forget(tap)

    def forget(self, tap: TapId) -> None:
        """Do not wait for this tap's answer."""
        self._answers.pop(tap, None)

    async def serve(self, lines: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be this reader's hall until the connection ends; a newer connection takes the place of an older one."""
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        self._here.set()
        try:
            async for line in lines:
                self.take(json.loads(line))
        finally:
            if self._writer is writer:
                self._writer = None
                self._here.clear()
                self._settle(None)

    def take(self, line: dict[str, Any]) -> None:
        """The reader shows this."""
        show = line["show"]
        self.text = line.get("text", "")
        if show in _STATES:
            self.state = show
        if show in _NOT_KEPT:
            self._settle(None)
        elif "boot" in line:
            tap = TapId(line["boot"], line["seq"])
            if show == _KEPT:
                self._settle(tap)
            elif (answer := self._answers.get(tap)) is not None and not answer.done():
                answer.set_result(line)

    async def _hold(self, uid: str, button: int, hold_s: float) -> TapId | None:
        await self._here.wait()
        loop = asyncio.get_running_loop()
        self._held = loop.create_future()
        began = loop.time()
        try:
            self._lay({"uid": uid, "button": button} if button else {"uid": uid})
            # Not wait_for: before Python 3.12 it forgets a cancellation that comes together with the result.
            async with asyncio.timeout(HEARD_WITHIN_S):
                tap = await self._held
            await asyncio.sleep(began + hold_s - loop.time())
        except TimeoutError:
            tap = None
        finally:
            self._held = None
            self._lay({"uid": None})
        await asyncio.sleep(BETWEEN_CARDS_S if tap else AGAIN_AFTER_S)
        return tap

    def _lay(self, line: dict[str, Any]) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(json.dumps(line).encode() + b"\n")

    def _settle(self, tap: TapId | None) -> None:
        if self._held is not None and not self._held.done():
            if tap is not None:
                self._answers[tap] = asyncio.get_running_loop().create_future()
            self._held.set_result(tap)


class Fields:
    """The server that the readers connect to; `port` is known once it is entered."""

    def __init__(self, readers: Iterable[str]) -> None:
        self.by_reader = {reader: Field(reader) for reader in readers}
        self._server: asyncio.Server | None = None
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def port(self) -> int:
        """Where it listens, on the loopback address."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._greet, LOOPBACK, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._talks.values():
            writer.close()
        await asyncio.gather(*self._talks)

    async def _greet(self, lines: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks[talk] = writer
        try:
            field = self.by_reader.get(json.loads(await lines.readline())["reader"])
            if field is not None:
                await field.serve(lines, writer)
        except (OSError, ValueError, KeyError, TypeError):
            pass  # whoever does not speak as a reader does is hung up on; a reader comes back
        finally:
            del self._talks[talk]
            writer.close()
