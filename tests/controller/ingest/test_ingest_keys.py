"""From a console's JSON to a clerk's command or a question."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine.commands import (
    CallNext,
    DeskCommand,
    Finish,
    Hold,
    NoShow,
    Recall,
    Resume,
    Start,
    Transfer,
    Undo,
)
from luot_controller.ingest.keys import MAX_BYTES, read_ask, read_command
from luot_protocol import messages
from luot_protocol.errors import ProtocolError

KINDS: tuple[type[DeskCommand], ...] = (CallNext, Recall, Start, Finish, NoShow, Hold, Undo)


def payload(**fields: object) -> bytes:
    return json.dumps({"id": "x1", "command": "CallNext", "desk": "1", **fields}).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_command(kind: type[DeskCommand]) -> None:
    """Each command's word becomes the engine's command, with what the clerk saw and when it lapses."""
    body = payload(command=kind.__name__, expects=7, expires_ms=99)
    assert ("x1", kind("1", 7, 99)) == read_command("desk-1", body)
    assert kind is type(read_command("desk-1", body)[1])
    assert ("x1", kind("1")) == read_command("desk-1", payload(command=kind.__name__))


def test_every_word_of_the_protocol_has_a_command() -> None:
    """What the message table allows is what can be read here: no word can be accepted and then fail."""
    assert set(messages.COMMANDS) == {kind.__name__ for kind in (*KINDS, Resume, Transfer)}


@pytest.mark.parametrize(
    ("command", "more", "expected"),
    [
        ("Resume", {"number": 17}, Resume("1", number=17)),
        ("Transfer", {"service": "land"}, Transfer("1", service="land")),
    ],
)
def test_commands_that_name_more(command: str, more: dict[str, object], expected: DeskCommand) -> None:
    """Whom to resume and where to transfer come along; a message without them is no such command."""
    assert ("x1", expected) == read_command("desk-1", payload(command=command, **more))
    with pytest.raises(ProtocolError, match=f"message.missing: command.{next(iter(more))}"):
        read_command("desk-1", payload(command=command))


@pytest.mark.parametrize("console", ["desk-2", "desk-11", "desk-", "watch", "1", "desk-1-", "controller"])
def test_another_console_may_not(console: str) -> None:
    """Only desk-1 commands desk 1; the id is returned all the same, so that the sender is told."""
    assert ("x1", None) == read_command(console, payload())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "message.json"),
        (b"{", "message.json"),
        (b'{"id":"\xff","command":"CallNext","desk":"1"}', "message.json"),
        (b'{"id":"\\ud800","command":"CallNext","desk":"1"}', "message.json"),
        (b"[" * MAX_BYTES, "message.json"),
        (b'{"a":' * (MAX_BYTES // 5), "message.json"),
        (b"null", "message.shape"),
        (payload(id=None), "message.missing"),
        (payload(command=None), "message.missing"),
        (payload(desk=None), "message.missing"),
        (payload(desk=1), "message.kind"),
        (payload(expects="7"), "message.kind"),
        (payload(expects=1.5), "message.kind"),
        (payload(expects=True), "message.kind"),
        (payload(expires_ms=1 << 60), "message.kind"),
        (payload(command="callnext"), "message.value"),
        (payload(id="x" * 65), "message.id"),
        (payload() + b" " * (2_049 - len(payload())), "message.size"),
    ],
)
def test_what_is_no_command(body: bytes, code: str) -> None:
    """Each way of being none has its code; none of them ends in another exception, which would end the office."""
    with pytest.raises(ProtocolError) as caught:
        read_command("desk-1", body)
    assert code == caught.value.code


def test_the_longest_that_is_taken() -> None:
    """An id of 64 characters, a message of 2,048 bytes."""
    body = payload(id="x" * 64, more="")
    assert "x" * 64 == read_command("desk-1", body + b" " * (2_048 - len(body)))[0]


def test_what_a_newer_console_adds_is_ignored() -> None:
    """Unknown fields do not break an older controller."""
    assert ("x1", CallNext("1")) == read_command("desk-1", payload(colour="red"))


def test_ask() -> None:
    """A question comes back as its fields, checked."""
    asked = {"id": "q", "ask": "line", "service": "papers", "offset": 10}
    assert asked == read_ask(json.dumps(asked).encode())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"id":"q"}', "message.missing"),
        (b'{"id":"q","ask":"everything"}', "message.value"),
        (b'{"id":"q","ask":"line","offset":"1"}', "message.kind"),
        (b'{"id":"' + b"q" * 65 + b'","ask":"status"}', "message.id"),
        (b"\xff", "message.json"),
        (b" " * (MAX_BYTES + 1), "message.size"),
    ],
)
def test_what_is_no_question(body: bytes, code: str) -> None:
    """A question that is none is refused with its code."""
    with pytest.raises(ProtocolError) as caught:
        read_ask(body)
    assert code == caught.value.code


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=70)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["id", "command", "desk", "expects", "expires_ms", "ask"]), json_values))
def test_any_json(fields: dict[str, object]) -> None:
    """Whatever an authenticated console sends, it is a command, a question or a ProtocolError."""
    for read in (lambda body: read_command("desk-1", body), read_ask):
        with suppress(ProtocolError):
            read(json.dumps(fields).encode())


@given(st.binary(max_size=60))
def test_any_bytes(noise: bytes) -> None:
    """Random bytes are no command."""
    with pytest.raises(ProtocolError):
        read_command("desk-1", noise)
