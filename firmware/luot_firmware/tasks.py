"""Several coroutines run as one. Never swallows an error."""

import asyncio

_INSIST_S = 0.01


async def run_together(*coroutines):
    """Run all until the first ends, cancel the others, then raise its error if it had one."""
    ended = asyncio.Event()
    errors = []

    async def watched(coroutine):
        try:
            await coroutine
        except Exception as error:  # noqa: BLE001 - handed to the caller below
            errors.append(error)
        ended.set()

    tasks = [asyncio.create_task(watched(coroutine)) for coroutine in coroutines]
    try:
        await ended.wait()
    finally:
        cancelling = asyncio.create_task(_cancel(tasks))
        for task in tasks:
            try:
                await task
            except asyncio.CancelledError:
                pass
        cancelling.cancel()
    if errors:
        raise errors[0]


async def _cancel(tasks):
    """Again and again: MicroPython's wait_for() loses a cancellation that comes just as its time runs out."""
    while True:
        for task in tasks:
            task.cancel()
        await asyncio.sleep(_INSIST_S)
