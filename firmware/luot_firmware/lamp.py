"""A Sink of one light of three colours and a buzzer: plays what `patterns` names. Knows no pin's number."""

import asyncio

from luot_firmware.patterns import LIGHTS, SOUNDS
from luot_firmware.tasks import run_together

COLOURS = {"red": (1, 0, 0), "amber": (1, 1, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
"""Which of the LEDs red, green and blue are on."""


class Lamp:
    """A Sink, see `feedback`. red, green, blue: called with 1 or 0; tone: called with hertz, 0 for silence."""

    def __init__(self, red, green, blue, tone):
        self._leds = (red, green, blue)
        self._tone = tone
        self._lasting = None
        self._passing = None
        self._sound = ()
        self._has_light = asyncio.Event()
        self._has_sound = asyncio.Event()

    def show(self, line):
        """Play its light and its sound in place of those that play."""
        if line["light"] is not None:
            self._passing = LIGHTS[line["light"]]
            if not self._passing[1]:
                self._lasting = self._passing
            self._has_light.set()
        if line["sound"] is not None:
            self._sound = SOUNDS[line["sound"]]
            self._has_sound.set()

    async def run(self):
        """Play, for ever; dark and silent when it is cancelled."""
        try:
            await run_together(self._shine(), self._sing())
        finally:
            self._light((0, 0, 0))
            self._tone(0)

    async def _shine(self):
        while True:
            pattern, self._passing = self._passing or self._lasting, None
            self._has_light.clear()
            if pattern is None:
                await self._has_light.wait()
            else:
                await self._play(*pattern)

    async def _play(self, colour, times, steps):
        """All of it, or until another light is shown."""
        while True:
            for number, ms in enumerate(steps):
                self._light(COLOURS[colour] if number % 2 == 0 else (0, 0, 0))
                if ms and await _comes(self._has_light, ms):
                    return
            times -= 1
            if times == 0:
                return

    async def _sing(self):
        while True:
            await self._has_sound.wait()
            self._has_sound.clear()
            for hertz, ms in self._sound:
                self._tone(hertz)
                if await _comes(self._has_sound, ms):
                    break
            self._tone(0)

    def _light(self, levels):
        for number, led in enumerate(self._leds):
            led(levels[number])


async def _comes(event, ms):
    try:
        await asyncio.wait_for(event.wait(), ms / 1000)
    except asyncio.TimeoutError:
        return False
    return True
