"""Coroutines run together end together."""

import asyncio

from luot_firmware.tasks import run_together

ALSO_ON_MICROPYTHON = True


class Trace:
    """Coroutines that note when they are stopped."""

    def __init__(self):
        self.stopped = []

    async def forever(self, name):
        try:
            await asyncio.sleep(60)
        finally:
            self.stopped.append(name)

    async def fails(self):
        await asyncio.sleep(0)
        raise OSError(5)

    async def ends(self):
        await asyncio.sleep(0)


def test_an_error_stops_all_and_is_raised():
    """The others are cancelled, their clean-up has run, and the error comes out."""
    trace = Trace()
    raised = []
    try:
        asyncio.run(run_together(trace.forever("a"), trace.fails(), trace.forever("b")))
    except OSError as error:
        raised.append(error.args)
    assert [(5,)] == raised
    assert ["a", "b"] == trace.stopped


def test_an_end_stops_all():
    """When one simply ends, so do the others, without an error."""
    trace = Trace()
    asyncio.run(run_together(trace.forever("a"), trace.ends()))
    assert ["a"] == trace.stopped


def test_cancelling_stops_all():
    """Cancelled from outside, all are cancelled and cleaned up before it ends."""
    trace = Trace()

    async def main():
        task = asyncio.create_task(run_together(trace.forever("a"), trace.forever("b")))
        await asyncio.sleep(0.01)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        return False

    assert asyncio.run(main())
    assert ["a", "b"] == trace.stopped


def test_a_cancellation_that_is_lost_is_given_again():
    """MicroPython's wait_for() loses one that comes just as its time runs out; the session would never end."""
    trace = Trace()

    async def loses_one():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await trace.forever("a")

    asyncio.run(run_together(loses_one(), trace.ends()))
    assert ["a"] == trace.stopped


def test_waits_that_run_out_as_another_fails():
    """At whatever moment of a wait the error comes, all end."""

    async def waits():
        event = asyncio.Event()
        while True:
            try:
                await asyncio.wait_for(event.wait(), 0.002)
            except asyncio.TimeoutError:  # noqa: UP041 - MicroPython knows no other name for it
                event.clear()

    async def fails(turns):
        await asyncio.sleep(0.0015)
        for _ in range(turns):
            await asyncio.sleep(0)
        raise OSError(5)

    async def main():
        ended = 0
        for turns in range(200):
            try:
                await run_together(waits(), fails(turns))
            except OSError:
                ended += 1
        return ended

    assert asyncio.run(main()) == 200
