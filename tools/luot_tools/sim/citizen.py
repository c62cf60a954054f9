"""One citizen's stay, lived by what can be seen: the reader's answer and the board. Never asks the office anything."""

from luot_tools.sim.cards import Card
from luot_tools.sim.hall import ANSWER_WITHIN_S, Hall
from luot_tools.sim.script import Person, Temper

DOOR_HOLDS = 20
"""More people than this do not wait for a card; who comes then goes home."""

UNSURE_AFTER_S = 3600.0
"""Whoever has seen nothing change for so many office seconds taps again, to see the place."""

_OTHER_CARD = ("thank_you", "unknown_card")
"""Answers at the entry that say: take another card."""


class Citizen:
    """Plays one person of the script in a hall."""

    def __init__(self, hall: Hall, person: Person) -> None:
        self._hall = hall
        self._person = person
        self._was_in_line = False
        self._looks = person.look_after_s is not None
        self._is_absent = person.temper is Temper.ABSENT

    async def live(self) -> None:
        """Come in, take a card, be served, give the card back."""
        hall = self._hall
        if hall.tray.at_door >= DOOR_HOLDS:
            hall.counts["left_at_door"] += 1
            hall.tell("away", None, "the door is full, somebody goes home")
            return
        hall.counts["came"] += 1
        if not await self._stay(await self._card()):
            await self._stay(await self._card())

    async def _card(self) -> Card:
        hall = self._hall
        if hall.tray.is_empty:
            hall.tell("door", None, f"no card left, {hall.tray.at_door + 1} wait for one")
        return await hall.tray.take()

    async def _stay(self, card: Card) -> bool:
        """Be here with this card until it is over; False when the card is no good and another must be taken."""
        hall = self._hall
        try:
            if not await self._enter(card):
                return False
            while await self._live_on(card):
                pass
        finally:
            hall.tray.give_back(card)
        hall.counts["served"] += 1
        hall.tell("leave", card, "gives it back")
        return True

    async def _enter(self, card: Card) -> bool:
        who = "priority" if self._person.priority else "no priority"
        self._hall.tell("come", card, f"for {self._person.service}, {who}")
        await self._hall.walk(card, None, self._person.to_reader_s)
        shown = await self._tap(card)
        if shown in _OTHER_CARD:
            return False
        self._hall.counts["opened"] += 1
        return True

    async def _live_on(self, card: Card) -> bool:
        """Do what the board asks for next; False when the visit is over."""
        seen = self._hall.scene.card(card.number)
        state = seen.get("state")
        self._was_in_line = self._was_in_line or state is not None
        if state == "waiting":
            await self._wait(card)
        elif state in ("called", "serving"):
            await self._go(card, seen["desk"])
        elif state == "missed":
            await self._come_back(card)
        elif self._was_in_line:
            return False
        else:
            await self._look_until_it_is_not(card, None, ANSWER_WITHIN_S)
        return True

    async def _wait(self, card: Card) -> None:
        look_after_s, self._looks = self._person.look_after_s if self._looks else None, False
        within_s = self._hall.real_s(UNSURE_AFTER_S if look_after_s is None else look_after_s)
        await self._look_until_it_is_not(card, "waiting", within_s)

    async def _go(self, card: Card, desk: str) -> None:
        hall, scene = self._hall, self._hall.scene
        if self._is_absent:
            self._is_absent = False
            hall.counts["missed"] += 1
            hall.tell("absent", card, f"does not see the call to desk {desk}")
            await hall.pause(self._person.back_after_s)
            return
        await hall.walk(card, desk, self._person.to_desk_s)

        def is_over() -> bool:
            seen = scene.card(card.number)
            return seen.get("state") not in ("called", "serving") or seen.get("desk") != desk

        if is_over():
            return
        hall.tell("arrive", card, f"at desk {desk}")
        scene.stand(desk, card.number, self._person.serve_s)
        try:
            await scene.until(is_over)
        finally:
            scene.leave(desk, card.number)

    async def _come_back(self, card: Card) -> None:
        await self._hall.walk(card, None, self._person.to_reader_s)
        await self._tap(card)
        await self._look_until_it_is_not(card, "missed", ANSWER_WITHIN_S)

    async def _look_until_it_is_not(self, card: Card, state: str | None, within_s: float) -> None:
        """Watch the board until the card's state is another one; tap once more when it is not within real seconds."""
        scene = self._hall.scene
        if not await scene.until(lambda: scene.card(card.number).get("state") != state, within_s):
            await self._tap(card)

    async def _tap(self, card: Card) -> str:
        """Tap and return what the reader shows, as its word; empty when no answer came."""
        person = self._person
        shown = await self._hall.tap(card, person.service, person.priority, person.hold_s)
        return "" if shown is None else str(shown["show"])
