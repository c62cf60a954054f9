"""The light and the buzzer play what is shown, and a light that ends leaves the one that lasts."""

import asyncio

from luot_firmware import lamp
from luot_firmware.tasks import run_together

ALSO_ON_MICROPYTHON = True

_COLOURS = {levels: name for name, levels in lamp.COLOURS.items()}


class Bench:
    """A Lamp on three LEDs and a buzzer that note what they are told; time passes at once, ms by ms."""

    def __init__(self):
        self.levels = [0, 0, 0]
        self.seen = []
        self.heard = []
        self.passed_ms = 0
        self.lamp = lamp.Lamp(self._led(0), self._led(1), self._led(2), self.heard.append)

    def _led(self, number):
        def led(level):
            self.levels[number] = level

        return led

    def colour(self):
        return _COLOURS.get(tuple(self.levels), "dark")

    def play(self, steps, *lines):
        """Show the lines, then let so many waits pass; returns (colour, ms) of each wait for the light."""

        async def comes(event, ms):
            await asyncio.sleep(0)
            if not event.is_set() and event is self.lamp._has_light:
                self.seen.append((self.colour(), ms))
            return event.is_set()

        async def show():
            for light, sound in lines:
                self.lamp.show({"light": light, "sound": sound})
            while len(self.seen) < steps:
                await asyncio.sleep(0)

        whole, lamp._comes = lamp._comes, comes
        try:
            asyncio.run(run_together(self.lamp.run(), show()))
        finally:
            lamp._comes = whole
        return self.seen[:steps]


def test_a_lasting_light_lasts():
    """It is played again and again."""
    seen = Bench().play(6, ("red_2", None))
    assert [("red", 200), ("dark", 300), ("red", 200), ("dark", 1500), ("red", 200), ("dark", 300)] == seen


def test_a_flash_leaves_the_light_before_it():
    """Twice green, then the fault that holds."""
    bench = Bench()
    seen = bench.play(5, ("amber_1", None), ("green_flash", "heard"))
    assert [("green", 150), ("dark", 100), ("green", 150), ("dark", 100), ("amber", 200)] == seen


def test_a_flash_with_nothing_before_it():
    """Then it is dark."""
    bench = Bench()
    assert [("red", 150), ("dark", 100)] * 3 == bench.play(6, ("red_flash", None))
    assert [0, 0, 0] == bench.levels


def test_a_line_without_light_or_sound_changes_nothing():
    """What plays goes on."""
    bench = Bench()
    assert [("blue", 200), ("dark", 1500)] == bench.play(2, ("blue_1", None), (None, None))
    assert [0] == bench.heard


def test_a_sound_is_played_once():
    """Its notes, then silence."""
    bench = Bench()
    bench.play(8, ("green_flash", "taken"), ("red_7", None))
    assert [1320, 1760, 0, 0] == bench.heard


def test_the_newest_sound_takes_over():
    """The one before it ends at once."""
    bench = Bench()
    bench.play(8, ("red_7", "taken"), ("red_7", "error"))
    assert [330, 0, 330, 0, 0] == bench.heard


def test_time_passes_in_a_wait():
    """A wait ends early when something comes, else when its time is over."""

    async def run():
        event = asyncio.Event()
        was_late = await lamp._comes(event, 1)
        event.set()
        return was_late, await lamp._comes(event, 60_000)

    assert (False, True) == asyncio.run(run())
