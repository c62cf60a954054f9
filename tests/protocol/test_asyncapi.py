"""protocol/asyncapi.yaml: fresh, whole, and in accord with what the code accepts, sends and permits."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from luot_controller.access import Access
from luot_controller.broker.users import Role, User, covers
from luot_controller.mqtt import Connection
from luot_protocol import messages, topics
from luot_protocol.errors import ProtocolError
from luot_protocol.messages import MAX_INT, MAX_TEXT_CHARS
from luot_tools import asyncapi
from luot_tools.message_examples import EXAMPLES

DOCUMENT: dict[str, Any] = yaml.safe_load(asyncapi.FILE.read_text(encoding="utf-8"))
CHANNELS, OPERATIONS, COMPONENTS = (DOCUMENT[part] for part in ("channels", "operations", "components"))

PYTHON = {
    "integer": {int},
    "number": {int, float},
    "string": {str},
    "boolean": {bool},
    "null": {type(None)},
    "array": {list},
    "object": {dict},
}
"""Types in JSON Schema and what Python's json makes of them."""

by_message = pytest.mark.parametrize("message", messages.BY_NAME.values(), ids=messages.BY_NAME)
by_row = pytest.mark.parametrize("row", topics.TABLE, ids=lambda row: row.name)


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """JSON Schema, draft 7, as far as the document uses it."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(type(value) in PYTHON[kind] for kind in kinds):
        return False
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        return False
    if type(value) in PYTHON["number"] and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        inside = all(accepts(known[key], item) for key, item in value.items() if key in known)
        return inside and set(schema.get("required", [])) <= set(value)
    return value in schema.get("enum", [value])


def passes(message: messages.Message, data: dict[str, Any]) -> bool:
    """What the code says of `data`."""
    try:
        message.check(data)
    except ProtocolError:
        return False
    return True


def references(node: Any) -> Iterator[str]:
    """Every $ref below `node`."""
    if isinstance(node, dict):
        yield from (item for key, item in node.items() if key == "$ref")
        for item in node.values():
            yield from references(item)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def resolved(reference: str) -> Any:
    """What a $ref leads to, a $ref there followed."""
    node: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return resolved(node["$ref"]) if "$ref" in node else node


def test_the_file_is_fresh() -> None:
    """The file holds what `make asyncapi` writes now."""
    assert asyncapi.text() == asyncapi.FILE.read_text(encoding="utf-8")


def test_other_readers_of_yaml_read_the_same() -> None:
    """PyYAML, which is not ours, reads the document that was written."""
    assert asyncapi.document() == DOCUMENT


def test_every_reference_leads_somewhere() -> None:
    """Each $ref has its target, and every component is referred to."""
    found = set(references(DOCUMENT))
    assert all(resolved(reference) for reference in found)
    assert {f"#/components/{kind}/{name}" for kind, components in COMPONENTS.items() for name in components} == {
        reference for reference in found if reference.startswith("#/components/")
    }


def test_the_table_is_all_there() -> None:
    """One channel and one operation for each topic, and no others."""
    assert [row.name for row in topics.TABLE] == list(CHANNELS)
    assert list(CHANNELS) == [operation["channel"]["$ref"].split("/")[-1] for operation in OPERATIONS.values()]


@by_row
def test_channels(row: topics.Topic) -> None:
    """With its parameters filled in, an address is the topic that is built; it carries what the table says."""
    channel = CHANNELS[row.name]
    place = {"site": "demo", "id": "17"}
    assert topics.build("demo", row.name, "17" if "{id}" in row.pattern else None) == channel["address"].format(**place)
    assert {name for name in place if f"{{{name}}}" in channel["address"]} == set(channel["parameters"])
    carried = [resolved(reference["$ref"]) for reference in channel["messages"].values()]
    if row.message is None:
        assert {'application/cose; cose-type="cose-mac0"'} == {one["contentType"] for one in carried}
    else:
        assert [COMPONENTS["messages"][row.message]] == carried


@by_row
def test_operations(row: topics.Topic) -> None:
    """The controller sends what it publishes and receives the rest, with the retained flag of the table and QoS 1."""
    (operation,) = (one for one in OPERATIONS.values() if one["channel"]["$ref"] == f"#/channels/{row.name}")
    assert ("send" if row.publisher == "controller" else "receive") == operation["action"]
    assert {"qos": 1, "retain": row.retained, "bindingVersion": "0.2.0"} == operation["bindings"]["mqtt"]
    assert 1 == inspect.signature(Connection.publish).parameters["qos"].default
    assert [f"#/channels/{row.name}/messages/{name}" for name in CHANNELS[row.name]["messages"]] == [
        message["$ref"] for message in operation["messages"]
    ]


@by_row
def test_who_reads_and_writes(row: topics.Topic) -> None:
    """What an operation says of both sides is what the broker permits the one of that id, and others."""
    (summary,) = (one["summary"] for one in OPERATIONS.values() if one["channel"]["$ref"] == f"#/channels/{row.name}")
    publisher, _, reader = summary.rstrip(".").partition(" publishes, ")
    topic = topics.build("demo", row.name, "that" if "{id}" in row.pattern else None)
    peers = [
        User(Access(site="demo", name=name, password="", host="", port=1), role)
        for role in (Role.LINK, Role.CONSOLE, Role.INTEGRATOR)
        for name in ("that", "other")
    ]
    reading = {(peer.role, peer.access.name) for peer in peers if any(covers(own, topic) for own in peer.reads)}
    writing = {(peer.role, peer.access.name) for peer in peers if any(covers(own, topic) for own in peer.writes)}
    assert {
        "The controller": set(),
        "A link": {(Role.LINK, "that")},
        "A console": {(Role.CONSOLE, "that")},
        "An integrator": {(Role.INTEGRATOR, "that")},
    }[publisher] == writing
    assert {
        "the controller subscribes": set(),
        "that link subscribes": {(Role.LINK, "that")},
        "that console subscribes": {(Role.CONSOLE, "that")},
        "that integrator subscribes": {(Role.INTEGRATOR, "that")},
        "consoles and integrators subscribe": {
            (role, name) for role in (Role.CONSOLE, Role.INTEGRATOR) for name in ("that", "other")
        },
    }[reader] == reading


def test_what_is_answered() -> None:
    """A tap, a command and a question name the channel of the answer, and JSON ones the id that both carry."""
    answered = {name: one["reply"]["channel"]["$ref"] for name, one in OPERATIONS.items() if "reply" in one}
    assert {
        "receive_link_up": "#/channels/link_down",
        "receive_console_cmd": "#/channels/console_reply",
        "receive_console_ask": "#/channels/console_answer",
        "receive_integrator_cmd": "#/channels/integrator_reply",
        "receive_integrator_ask": "#/channels/integrator_answer",
    } == answered
    correlated = {name for name, message in COMPONENTS["messages"].items() if "correlationId" in message}
    assert {"command", "reply", "ask", "answer"} == correlated
    assert all("id" in COMPONENTS["schemas"][name]["required"] for name in correlated)


@by_message
def test_examples(message: messages.Message) -> None:
    """Each message has one, which is good for the code and for the schema, and only an event has fields of its kind."""
    (example,) = COMPONENTS["messages"][message.name]["examples"]
    assert EXAMPLES[message.name] == example["payload"] == message.check(example["payload"])
    assert accepts(COMPONENTS["schemas"][message.name], example["payload"])
    assert message.name == "event" or set(example["payload"]) <= {field.name for field in message.fields}


def test_fields_keep_their_words() -> None:
    """Every field stands in its schema with the description of the code, needed ones as required."""
    for name, message in messages.BY_NAME.items():
        schema = COMPONENTS["schemas"][name]
        assert message.doc == schema["description"]
        assert {field.name: field.doc for field in message.fields} == {
            key: described["description"] for key, described in schema["properties"].items()
        }
        assert [field.name for field in message.fields if not field.optional] == schema["required"]


# A whole float such as 1.0 is left out: JSON Schema takes it for an integer, Python's json does not.
PROBES = [
    *(None, True, False, 0, -1, 0.5, MAX_INT, -MAX_INT, MAX_INT + 1, -MAX_INT - 1, MAX_INT * 1.5, -MAX_INT * 1.5),
    *("", "of another world", "x" * MAX_TEXT_CHARS, "x" * (MAX_TEXT_CHARS + 1), [], [1, "a"], {}, {"a": 1}),
]


@by_message
def test_a_schema_accepts_what_the_code_accepts(message: messages.Message) -> None:
    """For the example with any one field changed, dropped or added, schema and Message.check say the same."""
    example = EXAMPLES[message.name]
    changed = [{**example, "new": 1}, *({key: example[key] for key in example if key != name} for name in example)]
    for field in message.fields:
        changed += [{**example, field.name: value} for value in (*PROBES, *(field.values or ()))]
    schema = COMPONENTS["schemas"][message.name]
    assert [] == [data for data in changed if passes(message, data) != accepts(schema, data)]
    assert {True, False} == {passes(message, data) for data in changed}
