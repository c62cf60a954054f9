"""luot_tools.sim.clerks: one person at a time at the desk, a recall before a no-show, and no key pressed twice."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hall_parts import FakeOffice

from luot_tools.sim import clerks
from luot_tools.sim.clerks import Clerk
from luot_tools.sim.scene import Scene

SPEED = 1800.0
"""A recall comes after 50 ms."""

Act = Callable[[FakeOffice, Scene], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerks, "AGAIN_AFTER_S", 0.01)


def work(waiting: list[int], act: Act) -> list[str]:
    """Let a clerk work at desk 1 while `act` plays the citizens; returns what was told."""
    told: list[str] = []

    async def run() -> None:
        scene = Scene()
        office = FakeOffice(scene, waiting)
        clerk = asyncio.create_task(Clerk("1", ["papers"], office, scene, SPEED, told.append).work())
        playing = asyncio.create_task(act(office, scene))
        try:
            async with asyncio.timeout(20):
                await asyncio.wait((clerk, playing), return_when=asyncio.FIRST_COMPLETED)
            assert not clerk.done(), clerk.exception()
            playing.result()
        finally:
            playing.cancel()
            clerk.cancel()
            await asyncio.gather(clerk, playing, return_exceptions=True)

    asyncio.run(run())
    return told


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    while not true():
        await asyncio.sleep(0.005)


async def come_to(scene: Scene, office: FakeOffice, number: int, serve_s: float = 60.0) -> None:
    """The citizen with this number comes as soon as called, and leaves when finished."""
    await until(lambda: f"call {number}" in office.history)
    scene.stand("1", number, serve_s)
    await until(lambda: f"finish {number}" in office.history)
    scene.leave("1", number)


def test_call_start_finish_and_the_next() -> None:
    """The next call finishes who was served; at the end of the line the last one is finished all the same."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        await come_to(scene, office, 17)
        await come_to(scene, office, 12)
        assert [
            "open",
            *("call 17", "start 17", "finish 17"),
            *("call 12", "start 12", "finish 12"),
        ] == office.history
        assert [] == office.refused

    assert [] == work([17, 12], act)


def test_the_service_takes_its_time() -> None:
    """Nobody is finished before the time of the script is over."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        clock = asyncio.get_running_loop().time
        serving = asyncio.create_task(come_to(scene, office, 17, serve_s=SPEED * 0.2))
        await until(lambda: "start 17" in office.history)
        began = clock()
        await serving
        assert 0.19 <= clock() - began < 2

    work([17], act)


def test_nobody_comes() -> None:
    """A recall, then a no-show, then the next number."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        await come_to(scene, office, 12)
        assert ["call 17", "recall 17", "no-show 17", "call 12"] == office.history[1:5]

    work([17, 12], act)


def test_whoever_comes_after_the_recall_is_served() -> None:
    """The recall is there for them."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        await until(lambda: "recall 17" in office.history)
        scene.stand("1", 17, 60.0)
        await until(lambda: "finish 17" in office.history)
        assert "no-show 17" not in office.history

    work([17], act)


def test_an_empty_line_is_left_alone() -> None:
    """No key is pressed until somebody is in line."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        await asyncio.sleep(0.1)
        assert ["open"] == office.history
        assert [] == office.refused
        office.join(17)
        await come_to(scene, office, 17)

    work([], act)


def test_another_desk_was_faster() -> None:
    """A refusal for want of people is answered by waiting for the line to change, not by pressing again."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        await until(lambda: bool(scene.desk("1")))
        version = scene.desk("1")["version"]
        scene.note("service", "papers", {"epoch": 1, "version": version + 1, "waiting": 1, "head": []})
        await until(lambda: bool(office.refused))
        await asyncio.sleep(0.1)
        assert ["CallNext nobody_waiting"] == office.refused
        scene.note("service", "papers", {"epoch": 1, "version": version + 2, "waiting": 2, "head": []})
        await until(lambda: len(office.refused) == 2)

    work([], act)


def test_a_lost_reply_calls_nobody_twice() -> None:
    """A call that was made, not answered and not seen: the second one names the version seen, and is refused."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        await until(lambda: bool(scene.desk("1")))
        office.lost_replies = 1
        office.join(17, 12)
        await until(lambda: "CallNext stale" in office.refused)
        scene.stand("1", 17, SPEED * 0.5)
        await until(lambda: "start 17" in office.history)
        office.lost_replies = 1
        await come_to(scene, office, 12)
        assert ["CallNext stale", "CallNext stale"] == office.refused
        assert ["call 17", "start 17", "finish 17", "call 12", "start 12", "finish 12"] == office.history[1:]

    assert 2 == len(work([], act))


def test_a_long_failure_is_told_once() -> None:
    """An office that is away fills no screen."""

    async def act(office: FakeOffice, scene: Scene) -> None:
        office.lost_replies = 5
        await come_to(scene, office, 17)

    assert 1 == len(work([17], act))


def test_a_desk_that_is_busy_already_is_taken_over() -> None:
    """A hall that starts in the middle of a visit, as after a restart, finishes it; nobody stands there any more."""

    async def act(office: FakeOffice, _scene: Scene) -> None:
        office.be_serving(9)
        await until(lambda: "finish 9" in office.history)
        assert [] == office.refused

    work([], act)
