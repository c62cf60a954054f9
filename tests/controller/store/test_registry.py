"""Cards and reader keys, as a technician changes them beside a running office."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from recorded_day import RecordedDay

from luot_controller.errors import UsageProblem
from luot_controller.store.sqlite import KEY_BYTES, KID_BYTES, SqliteStore

HASHES = [bytes([n]) * 16 for n in range(9)]


def test_card_key_is_made_once(store: SqliteStore, open_store: Callable[[], SqliteStore]) -> None:
    """32 bytes, the same at every call, for every program and after every restart: cards stay enrolled."""
    key = store.card_key()
    other = open_store()
    assert (KEY_BYTES, key, key) == (len(key), store.card_key(), other.card_key())
    store.close()
    other.close()
    assert key == open_store().card_key()


def test_each_site_has_its_own_card_key(tmp_path: Path) -> None:
    """A card's hash at one site says nothing at another."""
    keys = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        store = SqliteStore(tmp_path / name)
        keys.add(store.card_key())
        store.close()
    assert 2 == len(keys)


def test_cards_are_enrolled(store: SqliteStore, open_store: Callable[[], SqliteStore]) -> None:
    """Card hash to number, for every program."""
    store.add_cards([(1, HASHES[1]), (9999, HASHES[2])])
    store.add_cards([])
    assert {HASHES[1]: 1, HASHES[2]: 9999} == store.cards() == open_store().cards()


@pytest.mark.parametrize(
    ("cards", "problem"),
    [
        ([(3, HASHES[3]), (1, HASHES[4])], "card 1: this number is taken"),
        ([(3, HASHES[3]), (4, HASHES[1])], "card 4: this card is enrolled already, as 1"),
        ([(3, HASHES[3]), (1, HASHES[1])], "card 1: this number is taken"),
        ([(3, HASHES[3]), (3, HASHES[4])], "card 3: this number is taken"),
        ([(3, HASHES[3]), (4, HASHES[3])], "card 4: this card is enrolled already, as 3"),
    ],
)
def test_all_or_none(store: SqliteStore, cards: list[tuple[int, bytes]], problem: str) -> None:
    """One that is there already, or twice in the list, is named; nothing of the list is enrolled, and the next is."""
    store.add_cards([(1, HASHES[1])])
    with pytest.raises(UsageProblem) as caught:
        store.add_cards(cards)
    assert (problem, "Nothing was changed. Mend the list and try again.") == (caught.value.subject, caught.value.hint)
    assert {HASHES[1]: 1} == store.cards()
    store.add_cards([(3, HASHES[3])])
    assert {HASHES[1]: 1, HASHES[3]: 3} == store.cards()


def test_a_list_that_breaks_off(store: SqliteStore) -> None:
    """A file that turns out bad in its middle enrols nothing."""

    def rows() -> object:
        yield 1, HASHES[1]
        raise UsageProblem("line 3 is no card")

    with pytest.raises(UsageProblem, match="line 3"):
        store.add_cards(rows())  # type: ignore[arg-type]
    assert {} == store.cards()


def test_a_renewed_key_takes_the_place_of_the_old(store: SqliteStore) -> None:
    """One key a reader: the old one is out of force at once, others are untouched, and no two are alike."""
    first, other, renewed = (store.renew_reader_key(name) for name in ("entry-1", "entry-2", "entry-1"))
    assert {renewed, other} == set(store.reader_keys())
    assert (KID_BYTES, KEY_BYTES, "entry-1") == (len(renewed.kid), len(renewed.key), renewed.reader)
    assert 3 == len({first.kid, other.kid, renewed.kid}) == len({first.key, other.key, renewed.key})


def test_a_kid_in_use_is_not_given_twice(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four random bytes may come up twice: the reader that has them keeps its key."""
    first = store.renew_reader_key("entry-1")
    draws = iter([first.kid, first.kid, b"\1\2\3\4", bytes(32)])
    monkeypatch.setattr(secrets, "token_bytes", lambda _count: next(draws))
    second = store.renew_reader_key("entry-2")
    assert b"\1\2\3\4" == second.kid
    assert {first, second} == set(store.reader_keys())


def test_an_office_notices_what_others_change(
    store: SqliteStore, open_store: Callable[[], SqliteStore], day: RecordedDay
) -> None:
    """`registry_version` changes when another program writes, and never by the office's own commits."""
    other = open_store()
    was = store.registry_version()
    for number in range(3):
        day.tap(number + 1)
        store.commit(day.batch(), 0)
    assert was == store.registry_version()
    seen = [was]
    other.add_cards([(1, HASHES[1])])
    seen.append(store.registry_version())
    other.renew_reader_key("entry-1")
    seen.append(store.registry_version())
    assert 3 == len(set(seen))
    assert {HASHES[1]: 1} == store.cards()
    assert seen[-1] == store.registry_version()
