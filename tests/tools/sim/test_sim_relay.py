"""luot_tools.sim.relay: bytes pass until the cable is cut, and again, at the same port, once it is mended."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from luot_tools.sim.relay import LOOPBACK, Relay


async def echo(lines: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say what was said."""
    while data := await lines.read(100):
        writer.write(data)
    writer.close()


def with_relay(play: Callable[[Relay], Coroutine[Any, Any, None]]) -> None:
    """Play with a relay in front of an echo."""

    async def run() -> None:
        async with await asyncio.start_server(echo, LOOPBACK, 0) as server:
            relay = Relay(LOOPBACK, server.sockets[0].getsockname()[1])
            await relay.mend()
            try:
                await asyncio.wait_for(play(relay), 10)
            finally:
                await relay.cut()

    asyncio.run(run())


async def talk(relay: Relay) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has been answered."""
    lines, writer = await asyncio.open_connection(LOOPBACK, relay.port)
    writer.write(b"hello")
    assert b"hello" == await lines.readexactly(5)
    return lines, writer


def test_a_cut_ends_what_was_connected_and_lets_nobody_in() -> None:
    """The end comes at once, as when the other side closes; a new connection is refused."""

    async def play(relay: Relay) -> None:
        lines, writer = await talk(relay)
        await relay.cut()
        assert b"" == await lines.read()
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(LOOPBACK, relay.port)

    with_relay(play)


def test_it_is_mended_at_the_same_port() -> None:
    """A reader, which knows one address, finds its way back."""

    async def play(relay: Relay) -> None:
        before = relay.port
        await relay.cut()
        await relay.mend()
        assert before == relay.port
        _, writer = await talk(relay)
        writer.close()

    with_relay(play)


def test_an_end_on_one_side_is_an_end_on_the_other() -> None:
    """Nothing stays half open."""

    async def play(relay: Relay) -> None:
        lines, writer = await talk(relay)
        writer.write_eof()
        assert b"" == await lines.read()
        writer.close()

    with_relay(play)


def test_who_comes_while_there_is_no_broker_is_hung_up_on() -> None:
    """And the relay goes on."""

    async def run() -> None:
        with socket.socket() as nobody:
            nobody.bind((LOOPBACK, 0))  # taken, so that nobody else listens there
            relay = Relay(LOOPBACK, nobody.getsockname()[1])
            await relay.mend()
            lines, writer = await asyncio.open_connection(LOOPBACK, relay.port)
            assert b"" == await asyncio.wait_for(lines.read(), 30)
            writer.close()
            await relay.cut()

    asyncio.run(run())
