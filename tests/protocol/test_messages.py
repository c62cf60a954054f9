"""luot_protocol.messages: every field of every message is checked by kind, presence and value."""

from typing import Any

import pytest

from luot_protocol import messages, topics
from luot_protocol.errors import ProtocolError
from luot_protocol.messages import MAX_INT, MAX_TEXT_CHARS, Field, Message

GOOD: dict[str, list[Any]] = {
    "int": [0, -5, MAX_INT, -MAX_INT],
    "text": ["", "17", "bộ phận một cửa", "x" * MAX_TEXT_CHARS],
    "flag": [True, False],
    "list": [[], [1, "a"]],
    "map": [{}, {"a": 1}],
    "number": [0, 1.5, -3, MAX_INT],
}
BAD: dict[str, list[Any]] = {
    "int": [1.0, "1", True, [], {}, MAX_INT + 1, -MAX_INT - 1, 10**400],
    "text": [1, True, [], {}, b"17", "x" * (MAX_TEXT_CHARS + 1)],
    "flag": [0, 1, "true", [], {}],
    "list": [{}, "[]", (1, 2), 0, True],
    "map": [[], "{}", 0, True],
    "number": ["1", True, [], {}, MAX_INT + 1, float("nan"), float("inf"), -float("inf")],
}
KINDS = [(kind, value, True) for kind, values in GOOD.items() for value in values] + [
    (kind, value, False) for kind, values in BAD.items() for value in values
]
EVERY = {value.name: value for value in vars(messages).values() if isinstance(value, Message)}
FIELDS = [(message, field) for message in EVERY.values() for field in message.fields]


def filled(message: Message) -> dict[str, Any]:
    """The fullest valid form of `message`."""
    return {field.name: field.values[0] if field.values else GOOD[field.kind][1] for field in message.fields}


@pytest.mark.parametrize(("kind", "value", "good"), KINDS, ids=[f"{k}-{str(v)[:20]}-{g}" for k, v, g in KINDS])
def test_kinds(kind: str, value: Any, good: bool) -> None:
    """A field takes the values of its kind and no others; flags are no numbers, and numbers are what JSON keeps."""
    message = Message("sample", "", Field("it", kind, ""))
    if good:
        assert {"it": value} == message.check({"it": value})
    else:
        with pytest.raises(ProtocolError, match=r"^message\.kind: sample\.it is not "):
            message.check({"it": value})


@pytest.mark.parametrize("message", EVERY.values(), ids=EVERY)
def test_the_fullest_and_the_shortest_form_pass(message: Message) -> None:
    """All fields, only the needed ones, and optional ones that are null: all pass, and unknown ones change nothing."""
    full = filled(message)
    short = {field.name: full[field.name] for field in message.fields if not field.optional}
    null = {**full, **{field.name: None for field in message.fields if field.optional}}
    for data in (full, short, null, {**short, "of_a_newer_version": [1]}):
        assert data is message.check(data)


@pytest.mark.parametrize(("message", "field"), FIELDS, ids=[f"{m.name}.{f.name}" for m, f in FIELDS])
def test_each_field_of_each_message(message: Message, field: Field) -> None:
    """One field missing, null, of another kind or with another value is named in the refusal."""
    named = rf"{message.name}\.{field.name}\b"
    full = filled(message)
    for bad in BAD[field.kind]:
        with pytest.raises(ProtocolError, match=rf"^message\.kind: {named}"):
            message.check({**full, field.name: bad})
    if field.values:
        with pytest.raises(ProtocolError, match=rf"^message\.value: {named} is none of {field.values[0]}"):
            message.check({**full, field.name: "of another world"})
    if not field.optional:
        for data in ({**full, field.name: None}, {key: full[key] for key in full if key != field.name}):
            with pytest.raises(ProtocolError, match=rf"^message\.missing: {named}"):
                message.check(data)


@pytest.mark.parametrize("data", [None, [], "{}", 1, True, b"{}"], ids=repr)
def test_a_message_is_a_map(data: Any) -> None:
    """JSON that is no object is refused before any field is looked at."""
    with pytest.raises(ProtocolError, match=r"^message\.shape: board is not a map"):
        messages.BOARD.check(data)


def test_the_tables_are_sound() -> None:
    """Every message says what it is for, has no field twice, uses known kinds, and stands on some topic."""
    for message in EVERY.values():
        names = [field.name for field in message.fields]
        assert message.doc
        assert len(names) == len(set(names))
        assert all(field.doc and field.kind in GOOD for field in message.fields)
    assert EVERY == messages.BY_NAME
    assert set(EVERY) == {row.message for row in topics.TABLE if row.message is not None}
