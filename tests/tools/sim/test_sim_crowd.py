"""luot_tools.sim.crowd: people come in time, and one failure ends everything instead of going unseen."""

import asyncio
import dataclasses

import pytest

from luot_tools.sim import script
from luot_tools.sim.crowd import all_of, let_in, until_first
from luot_tools.sim.script import Person


def people(*come_s: float) -> list[Person]:
    """Persons who come at these times."""
    someone = script.day(1, {"papers": 8.0}, 0)[0]
    return [dataclasses.replace(someone, come_s=at_s) for at_s in come_s]


def test_people_come_when_the_script_says_so() -> None:
    """Scaled by the speed, counted from the opening; the end is when the last has gone."""

    async def play() -> list[tuple[float, float]]:
        clock = asyncio.get_running_loop().time
        came, opened = list[tuple[float, float]](), clock()

        async def live(person: Person) -> None:
            came.append((person.come_s, clock() - opened))
            await asyncio.sleep(0.05)

        await let_in(people(0, 6, 12), 60.0, live)
        assert clock() - opened >= 0.25
        return came

    for come_s, came_s in asyncio.run(play()):
        assert come_s / 60 <= came_s < come_s / 60 + 0.5


def test_a_life_that_fails_ends_all_others() -> None:
    """Its own error is raised, also while nobody is due for long."""

    async def play() -> None:
        ended: list[float] = []

        async def live(person: Person) -> None:
            if person.come_s == 0:
                await asyncio.sleep(0.02)
                raise KeyError("what went wrong")
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(person.come_s)

        with pytest.raises(KeyError, match="what went wrong"):
            await asyncio.wait_for(let_in(people(0, 0.001, 3600), 1.0, live), 5)
        assert [0.001] == ended

    asyncio.run(play())


async def fail() -> None:
    """A job that fails."""
    raise KeyError("what went wrong")


async def work_on(ended: list[str]) -> None:
    """A job without an end."""
    try:
        await asyncio.sleep(60)
    finally:
        ended.append("cleaned up")


def test_the_first_to_end_ends_the_others() -> None:
    """And they have cleaned up when it is over."""

    async def play() -> list[str]:
        ended: list[str] = []
        await until_first(work_on(ended), asyncio.sleep(0.01))
        return ended

    assert ["cleaned up"] == asyncio.run(play())


def test_all_of_waits_for_all_unless_one_fails() -> None:
    """A failure does not wait for the others, and leaves none behind."""

    async def play() -> None:
        done: list[str] = []

        async def job(name: str, after_s: float) -> None:
            await asyncio.sleep(after_s)
            done.append(name)

        await all_of(job("slow", 0.03), job("fast", 0))
        assert ["fast", "slow"] == done
        ended: list[str] = []
        with pytest.raises(KeyError):
            await all_of(work_on(ended), asyncio.sleep(0), fail())
        assert ["cleaned up"] == ended

    asyncio.run(play())
