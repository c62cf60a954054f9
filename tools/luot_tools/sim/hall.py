"""The hall as a citizen finds it: cards at the door, readers to tap at, desks to stand at. It lives nobody's life."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from luot_tools.sim.cards import Card, Tray
from luot_tools.sim.fields import Field, Fields
from luot_tools.sim.scene import Scene
from luot_tools.sim.site import Site

ANSWER_WITHIN_S = 10.0
"""Real seconds that somebody stands at a reader for its answer."""


class Hall:
    """`speed` is office seconds per second; `say` takes one plain line for each thing that a citizen does.

    counts: came, left_at_door, opened, missed, served, wrong_number. walks: who is on the way, by number, and
    to which desk; None is a reader.
    """

    def __init__(
        self, site: Site, scene: Scene, fields: Fields, tray: Tray, speed: float, say: Callable[[str], None]
    ) -> None:
        self.scene = scene
        self.tray = tray
        self.counts: Counter[str] = Counter()
        self.walks: dict[int, str | None] = {}
        self._site = site
        self._fields = fields
        self._speed = speed
        self._say = say

    def real_s(self, office_s: float) -> float:
        """So long do `office_s` office seconds take."""
        return office_s / self._speed

    async def pause(self, office_s: float) -> None:
        """Let office time pass."""
        await asyncio.sleep(self.real_s(office_s))

    async def walk(self, card: Card, desk: str | None, office_s: float) -> None:
        """Go to a desk, or to the readers when it is None."""
        self.walks[card.number] = desk
        try:
            await self.pause(office_s)
        finally:
            del self.walks[card.number]

    async def tap(self, card: Card, service: str, priority: bool, hold_s: float) -> dict[str, Any] | None:
        """Tap where the service can be asked for and the queue is shortest, until the reader has it.

        Returns what it then shows; None when no answer came in time: the tap is kept, and counts.
        """
        doors = self._site.doors_for(service, priority)
        while True:
            door = min(doors, key=lambda door: self._field(door.reader).queue)
            field = self._field(door.reader)
            tap = await field.tap(card.uid, door.button, hold_s)
            if tap is not None:
                break
            self.tell("tap", card, f"at {door.reader}: not read, once more")
        shown = await field.answer(tap, ANSWER_WITHIN_S)
        self.tell("tap", card, f"at {door.reader}: {_in_short(shown)}")
        if shown is not None and shown.get("number", card.number) != card.number:
            self.counts["wrong_number"] += 1
        return shown

    def tell(self, what: str, card: Card | None, detail: str) -> None:
        """Say that somebody does something, at this office time."""
        clock = datetime.fromtimestamp(self.scene.now_ms / 1000)
        who = "" if card is None else f"card {card.number:>3}  "
        self._say(f"{clock:%H:%M:%S}  {what:<7} {who}{detail}")

    def summary(self) -> str:
        """How the day went, in one line."""
        counts = self.counts
        line = f"{counts['came']} came, {counts['served']} were served, {counts['missed']} missed their call"
        if counts["left_at_door"]:
            line += f", {counts['left_at_door']} found the door full"
        if counts["wrong_number"]:
            line += f"; A READER SHOWED ANOTHER CARD'S NUMBER, {counts['wrong_number']} TIMES"
        return line

    def _field(self, reader: str) -> Field:
        return self._fields.by_reader[reader]


def _in_short(shown: dict[str, Any] | None) -> str:
    if shown is None:
        return "no answer yet"
    words = str(shown["show"]).replace("_", " ")
    if "ahead" in shown:
        words += f", {shown['ahead']} ahead"
    if "lo_min" in shown:
        words += f", {shown['lo_min']}-{shown['hi_min']} min" if "hi_min" in shown else ", over 1 hour"
    if "closes_first" in shown:
        words += ", may not be served before closing"
    if "desk" in shown:
        words += f", desk {shown['desk']}"
    return words
