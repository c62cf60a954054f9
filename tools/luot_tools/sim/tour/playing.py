"""Plays the steps of the tour in their order and prints them, for people or as JSON. Stops at the first false claim."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from luot_controller.errors import LuotError
from luot_tools.sim.signals import run_until_stopped
from luot_tools.sim.tour import wording
from luot_tools.sim.tour.claims import Untrue
from luot_tools.sim.tour.stage import Stage, open_stage
from luot_tools.sim.tour.steps import STEPS, Step

SPEED = 30.0
"""Office seconds per second."""
SLOWEST, FASTEST = 10.0, 60.0
"""Slower takes too long to watch; faster, a no-show's quarter of an hour is over before the card is back."""

READ_S = 2.0
"""Real seconds to read what a step is about."""

Print = Callable[[str], None]


def run(*, speed: float, language: str, as_json: bool, out: Print, tell: Print) -> bool:
    """Play the whole tour in a folder of its own, gone afterwards; False when SIGTERM or SIGINT came first.

    `out` gets the lines of the tour, `tell` what is started. Raises Untrue, or LuotError when a part cannot be started.
    """
    is_over = False

    async def tour() -> None:
        nonlocal is_over
        teller = Teller(language, as_json, out)
        with TemporaryDirectory(prefix="luot-tour-") as folder:
            teller.say("title", speed=speed)
            began = time.monotonic()
            async with open_stage(Path(folder), speed, language, tell, teller.entry) as stage:
                await play(stage, STEPS, teller, 0 if as_json else READ_S)
            teller.say("done", count=len(STEPS), seconds=time.monotonic() - began)
        is_over = True

    run_until_stopped(tour())
    return is_over


class Teller:
    """Puts the story into lines of text or, `as_json`, each step into one line of JSON."""

    def __init__(self, language: str, as_json: bool, out: Print) -> None:
        self._language = language
        self._as_json = as_json
        self._out = out

    def begin(self, number: int, name: str) -> None:
        """A step begins: what it is about."""
        self._text(f"\n{number}. {wording.line(self._language, name)}")

    def say(self, name: str, **figures: Any) -> None:
        """A line of wording.py."""
        self._text(wording.line(self._language, name, **figures), "" if name in ("title", "done") else "   ")

    def entry(self, event: dict[str, Any]) -> None:
        """An entry of the ledger."""
        if (text := wording.entry(self._language, event)) is not None:
            self._text(text, "     ")

    def holds(self, name: str, figures: dict[str, Any], seconds: float) -> None:
        """A step is over, and everything it claims is so."""
        words = {
            key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in figures.items()
        }
        self._text(wording.line(self._language, f"{name}_holds", **words), "   ✓ ")
        self._json({"step": name, "ok": True, "seconds": round(seconds, 1), "figures": figures})

    def fails(self, name: str, error: LuotError, seconds: float) -> None:
        """A step is over at a claim that is not so."""
        self._text(wording.line(self._language, "untrue", what=error.subject), "   ✗ ")
        self._json({"step": name, "ok": False, "seconds": round(seconds, 1), "error": error.subject})

    def _text(self, text: str, before: str = "") -> None:
        if not self._as_json:
            self._out(before + text)

    def _json(self, row: dict[str, Any]) -> None:
        if self._as_json:
            self._out(json.dumps(row, ensure_ascii=False))


async def play(stage: Stage, steps: Sequence[Step], teller: Teller, read_s: float) -> None:
    """Play all steps; raises Untrue when one does not hold, and plays none after it."""
    for number, step in enumerate(steps, 1):
        teller.begin(number, step.name)
        await asyncio.sleep(read_s)
        began = time.monotonic()
        try:
            figures = await step.play(stage, teller)
        except LuotError as error:
            teller.fails(step.name, error, time.monotonic() - began)
            if isinstance(error, Untrue):
                raise
            raise Untrue(error.subject, error.hint) from error
        teller.holds(step.name, figures, time.monotonic() - began)
        await asyncio.sleep(read_s)
