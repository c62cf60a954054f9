"""Runs a coroutine until it ends or somebody asks us to stop; says nothing and starts nothing."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` on the main thread; SIGTERM, SIGINT or SIGHUP cancels it once, which is a good end."""
    asyncio.run(_until_stopped(work))


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    is_asked = asyncio.Event()

    def stop() -> None:
        # Asked again, it is still cleaning up: a second cancellation would leave something behind.
        if not is_asked.is_set():
            is_asked.set()
            task.cancel()

    for number in ENDINGS:
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not is_asked.is_set():
            raise
