"""Stand-ins for what surrounds a simulated hall: a reader on its socket, an office with one desk."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from luot_controller.errors import TimedOut
from luot_tools.sim.fields import Fields
from luot_tools.sim.scene import Scene


class FakeReader:
    """The reader's end of the hall socket, as the firmware speaks on it; answers each card with `answer`."""

    def __init__(self, lines: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.got: list[dict[str, Any]] = []
        self.answer: dict[str, Any] | None = {"show": "opened", "ahead": 0}
        self.keeps = True
        self._is_dumb = False
        self.seq = 0
        self._lines = lines
        self._writer = writer

    async def run(self) -> None:
        """Read what is laid into the field until the hall hangs up; hear and answer each card."""
        async for line in self._lines:
            self.got.append(json.loads(line))
            if self.got[-1]["uid"] is None or self._is_dumb:
                continue
            if not self.keeps:
                self.show({"show": "full", "text": ""})
                continue
            self.seq += 1
            self.show({"show": "heard", "boot": 1, "seq": self.seq, "text": ""})
            if self.answer is not None:
                self.show({**self.answer, "boot": 1, "seq": self.seq, "text": ""})

    def show(self, line: dict[str, Any]) -> None:
        """Send one line of feedback."""
        self._writer.write(json.dumps(line).encode() + b"\n")

    def run_out_of_words(self) -> None:
        """From now on, show nothing for a card."""
        self._is_dumb = True

    def hang_up(self) -> None:
        """Close the connection, as a reader that dies."""
        self._writer.close()


@contextlib.asynccontextmanager
async def reader_at(fields: Fields, name: str) -> AsyncIterator[FakeReader]:
    """A fake reader that has come to the hall."""
    lines, writer = await asyncio.open_connection("127.0.0.1", fields.port)
    writer.write(json.dumps({"reader": name}).encode() + b"\n")
    reader = FakeReader(lines, writer)
    running = asyncio.create_task(reader.run())
    await asyncio.wait_for(fields.by_reader[name].wait_connected(), 5)
    try:
        yield reader
    finally:
        writer.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class FakeOffice:
    """One desk "1" and the line `papers`, played by the rules of the engine; commands come from other threads.

    `history` is what was done. The replies of the next `lost_replies` commands are lost, and the topics with them.
    """

    def __init__(self, scene: Scene, waiting: list[int]) -> None:
        self.history: list[str] = []
        self.refused: list[str] = []
        self.lost_replies = 0
        self._scene = scene
        self._loop = asyncio.get_running_loop()
        self._waiting = list(waiting)
        self._version = 1
        self._desk: dict[str, Any] = {}
        self._change("open", state="free")

    def command(self, command: str, desk: str, *, expects: int | None = None, timeout_s: float = 5.0) -> dict[str, Any]:
        """Do it, or refuse it as the engine would."""
        assert desk == "1"
        code = "" if expects in (None, self._desk["version"]) else "stale"
        if not code:
            code = self._do(command)
        if code:
            self.refused.append(f"{command} {code}")
        if self.lost_replies:
            self.lost_replies -= 1
            raise TimedOut(f"no answer within {timeout_s} s")
        self._show()
        return {"id": "x", "ok": not code, "code": code, "desk": self._desk}

    def join(self, *numbers: int) -> None:
        """More people are in line."""
        self._waiting += numbers
        self._show()

    def be_serving(self, number: int) -> None:
        """The desk is in the middle of a visit."""
        self._change(f"start {number}", state="serving", number=number, visit=number, recalls=0)

    def _do(self, command: str) -> str:
        state, number = self._desk["state"], self._desk.get("number")
        if command == "CallNext":
            if state != "free":
                self._change(f"finish {number}", state="free")
            if self._waiting:
                called = self._waiting.pop(0)
                self._change(f"call {called}", state="called", number=called, visit=called, recalls=0)
            elif state == "free":
                return "nobody_waiting"
            return ""
        if state != "called":
            return "desk_free"
        if command == "Start":
            self.be_serving(number)
        elif command == "Recall":
            self._change(f"recall {number}", **{**self._desk, "recalls": self._desk["recalls"] + 1})
        else:
            self._change(f"no-show {number}", state="free")
        return ""

    def _change(self, what: str, **desk: Any) -> None:
        self.history.append(what)
        self._version += 1
        self._desk = {**desk, "epoch": 1, "version": self._version}
        if not self.lost_replies:
            self._show()

    def _show(self) -> None:
        service = {"epoch": 1, "version": self._version, "waiting": len(self._waiting), "head": []}
        self._loop.call_soon_threadsafe(self._scene.note, "office", None, {"state": "open", "at_ms": 0})
        self._loop.call_soon_threadsafe(self._scene.note, "service", "papers", service)
        self._loop.call_soon_threadsafe(self._scene.note, "desk", "1", self._desk)
