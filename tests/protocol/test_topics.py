"""luot_protocol.topics: the table builds and reads every topic, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luot_protocol import messages, topics
from luot_protocol.errors import ProtocolError
from luot_protocol.ids import is_id, link_topics

HOSTILE = [
    "",
    "+",
    "#",
    "/",
    "a/b",
    "Desk",
    "DESK-1",
    "dé",
    "một",
    " ",
    "a b",
    "a+",
    "$SYS",
    "{id}",
    "\x00",
    "a" * 33,
    "..",
    "a\n",
]

ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=32)
with_id = [row.name for row in topics.TABLE if "{id}" in row.pattern]
without_id = [row.name for row in topics.TABLE if "{id}" not in row.pattern]


@given(ids, st.sampled_from(with_id), ids)
def test_topics_with_an_id_round_trip(site: str, name: str, id: str) -> None:  # noqa: A002
    """What is built is read back as the same name and id, for the whole table and any ids."""
    assert (name, id) == topics.parse(site, topics.build(site, name, id))


@given(ids, st.sampled_from(without_id))
def test_topics_without_an_id_round_trip(site: str, name: str) -> None:
    """The same for those that have none."""
    assert (name, None) == topics.parse(site, topics.build(site, name))


def test_the_root_holds_the_version() -> None:
    """An older peer never sees what it could not understand."""
    assert "luot/1/demo/link/entry-1/up" == topics.build("demo", "link_up", "entry-1")
    assert "luot/1/demo/desk/+" == topics.build("demo", "desk", "+")


def test_the_table_is_sound() -> None:
    """No name or pattern stands twice, every message is one of ours, and only the three kinds of peers publish."""
    assert len(topics.TABLE) == len({row.name for row in topics.TABLE}) == len({row.pattern for row in topics.TABLE})
    assert {"link", "console", "integrator", "controller"} == {row.publisher for row in topics.TABLE}
    assert {"link_up", "link_down"} == {row.name for row in topics.TABLE if row.message is None}
    assert set(messages.BY_NAME) == {row.message for row in topics.TABLE if row.message is not None}
    assert all(row.doc and row.pattern.count("{id}") <= 1 for row in topics.TABLE)


@pytest.mark.parametrize("hostile", HOSTILE, ids=repr)
def test_hostile_ids_are_refused(hostile: str) -> None:
    """No wildcard, level, capital, other letter, empty or long id gets into a topic, or out of one."""
    assert not is_id(hostile)
    with pytest.raises(ProtocolError, match=r"^topic\.site"):
        topics.build(hostile, "board")
    with pytest.raises(ProtocolError, match=r"^topic\.site"):
        topics.parse(hostile, "luot/1/demo/board")
    if hostile != "+":
        with pytest.raises(ProtocolError, match=r"^topic\.id"):
            topics.build("demo", "desk", hostile)
    with pytest.raises(ProtocolError, match=r"^topic\.unknown"):
        topics.parse("demo", f"luot/1/demo/desk/{hostile}")


@pytest.mark.parametrize("name", with_id)
def test_an_id_is_not_forgotten(name: str) -> None:
    """A topic that needs an id is not built without one: a literal {id} never reaches the broker."""
    with pytest.raises(ProtocolError, match=r"^topic\.id"):
        topics.build("demo", name)


@pytest.mark.parametrize("name", without_id)
def test_an_id_is_not_ignored(name: str) -> None:
    """Nor is an id dropped where the pattern has no place for it."""
    with pytest.raises(ProtocolError, match=r"^topic\.id"):
        topics.build("demo", name, "1")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "luot",
        "luot/1/demo",
        "luot/1/demo/",
        "luot/2/demo/board",
        "luot/1/other/board",
        "luot/1/demo/board/",
        "/luot/1/demo/board",
        "luot/1/demo/link/entry-1",
        "luot/1/demo/link/entry-1/up/x",
        "luot/1/demo/link/entry-1/sideways",
        "luot/1/demo/Board",
    ],
)
def test_other_topics_are_unknown(topic: str) -> None:
    """Another version, site, depth or word is refused with `topic.unknown`."""
    with pytest.raises(ProtocolError, match=r"^topic\.unknown"):
        topics.parse("demo", topic)


@settings(max_examples=1000)
@given(st.text(max_size=60) | st.text("luot/1demcardesk+#-x", max_size=40).map(lambda rest: "luot/1/demo/" + rest))
def test_any_text_is_a_topic_of_the_table_or_refused(topic: str) -> None:
    """What is read can be built again into the same topic; the rest is a ProtocolError."""
    try:
        name, found = topics.parse("demo", topic)
    except ProtocolError:
        return
    assert topic == topics.build("demo", name, found)


def test_a_reader_knows_its_own_topics() -> None:
    """What it builds without the table is what the table says; a bad id is refused."""
    table = tuple(topics.build("demo", name, "entry-1") for name in ("link_up", "link_down", "link_state"))
    assert table == link_topics("demo", "entry-1")
    with pytest.raises(ProtocolError, match=r"topic\.id"):
        link_topics("demo", "Entry/1")
