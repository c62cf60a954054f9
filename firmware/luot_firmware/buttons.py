"""The buttons of a reader, for services or for faces: which was pressed for the tap at hand. Knows no pin's number."""

import asyncio

HOLDS_MS = 15_000
"""A press that no card followed in this time was a child's, or of somebody who walked away."""

_LOOK_MS = 20  # longer than contacts bounce


class Buttons:
    """See `boards`. pins: called without argument, 0 while pressed; the first of them is button 1."""

    def __init__(self, pins):
        self._pins = pins
        self._down = [False] * len(pins)
        self._pressed = 0
        self._looks = 0

    def take(self):
        """The button pressed last, 0 for none or one that is too long ago."""
        button, self._pressed = self._pressed, 0
        return button

    def look(self):
        """See what is pressed: it counts when it goes down, however long it is held."""
        self._looks -= 1
        if self._looks <= 0:
            self._pressed = 0
        for number, pin in enumerate(self._pins):
            is_down = not pin()
            if is_down and not self._down[number]:
                self._pressed = number + 1
                self._looks = HOLDS_MS // _LOOK_MS
            self._down[number] = is_down

    async def run(self):
        """Look, for ever."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_MS / 1000)
