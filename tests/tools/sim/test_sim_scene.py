"""luot_tools.sim.scene: what is seen is the newest, and whoever waits for something sees it."""

import asyncio

from luot_tools.sim.scene import Scene


def desk(version: int, number: int | None = None, epoch: int = 1) -> dict[str, object]:
    """A desk's message."""
    fields: dict[str, object] = {"epoch": epoch, "version": version, "state": "free"}
    return fields if number is None else {**fields, "state": "called", "number": number}


def test_an_older_message_is_passed_over() -> None:
    """A reply may be newer than the topic that arrives after it; a restored office starts a new epoch."""
    scene = Scene()
    scene.note("desk", "1", desk(7, 17))
    scene.note("desk", "1", desk(6))
    assert desk(7, 17) == scene.desk("1")
    scene.note("desk", "1", desk(2, epoch=2))
    assert desk(2, epoch=2) == scene.desk("1")


def test_a_card_of_which_the_desk_has_gone_on_has_no_visit() -> None:
    """The emptying of a card's topic is not retained: who was away then learns it from the desk."""
    scene = Scene()
    scene.note("card", "17", {"epoch": 1, "version": 7, "state": "serving", "desk": "1"})
    scene.note("desk", "1", desk(6, 12))
    assert "serving" == scene.card(17)["state"], "the desk's message is older than the card's"
    scene.note("desk", "1", desk(9, 17))
    assert "serving" == scene.card(17)["state"]
    scene.note("desk", "1", desk(11, 12))
    assert {} == scene.card(17)


def test_an_emptied_topic_is_seen() -> None:
    """An empty message has no version and always counts."""
    scene = Scene()
    scene.note("card", "17", {"epoch": 1, "version": 7, "state": "waiting"})
    scene.note("card", "17", {})
    assert {} == scene.card(17)


def test_the_office_may_be_away() -> None:
    """Its last will closes it, and neither its time nor its speed is forgotten."""
    scene = Scene()
    assert not scene.is_open
    scene.note("office", None, {"state": "open", "at_ms": 1_000_000, "speed": 30.0})
    assert scene.is_open
    scene.note("office", None, {"state": "lost"})
    assert not scene.is_open
    assert 30.0 == scene.speed
    assert 1_000_000 <= scene.now_ms < 1_100_000


def test_until_sees_what_comes_and_gives_up_at_its_limit() -> None:
    """True as soon as it is so, at once when it is so already; False when it does not come."""

    async def play() -> None:
        scene = Scene()
        waiting = asyncio.create_task(scene.until(lambda: scene.standing("1", 17) == 60.0, 5))
        await asyncio.sleep(0)
        scene.stand("1", 17, 60.0)
        assert await waiting
        assert await scene.until(lambda: True, 0)
        scene.leave("1", 17)
        assert not await scene.until(lambda: scene.standing("1", 17) is not None, 0.01)

    asyncio.run(play())
