"""A cable that can be pulled: passes bytes between a reader and the broker until it is cut. Understands none."""

import asyncio
import contextlib

LOOPBACK = "127.0.0.1"
_CHUNK_BYTES = 4096


class Relay:
    """Listens on `port` of the loopback address once it is mended, and connects whoever comes with host:port."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self._to = (host, port)
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        """Pass bytes on; always at the same port."""
        self._server = await asyncio.start_server(self._pass_on, LOOPBACK, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """Break every connection, and take no new one; safe to call again."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in self._ends:
            end.close()
        await asyncio.gather(*self._talks)

    async def _pass_on(self, lines: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        self._ends.add(near)
        far = None
        try:
            with contextlib.suppress(OSError):
                back, far = await asyncio.open_connection(*self._to)
                self._ends.add(far)
                if self._server is None:  # cut meanwhile
                    return
                await asyncio.gather(_pump(lines, far), _pump(back, near))
        finally:
            for end in (near, far):
                if end is not None:
                    end.close()
                    self._ends.discard(end)
            self._talks.discard(talk)


async def _pump(lines: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    try:
        while data := await lines.read(_CHUNK_BYTES):
            to.write(data)
            await to.drain()
    finally:
        to.close()
