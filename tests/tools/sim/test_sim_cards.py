"""luot_tools.sim.cards: no card is in two hands, nobody is passed over at the door, no card is lost."""

import asyncio
import random
from pathlib import Path

import pytest

from luot_tools.sim.cards import Card, Tray, make, read, write


def tray(count: int) -> Tray:
    """A tray with this many cards, which do not rest."""
    return Tray(make(1, range(1, count + 1)), random.Random(1), rest_s=0)


def test_the_same_seed_makes_the_same_cards() -> None:
    """An office that knows the cards of a seed knows them the next time."""
    assert make(3, range(1, 41)) == make(3, range(1, 41))
    assert make(3, range(1, 41)) != make(4, range(1, 41))


def test_cards_have_seven_byte_uids_that_all_differ() -> None:
    """As MIFARE Ultralight and NTAG cards have, with NXP's first byte."""
    cards = make(1, range(1, 1001))
    assert list(range(1, 1001)) == [card.number for card in cards]
    assert 1000 == len({card.uid for card in cards})
    assert {(7, 0x04)} == {(len(bytes.fromhex(card.uid)), bytes.fromhex(card.uid)[0]) for card in cards}


def test_the_file_holds_what_the_import_reads(tmp_path: Path) -> None:
    """The columns are those of `luot card import`, and reading gives the cards back."""
    cards = make(1, [5, 9])
    write(tmp_path / "cards.csv", cards)
    assert "number,uid" == (tmp_path / "cards.csv").read_text().splitlines()[0]
    assert cards == read(tmp_path / "cards.csv")


def test_no_card_is_given_twice() -> None:
    """A thousand takings and returnings in any order: what is out is never given again."""

    async def play() -> None:
        rng, cards, out = random.Random(2), tray(10), list[Card]()
        for _ in range(1000):
            if out and (len(out) == 10 or rng.random() < 0.5):
                cards.give_back(out.pop(rng.randrange(len(out))))
                await asyncio.sleep(0)
            else:
                card = await asyncio.wait_for(cards.take(), 1)
                assert card not in out
                out.append(card)

    asyncio.run(play())


def test_cards_come_in_no_order() -> None:
    """What a board must live with: card 12 before card 7."""

    async def play() -> list[int]:
        cards = tray(20)
        return [(await cards.take()).number for _ in range(20)]

    numbers = asyncio.run(play())
    assert list(range(1, 21)) == sorted(numbers)
    assert sorted(numbers) != numbers


def test_an_empty_tray_makes_people_wait_in_order() -> None:
    """They are counted at the door, and the first of them gets the first card."""

    async def play() -> list[str]:
        cards, got = tray(1), list[str]()
        card = await cards.take()

        async def wait(name: str) -> None:
            got.append(f"{name} {(await cards.take()).number}")

        waiting = [asyncio.create_task(wait(name)) for name in ("first", "second")]
        await asyncio.sleep(0)
        assert cards.is_empty
        assert 2 == cards.at_door
        cards.give_back(card)
        await asyncio.wait_for(waiting[0], 1)
        assert 1 == cards.at_door
        cards.give_back(card)
        await asyncio.wait_for(waiting[1], 1)
        assert 0 == cards.at_door
        return got

    assert ["first 1", "second 1"] == asyncio.run(play())


def test_whoever_stops_waiting_takes_no_card_along() -> None:
    """Cancelled while waiting, or in the very moment of getting it: the next one gets the card."""

    async def play() -> None:
        cards = tray(1)
        card = await cards.take()
        impatient, unlucky = asyncio.create_task(cards.take()), asyncio.create_task(cards.take())
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)
        cards.give_back(card)
        while cards.at_door:
            await asyncio.sleep(0)
        unlucky.cancel()  # it has the card already, but has not woken
        assert card == await asyncio.wait_for(cards.take(), 1)

    asyncio.run(play())


def test_a_card_rests_before_it_is_taken_again() -> None:
    """The office asks a card that was just finished to be dropped, and does not open a visit for it."""

    async def play() -> float:
        cards = Tray(make(1, [1]), random.Random(1), rest_s=0.2)
        card = await cards.take()
        began = asyncio.get_running_loop().time()
        assert (0, 1) == (cards.count, cards.out)
        cards.give_back(card)
        assert cards.is_empty
        assert (0, 0) == (cards.count, cards.out), "it lies in the box"
        await cards.take()
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(play()) >= 0.19


def test_a_card_cannot_be_given_back_twice() -> None:
    """A bug in a life would put one card into two hands: it is loud instead."""

    async def play() -> None:
        cards = tray(2)
        card = await cards.take()
        cards.give_back(card)
        with pytest.raises(ValueError, match="is not out"):
            cards.give_back(card)

    asyncio.run(play())
