"""What everybody in the hall can see: the office's retained topics, and who stands at which desk. It decides nothing.

Lives on one event loop; other threads hand in what they hear with `call_soon_threadsafe`.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Message = Mapping[str, Any]

_VERSIONED = ("board", "service", "desk", "card")


class Scene:
    """The latest of each topic; `until` waits for what somebody wants to see. `speed`: office seconds per second."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str | None], Message] = {}
        self._standing: dict[tuple[str, int], float] = {}
        self._news = asyncio.Event()
        self._pulse = (0, time.monotonic())
        self.speed = 1.0

    def note(self, name: str, of: str | None, message: Message) -> None:
        """A topic says this now; what is older than what it said before is passed over."""
        known = self._latest.get((name, of), {})
        if name in _VERSIONED and message and known and _stamp(message) < _stamp(known):
            return
        if name == "office" and "at_ms" in message:
            self._pulse = (message["at_ms"], time.monotonic())
            self.speed = float(message.get("speed") or 1.0)
        self._latest[name, of] = message
        self._changed()

    @property
    def is_open(self) -> bool:
        """True while the office takes taps and commands, as far as it was heard."""
        return self._see("office").get("state") == "open"

    @property
    def now_ms(self) -> int:
        """Office time, told from the last pulse."""
        at_ms, then_s = self._pulse
        return at_ms + int((time.monotonic() - then_s) * 1000 * self.speed)

    def card(self, number: int) -> Message:
        """Where the visit of a card stands; empty when it has none, or its desk has gone on without it."""
        card = self._see("card", str(number))
        desk = self._see("desk", card["desk"]) if card.get("state") in ("called", "serving") else {}
        if desk and desk.get("number") != number and _stamp(desk) > _stamp(card):
            return {}
        return card

    def desk(self, desk: str) -> Message:
        """The desk's message; empty while unknown."""
        return self._see("desk", desk)

    def lines(self, services: Iterable[str]) -> list[Message]:
        """The messages of these services."""
        return [self._see("service", service) for service in services]

    def stand(self, desk: str, number: int, serve_s: float) -> None:
        """The citizen with this card is at the desk, with something that takes `serve_s` office seconds."""
        self._standing[desk, number] = serve_s
        self._changed()

    def leave(self, desk: str, number: int) -> None:
        """The citizen goes."""
        self._standing.pop((desk, number), None)
        self._changed()

    def standing(self, desk: str, number: int) -> float | None:
        """Office seconds that the citizen with this card will take at the desk; None when nobody stands there."""
        return self._standing.get((desk, number))

    @property
    def at_desks(self) -> int:
        """How many stand at a desk."""
        return len(self._standing)

    async def until(self, true: Callable[[], bool], within_s: float | None = None) -> bool:
        """Return True once `true()`; False when it is not within so many real seconds."""
        try:
            async with asyncio.timeout(within_s):
                while not true():
                    await self._news.wait()
        except TimeoutError:
            return true()
        return True

    def _see(self, name: str, of: str | None = None) -> Message:
        return self._latest.get((name, of), {})

    def _changed(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _stamp(message: Message) -> tuple[int, int]:
    return message.get("epoch", 0), message.get("version", 0)
