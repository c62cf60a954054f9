"""The hall around a reader on a PC lays and takes cards as hands do."""

from boards.unix_hall import Hall
from models.iso14443a_model import Field

FIRST, SECOND = b'{"uid": "04a1b2c3"}', b'{"uid": "04d5e6f7"}'
NONE = b'{"uid": null}'


def lying(field: Field) -> list[str]:
    """The UIDs of the cards in a field."""
    return [card.uid.hex() for card in field._cards]


def polled(hall: Hall, times: int) -> None:
    """The reader has begun so many polls."""
    for _ in range(times):
        hall.change()


def test_a_card_comes_into_an_empty_field_at_once() -> None:
    """Also in the middle of a poll."""
    field = Field(lambda: 0)
    hall = Hall(("127.0.0.1", 1), "entry-1", field, None)
    hall._take(FIRST)
    assert ["04a1b2c3"] == lying(field)


def test_cards_are_exchanged_between_polls_alone() -> None:
    """One poll would take them for two cards that lie there together, and neither for a tap."""
    field = Field(lambda: 0)
    hall = Hall(("127.0.0.1", 1), "entry-1", field, None)
    hall._take(FIRST)
    polled(hall, 10)
    hall._take(SECOND)
    assert ["04a1b2c3"] == lying(field)
    polled(hall, 1)
    assert ["04d5e6f7"] == lying(field)


def test_each_change_is_seen_before_the_next() -> None:
    """However quickly they are said."""
    field = Field(lambda: 0)
    hall = Hall(("127.0.0.1", 1), "entry-1", field, None)
    for line in (FIRST, NONE, SECOND):
        hall._take(line)
    seen = []
    for _ in range(12):
        polled(hall, 1)
        seen.append(tuple(lying(field)))
    assert [("04a1b2c3",), (), ("04d5e6f7",)] == list(dict.fromkeys(seen))
