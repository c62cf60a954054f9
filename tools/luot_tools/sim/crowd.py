"""Several lives at once: people let in one after another, jobs that belong together. What they do is theirs.

In each, the first failure ends all the others before it is raised, so nothing goes on unseen.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from luot_tools.sim.script import Person


async def let_in(people: Iterable[Person], speed: float, live: Callable[[Person], Coroutine[Any, Any, None]]) -> None:
    """Start `live` for each person at the right moment, and return once all have gone."""
    clock = asyncio.get_running_loop().time
    opened = clock()
    try:
        async with asyncio.TaskGroup() as inside:
            for person in people:
                await asyncio.sleep(opened + person.come_s / speed - clock())
                inside.create_task(live(person))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures


async def all_of(*jobs: Coroutine[Any, Any, object]) -> None:
    """Run all to their end."""
    await _run(jobs, asyncio.FIRST_EXCEPTION)


async def until_first(*jobs: Coroutine[Any, Any, object]) -> None:
    """Run all until one has ended, then cancel the others."""
    await _run(jobs, asyncio.FIRST_COMPLETED)


async def _run(jobs: Iterable[Coroutine[Any, Any, object]], until: str) -> None:
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=until)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
