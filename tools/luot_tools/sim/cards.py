"""The cards of a simulated hall: what they are, and the tray they are taken from. Knows nothing of visits."""

import asyncio
import csv
import random
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

UID_BYTES = 7
_NXP = 0x04  # the first byte of a 7-byte UID names the maker (ISO/IEC 7816-6)


class Card(NamedTuple):
    """One card: the number printed on it, and its UID in hexadecimal."""

    number: int
    uid: str


def make(seed: int, numbers: Iterable[int]) -> list[Card]:
    """A card for each number; the same seed makes the same UIDs, all different."""
    rng = random.Random(f"cards {seed}")
    made: dict[str, int] = {}
    for number in numbers:
        uid = bytes((_NXP, *rng.randbytes(UID_BYTES - 1))).hex()
        while uid in made:
            uid = bytes((_NXP, *rng.randbytes(UID_BYTES - 1))).hex()
        made[uid] = number
    return [Card(number, uid) for uid, number in made.items()]


def write(path: Path, cards: Iterable[Card]) -> None:
    """Keep the cards as `luot card import` reads them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(Card._fields)
        rows.writerows(cards)


def read(path: Path) -> list[Card]:
    """What `write` kept."""
    with path.open(newline="", encoding="utf-8") as file:
        return [Card(int(row["number"]), row["uid"]) for row in csv.DictReader(file)]


class Tray:
    """Cards for the taking, in no order; while it is empty people wait at the door, first come first served.

    A card that is given back lies in the box for `rest_s` real seconds before somebody puts it into the tray.
    """

    def __init__(self, cards: Iterable[Card], rng: random.Random, rest_s: float) -> None:
        self._here = list(cards)
        self._out: set[Card] = set()
        self._rng = rng
        self._rest_s = rest_s
        self._door: deque[asyncio.Future[Card]] = deque()

    @property
    def is_empty(self) -> bool:
        """True when whoever comes must wait."""
        return not self._here

    @property
    def count(self) -> int:
        """How many lie in the tray."""
        return len(self._here)

    @property
    def out(self) -> int:
        """How many people have one."""
        return len(self._out)

    @property
    def at_door(self) -> int:
        """How many people wait for a card."""
        return sum(not waiting.done() for waiting in self._door)

    async def take(self) -> Card:
        """Take any card, waiting for one if need be."""
        if self._here:
            card = self._here.pop(self._rng.randrange(len(self._here)))
            self._out.add(card)
            return card
        waiting: asyncio.Future[Card] = asyncio.get_running_loop().create_future()
        self._door.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self.give_back(waiting.result())
            raise

    def give_back(self, card: Card) -> None:
        """Drop the card into the box; a ValueError for one that is not out."""
        if card not in self._out:
            raise ValueError(f"card {card.number} is not out")
        self._out.remove(card)
        asyncio.get_running_loop().call_later(self._rest_s, self._into_tray, card)

    def _into_tray(self, card: Card) -> None:
        while self._door:
            waiting = self._door.popleft()
            if not waiting.done():
                self._out.add(card)
                waiting.set_result(card)
                return
        self._here.append(card)
