"""Whatever arrives on a topic that the office hears, it stays open, keeps the line, and takes the next tap."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luot_controller.service.loop import SUBSCRIPTIONS
from luot_protocol import codes, topics
from offices import Message, Rig

PEERS = {
    "link_up": "entry-1",
    "link_state": "entry-1",
    "console_cmd": "desk-1",
    "console_ask": "watch",
    "integrator_cmd": "kiosk",
    "integrator_ask": "kiosk",
}

WORDS = (
    *("id", "command", "desk", "expects", "expires_ms", "ask", "service", "offset", "after", "state"),
    *("number", "class", "then", "appointed_ms", "reason", "replacement", "to_desk"),
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            "CallNext",
            "Start",
            "OpenVisit",
            "Transfer",
            "CallVisit",
            "plain",
            "1",
            "2",
            "9",
            "next",
            "line",
            "events",
            "status",
            "papers",
            "ready",
            "lost",
        ]
    ),
    st.lists(st.integers(), max_size=3),
)
PAYLOADS = st.one_of(
    st.binary(max_size=80),
    st.dictionaries(st.sampled_from(WORDS), VALUES).map(lambda fields: json.dumps(fields).encode()),
    st.sampled_from(
        [b"", b"[" * 2_000, b'{"a":' * 400, b'{"state":"\xff"}', b'{"id":"\\ud800"}', b"9" * 5_000, b"1e999"]
    ),
)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.store.close()


def test_every_topic_is_tried() -> None:
    """A topic that is subscribed to and not tried here fails this test."""
    assert set(SUBSCRIPTIONS) == set(PEERS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(SUBSCRIPTIONS), PAYLOADS, st.booleans()), min_size=1, max_size=5))
def test_nothing_that_arrives_ends_the_office(rig: Rig, arriving: list[tuple[str, bytes, bool]]) -> None:
    """Random bytes, JSON of any shape, the deepest and the longest, retained or not: counted, refused or answered."""
    rig.office.turn(
        [Message(topics.build("test", name, PEERS[name]), body, retained) for name, body, retained in arriving]
    )
    assert rig.tap(1).code in (
        codes.OPENED,
        codes.WAITING,
        codes.YOUR_TURN,
        codes.BEING_SERVED,
        codes.THANK_YOU,
        codes.BACK_IN_LINE,
    )
    assert rig.ask("status")["ok"]


@pytest.mark.parametrize(
    "topic", ["luot/1/test/nosuch", "luot/1/other/link/entry-1/up", "", "link/entry-1/up", "luot/1/test/link//up"]
)
def test_topics_that_are_none(rig: Rig, topic: str) -> None:
    """A message on any other topic is counted and nothing else."""
    rig.office.turn([Message(topic, b"x")])
    assert (1, []) == (rig.counted("topic.unknown"), rig.facts)


def test_a_reader_provisioned_again(rig: Rig) -> None:
    """New hardware counts its boots and taps from 1 again, under a new key: its first tap opens its own visit."""
    assert (codes.OPENED, 3) == (rig.tap(3, boot=1, seq=1).code, rig.receipts()[-1].number)
    other = type(rig.store)(rig.folder)
    rig.keys["entry-1"] = other.renew_reader_key("entry-1")
    other.close()
    rig.office._pulse()
    rig.bus.published.clear()
    frame = rig.frame(8, boot=1, seq=1)
    rig.send(frame, frame)
    assert [(codes.OPENED, 8, 1)] * 2 == [(receipt.code, receipt.number, receipt.ahead) for receipt in rig.receipts()]
    assert 2 == rig.ask("status")["status"]["waiting"]
