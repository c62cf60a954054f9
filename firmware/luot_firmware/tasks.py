"""Several coroutines run as one. Never swallows an error."""

import asyncio


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
        for task in tasks:
            task.cancel()
        for task in tasks:
            while not task.done():
                # Again, for MicroPython's wait_for() loses a cancellation that comes just as its time runs out.
                task.cancel()
                await asyncio.sleep(0)
    if errors:
        raise errors[0]
