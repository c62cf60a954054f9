"""A press is taken once, with the tap that follows it soon."""

import asyncio

from luot_firmware import buttons
from luot_firmware.tasks import run_together

ALSO_ON_MICROPYTHON = True


class Pins:
    """Three buttons, none of them pressed."""

    def __init__(self):
        self.levels = [1, 1, 1]
        self.buttons = buttons.Buttons([lambda: self.levels[0], lambda: self.levels[1], lambda: self.levels[2]])

    def press(self, number):
        self.levels[number - 1] = 0
        self.buttons.look()

    def let_go(self, number):
        self.levels[number - 1] = 1
        self.buttons.look()


def test_a_press_is_taken_once():
    """Also after it was let go."""
    pins = Pins()
    assert 0 == pins.buttons.take()
    pins.press(2)
    pins.let_go(2)
    assert (2, 0) == (pins.buttons.take(), pins.buttons.take())


def test_a_button_that_is_held_counts_once():
    """A bag that leans on it chooses nothing for the next citizen."""
    pins = Pins()
    pins.press(1)
    assert 1 == pins.buttons.take()
    pins.buttons.look()
    assert 0 == pins.buttons.take()


def test_the_last_press_counts():
    """Whoever presses another one has thought again."""
    pins = Pins()
    pins.press(1)
    pins.let_go(1)
    pins.press(3)
    assert 3 == pins.buttons.take()


def test_a_press_is_forgotten():
    """After 15 s nobody's card is meant."""
    pins = Pins()
    pins.press(3)
    pins.let_go(3)
    looks = buttons.HOLDS_MS // 20
    for _ in range(looks - 2):
        pins.buttons.look()
    assert 3 == pins.buttons._pressed
    pins.buttons.look()
    assert 0 == pins.buttons.take()


def test_it_looks_by_itself():
    """As long as it runs."""
    pins = Pins()
    pins.levels[0] = 0

    async def until_pressed():
        while not pins.buttons._pressed:
            await asyncio.sleep(0)

    asyncio.run(run_together(pins.buttons.run(), until_pressed()))
    assert 1 == pins.buttons.take()
