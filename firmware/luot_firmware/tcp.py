"""TCP connections that never block the other tasks. Sets no limits of time: the caller does.

A host that is not an IP address costs a look-up that blocks, so settings hold the address.
"""

import asyncio
import errno
import select
import socket

_IPPROTO_TCP, _TCP_NODELAY = 6, 1


class Connection:
    """An open connection; each method that waits may be cancelled, after which only close() makes sense."""

    def __init__(self, connected):
        self._socket = connected
        self._reader = asyncio.StreamReader(connected)
        self._writer = asyncio.StreamWriter(connected, {})

    async def read_exactly(self, count):
        """`count` bytes; an OSError when the other side closes first."""
        try:
            return await self._reader.readexactly(count)
        except EOFError:
            raise OSError(errno.ECONNRESET)

    async def read_some(self, most):
        """1 to `most` bytes, whatever has come; an OSError when the other side closes first."""
        data = await self._reader.read(most)
        if not data:
            raise OSError(errno.ECONNRESET)
        return data

    async def write(self, data):
        """Send all of `data`; one writer at a time."""
        self._writer.write(data)
        await self._writer.drain()

    def close(self):
        """Close at once."""
        self._socket.close()


async def dial(host, port):
    """Connect and return the Connection, with TCP_NODELAY set; an OSError when nobody answers there."""
    dialled = socket.socket()
    try:
        dialled.setblocking(False)
        try:
            dialled.connect(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1])
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        await _connected(dialled)
        dialled.setsockopt(_IPPROTO_TCP, _TCP_NODELAY, 1)
        return Connection(dialled)
    except BaseException:
        dialled.close()
        raise


async def _connected(dialled):
    poller = select.poll()
    poller.register(dialled, select.POLLOUT)
    while True:
        for _, event in poller.poll(0):
            if event & (select.POLLERR | select.POLLHUP):
                raise OSError(errno.ECONNREFUSED)
            return
        await asyncio.sleep(0.01)
