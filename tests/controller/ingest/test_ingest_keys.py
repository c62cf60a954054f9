"""From a console's JSON to a clerk's command or a question."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    DeskCommand,
    Finish,
    Hold,
    NoShow,
    OfficeCommand,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    Recall,
    ReplaceCard,
    Resume,
    ReturnVisit,
    Start,
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.events import Refused
from luot_controller.ingest.keys import MAX_BYTES, RIGHTS, IdentifyReader, ReloadSite, read_ask, read_command
from luot_protocol import messages
from luot_protocol.errors import ProtocolError

KINDS: tuple[type[DeskCommand], ...] = (
    *(CallNext, Recall, Start, Finish, NoShow, Hold, Undo),
    *(OpenDesk, CloseDesk),
)
CARDS = range(1, 41)
FORBIDDEN = Refused("forbidden")


def payload(**fields: object) -> bytes:
    return json.dumps({"id": "x1", "command": "CallNext", "desk": "1", **fields}).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_command(kind: type[DeskCommand]) -> None:
    """Each command's word becomes the engine's command, with what the clerk saw and when it lapses."""
    body = payload(command=kind.__name__, expects=7, expires_ms=99)
    assert ("x1", kind("1", 7, 99)) == read_command("desk-1", body)
    assert kind is type(read_command("desk-1", body)[1])
    assert ("x1", kind("1")) == read_command("desk-1", payload(command=kind.__name__))


MORE: list[tuple[str, dict[str, object], DeskCommand | OfficeCommand]] = [
    ("Resume", {"number": 17}, Resume("1", number=17)),
    ("CallVisit", {"number": 17, "reason": "faint"}, CallVisit("1", number=17, reason="faint")),
    ("Transfer", {"service": "land"}, Transfer("1", service="land")),
    (
        "Transfer",
        {"service": "land", "to_desk": "2", "then": ["tax"]},
        Transfer("1", service="land", to_desk="2", then=("tax",)),
    ),
    ("PauseDesk", {"reason": "lunch"}, PauseDesk("1", reason="lunch")),
    (
        "OpenVisit",
        {"service": "land", "class": "plain", "then": ["tax"], "number": 17, "appointed_ms": 5},
        OpenVisit("desk-1", "1", services=("land", "tax"), class_id="plain", number=17, appointed_ms=5),
    ),
    ("CancelVisit", {"number": 17, "reason": "left"}, CancelVisit("desk-1", "1", number=17, reason="left")),
    ("ReturnVisit", {"number": 17}, ReturnVisit("desk-1", "1", number=17)),
    ("BlockCard", {"number": 17, "reason": "lost"}, BlockCard("desk-1", "1", number=17, reason="lost")),
    ("UnblockCard", {"number": 17}, UnblockCard("desk-1", "1", number=17)),
    ("ReplaceCard", {"number": 17, "replacement": 18}, ReplaceCard("desk-1", "1", number=17, replacement=18)),
]
NEEDED = {
    "Resume": ("number",),
    "CallVisit": ("number", "reason"),
    "Transfer": ("service",),
    "PauseDesk": ("reason",),
    "OpenVisit": ("service", "class"),
    "CancelVisit": ("number",),
    "ReturnVisit": ("number",),
    "BlockCard": ("number",),
    "UnblockCard": ("number",),
    "ReplaceCard": ("number", "replacement"),
}


def test_every_word_of_the_protocol_has_a_command() -> None:
    """What the message table allows is what can be read here: no word can be accepted and then fail."""
    office = {"OpenDay", "CloseDay", "ReloadSite", "IdentifyReader"}
    office |= {"RetireCard", "EnrolCards", "EndEnrolment", "HandInTaps"}
    assert set(messages.COMMANDS) == {kind.__name__ for kind in KINDS} | {name for name, _, _ in MORE} | office
    assert set(messages.COMMANDS) == set.union(*map(set, RIGHTS.values()))


@pytest.mark.parametrize(("command", "more", "expected"), MORE)
def test_commands_that_name_more(command: str, more: dict[str, object], expected: DeskCommand | OfficeCommand) -> None:
    """Whom, where to and why come along; a message without what it needs is no such command."""
    assert ("x1", expected) == read_command("desk-1", payload(command=command, **more), CARDS)
    for field in NEEDED[command]:
        if command == "Transfer" and "to_desk" in more:
            continue
        with pytest.raises(ProtocolError, match=f"message.missing: command.{field}"):
            read_command("desk-1", payload(command=command, **{**more, field: None}), CARDS)


def test_a_transfer_to_a_desk_needs_no_service() -> None:
    """The visit stays in its service."""
    body = payload(command="Transfer", to_desk="2")
    assert ("x1", Transfer("1", to_desk="2")) == read_command("desk-1", body)


@pytest.mark.parametrize("then", [[1], ["tax", None], [["tax"]]])
def test_services_in_turn_are_words(then: list[object]) -> None:
    """A list of anything else is no command."""
    with pytest.raises(ProtocolError, match=r"message.kind: command.then"):
        read_command("desk-1", payload(command="Transfer", service="land", then=then))


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("OpenVisit", {"service": "land", "class": "plain", "number": 41}),
        ("BlockCard", {"number": 0}),
        ("ReplaceCard", {"number": 17, "replacement": 41}),
    ],
)
def test_a_card_that_the_site_does_not_have(command: str, more: dict[str, object]) -> None:
    """Who hands out, blocks or replaces names a card of the site."""
    said = read_command("desk-1", payload(command=command, **more), CARDS)
    assert ("x1", Refused("unknown_card")) == said


@pytest.mark.parametrize("console", ["desk-2", "desk-11", "desk-", "watch", "1", "desk-1-", "controller"])
def test_another_console_may_not(console: str) -> None:
    """Only desk-1 commands desk 1; the id is returned all the same, so that the sender is told."""
    assert ("x1", FORBIDDEN) == read_command(console, payload())
    assert ("x1", FORBIDDEN) == read_command(console, payload(command="CancelVisit", number=1))


@pytest.mark.parametrize("command", ["OpenDay", "CloseDay", "ReloadSite", "IdentifyReader"])
def test_the_day_the_rules_and_the_readers_are_the_supervisors(command: str) -> None:
    """A clerk neither opens nor closes the day, nor changes the rules, nor lets a reader blink."""
    body = payload(command=command, desk=None, reader="entry-1")
    assert ("x1", FORBIDDEN) == read_command("desk-1", body)
    assert isinstance(read_command("supervisor", body)[1], OpenDay | CloseDay | ReloadSite | IdentifyReader)


def test_a_supervisor_speaks_to_every_desk() -> None:
    """The name stays with the command, and so comes on record; but calling in turn is the clerk's."""
    called = read_command("supervisor", payload(command="CallVisit", desk="2", number=3, reason="ill"))[1]
    assert CallVisit("2", None, None, "supervisor", number=3, reason="ill") == called
    assert (
        CloseDesk("2", None, None, "supervisor")
        == read_command("supervisor", payload(command="CloseDesk", desk="2"))[1]
    )
    assert FORBIDDEN == read_command("supervisor", payload())[1]
    assert CloseDay("supervisor") == read_command("supervisor", payload(command="CloseDay", desk=None))[1]


def test_an_integrator_opens_and_cancels() -> None:
    """Other systems open visits, and cancel those that they have opened; its id gives it no more than that."""
    cancel = payload(command="CancelVisit", desk=None, number=900)
    assert CancelVisit("kiosk", number=900, own=True) == read_command("kiosk", cancel, integrator=True)[1]
    opening = payload(command="OpenVisit", desk=None, service="land", **{"class": "plain"})
    assert (
        OpenVisit("kiosk", services=("land",), class_id="plain") == read_command("kiosk", opening, integrator=True)[1]
    )
    for body in (payload(), payload(command="CloseDay"), payload(command="ReturnVisit", number=1)):
        assert FORBIDDEN == read_command("desk-1", body, integrator=True)[1]


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


@given(
    st.dictionaries(
        st.sampled_from(["id", "command", "desk", "expects", "expires_ms", "ask", "number", "then"]), json_values
    )
)
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
