"""luot_tools.sim.citizen: people go by what they see, come when called or else later, and return cards."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hall_parts import FakeReader, reader_at

from luot_controller.settings import sample_site
from luot_tools.sim import cards, citizen, fields, hall
from luot_tools.sim.citizen import Citizen
from luot_tools.sim.fields import Fields
from luot_tools.sim.hall import Hall
from luot_tools.sim.scene import Scene
from luot_tools.sim.script import Person, Temper
from luot_tools.sim.site import load_site

SPEED = 600.0


def person(temper: Temper = Temper.PROMPT, look_after_s: float | None = None, priority: bool = False) -> Person:
    """Somebody for `dat-dai`, that is entry-3, button 1 for priority."""
    return Person(0.0, "dat-dai", priority, temper, 300.0, 5.0, 20.0, look_after_s, 120.0, 0.0)


class Stage:
    """A hall with one reader and as many cards as one likes; the test plays the office."""

    def __init__(self, scene: Scene, the_hall: Hall, reader: FakeReader, said: list[str]) -> None:
        self.scene = scene
        self.hall = the_hall
        self.reader = reader
        self.said = said
        self._version = 0

    def office(self, number: int, state: str | None, desk: str | None = None) -> None:
        """What the office publishes of a card, and of the desk it is at."""
        self._version += 1
        stamp = {"epoch": 1, "version": self._version}
        card = {} if state is None else {**stamp, "state": state, **({"desk": desk} if desk else {})}
        self.scene.note("card", str(number), card)
        if desk is not None:
            self.scene.note("desk", desk, {**stamp, "state": state, "number": number})

    async def see(self, true: Callable[[], bool]) -> None:
        """Wait until something has happened."""
        async with asyncio.timeout(5):
            while not true():
                await asyncio.sleep(0.005)

    async def tapped(self, times: int) -> str:
        """Wait until the reader has answered so many taps; returns the last card's UID."""
        uids = self.uids
        await self.see(lambda: len(self.uids) >= times)
        uids = self.uids
        assert times == len(uids)
        return uids[-1]

    @property
    def uids(self) -> list[str]:
        """The cards that were laid down."""
        return [line["uid"] for line in self.reader.got if line["uid"] is not None]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "AGAIN_AFTER_S", 0.02)
    monkeypatch.setattr(fields, "BETWEEN_CARDS_S", 0.01)
    monkeypatch.setattr(hall, "ANSWER_WITHIN_S", 0.5)
    monkeypatch.setattr(citizen, "ANSWER_WITHIN_S", 0.5)


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Stage], Coroutine[Any, Any, None]], int], None]:
    """Runs a play on a stage with so many cards, numbered from 1."""
    (tmp_path / "site.toml").write_text(sample_site(), encoding="utf-8")
    site = load_site(tmp_path)

    def run(act: Callable[[Stage], Coroutine[Any, Any, None]], count: int) -> None:
        async def acting() -> None:
            scene, said = Scene(), list[str]()
            tray = cards.Tray(cards.make(1, range(1, count + 1)), random.Random(1), rest_s=0)
            async with Fields(site.readers) as readers, reader_at(readers, "entry-3") as reader:
                await asyncio.wait_for(
                    act(Stage(scene, Hall(site, scene, readers, tray, SPEED, said.append), reader, said)), 20
                )

        asyncio.run(acting())

    return run


Play = Callable[[Callable[[Stage], Coroutine[Any, Any, None]], int], None]


def test_a_visit_from_the_door_to_the_tray(play: Play) -> None:
    """Tap, wait, be called, stand at the desk until it has gone on, give the card back."""

    async def act(stage: Stage) -> None:
        life = asyncio.create_task(Citizen(stage.hall, person()).live())
        await stage.tapped(1)
        stage.office(1, "waiting")
        stage.office(1, "called", "3")
        await stage.see(lambda: stage.scene.standing("3", 1) == 300.0)
        stage.office(1, "serving", "3")
        await asyncio.sleep(0.02)
        assert 300.0 == stage.scene.standing("3", 1)
        assert not life.done()
        stage.office(1, None)
        await life
        assert None is stage.scene.standing("3", 1)
        assert {"came": 1, "opened": 1, "served": 1} == stage.hall.counts
        assert ["come", "tap", "arrive", "leave"] == [line.split()[1] for line in stage.said]
        assert (await asyncio.wait_for(stage.hall.tray.take(), 1)).number == 1

    play(act, 1)


def test_priority_people_press_their_button(play: Play) -> None:
    """The class is chosen at the reader."""

    async def act(stage: Stage) -> None:
        life = asyncio.create_task(Citizen(stage.hall, person(priority=True)).live())
        await stage.tapped(1)
        assert 1 == stage.reader.got[0]["button"]
        life.cancel()

    play(act, 1)


def test_whoever_misses_the_call_comes_back_and_taps(play: Play) -> None:
    """Absent at the call, back after the no-show: the second tap brings the card into line again."""

    async def act(stage: Stage) -> None:
        life = asyncio.create_task(Citizen(stage.hall, person(Temper.ABSENT)).live())
        await stage.tapped(1)
        stage.office(1, "waiting")
        stage.office(1, "called", "3")
        await stage.see(lambda: stage.hall.counts["missed"] == 1)
        stage.office(1, "missed")
        await stage.tapped(2)
        assert None is stage.scene.standing("3", 1)
        stage.office(1, "waiting")
        stage.office(1, "called", "4")
        await stage.see(lambda: stage.scene.standing("4", 1) is not None)
        stage.office(1, None)
        await life

    play(act, 1)


def test_a_no_show_in_front_of_the_desk_taps_again(play: Play) -> None:
    """The clerk pressed the wrong key: the citizen sees it on the board, and does not stand there for ever."""

    async def act(stage: Stage) -> None:
        life = asyncio.create_task(Citizen(stage.hall, person()).live())
        await stage.tapped(1)
        stage.office(1, "waiting")
        stage.office(1, "called", "3")
        await stage.see(lambda: stage.scene.standing("3", 1) is not None)
        stage.office(1, "missed")
        await stage.tapped(2)
        assert None is stage.scene.standing("3", 1)
        life.cancel()

    play(act, 1)


def test_some_look_again(play: Play) -> None:
    """One more tap while waiting, to see the place, and no third."""

    async def act(stage: Stage) -> None:
        life = asyncio.create_task(Citizen(stage.hall, person(look_after_s=60.0)).live())
        await stage.tapped(1)
        stage.office(1, "waiting")
        await stage.tapped(2)
        await asyncio.sleep(0.25)
        assert 2 == len(stage.uids)
        life.cancel()

    play(act, 1)


def test_without_answer_and_without_board_one_taps_again(play: Play) -> None:
    """The office is away: the tap is kept, nothing is seen, and the citizen tries again until something is."""

    async def act(stage: Stage) -> None:
        stage.reader.answer = None
        life = asyncio.create_task(Citizen(stage.hall, person()).live())
        await stage.tapped(2)
        stage.office(1, "waiting")
        stage.office(1, "called", "3")
        await stage.see(lambda: stage.scene.standing("3", 1) is not None)
        life.cancel()

    play(act, 1)


@pytest.mark.parametrize("word", ["thank_you", "unknown_card"])
def test_a_card_that_is_no_good_is_exchanged(play: Play, word: str) -> None:
    """It goes back, and the citizen takes another."""

    async def act(stage: Stage) -> None:
        stage.reader.answer = {"show": word}
        life = asyncio.create_task(Citizen(stage.hall, person()).live())
        first = await stage.tapped(1)
        stage.reader.answer = {"show": "opened"}
        assert first != await stage.tapped(2)
        assert 1 == stage.hall.counts["came"]
        life.cancel()

    play(act, 2)


def test_a_card_that_is_called_already_is_followed(play: Play) -> None:
    """A visit that an earlier hall left behind: whoever takes the card goes where the board says."""

    async def act(stage: Stage) -> None:
        stage.office(1, "called", "3")
        stage.reader.answer = {"show": "your_turn", "desk": "3"}
        life = asyncio.create_task(Citizen(stage.hall, person()).live())
        await stage.see(lambda: stage.scene.standing("3", 1) is not None)
        stage.office(1, None)
        await life

    play(act, 1)


def test_the_door_is_not_endless(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without cards people wait at the door; when it is full, who comes goes home and is counted."""
    monkeypatch.setattr(citizen, "DOOR_HOLDS", 2)

    async def act(stage: Stage) -> None:
        lives = [asyncio.create_task(Citizen(stage.hall, person()).live()) for _ in range(4)]
        await stage.see(lambda: stage.hall.counts["left_at_door"] == 1)
        assert 2 == stage.hall.tray.at_door
        assert 1 == sum("the door is full" in line for line in stage.said)
        for life in lives:
            life.cancel()

    play(act, 1)


def test_a_number_that_is_not_the_card_s_is_counted(play: Play) -> None:
    """A receipt for another card would be a fault of the product; the hall notices."""

    async def act(stage: Stage) -> None:
        stage.reader.answer = {"show": "opened", "number": 9}
        life = asyncio.create_task(Citizen(stage.hall, person()).live())
        await stage.see(lambda: stage.hall.counts["wrong_number"] == 1)
        assert stage.hall.summary().endswith("ANOTHER CARD'S NUMBER, 1 TIMES")
        life.cancel()

    play(act, 1)
