"""Writes protocol/asyncapi.yaml: every topic, message and frame as an AsyncAPI 3.0 document; adds nothing of its own.

The application it describes is the controller: what it sends, others receive, and the other way round.
"""

import sys
from pathlib import Path
from typing import Any

from luot_protocol import VERSION, cose, frames, ids, messages, topics
from luot_tools.frame_fields import FRAMES, Frame, FrameField
from luot_tools.message_examples import EXAMPLES
from luot_tools.yaml_blocks import dump

FILE = Path(__file__).parents[2] / "protocol" / "asyncapi.yaml"

QOS = 1
"""Of every publish, by whom ever."""

ABOUT = (
    "Everything that readers, consoles, other systems and the controller of one site say to each other over MQTT "
    "3.1.1. "
    "The application described is the controller: a topic it sends on is one to subscribe to, and one it receives on "
    "is one to publish to. Times are office milliseconds, waits are minutes. Unknown fields are ignored, and null is "
    "as good as left out. An empty retained message says that what the topic spoke of is gone. MQTT's acknowledgement "
    "says nothing of the office: only a reply means that a command was done, only a signed receipt that a tap is kept. "
    "Signed frames are pinned byte by byte in vectors.json, beside this file."
)

REPLIES = {
    "link_up": "link_down",
    "console_cmd": "console_reply",
    "console_ask": "console_answer",
    "integrator_cmd": "integrator_reply",
    "integrator_ask": "integrator_answer",
}
"""A topic that is answered, and where."""

_ID_FORM = f"1 to {ids.MAX_ID_CHARS} of a-z, 0-9 and the hyphen"
_IDS = {
    "site": f"the id of the site; {_ID_FORM}",
    "link": f"the id, and user name, of a reader or of a gateway that carries the frames of many; {_ID_FORM}",
    "console": f"the id, and user name, of a console: desk-1 for desk 1, supervisor, or watch; {_ID_FORM}",
    "integrator": f"the id, and user name, of another system, as in the site file; {_ID_FORM}",
    "service": f"the id of a service in the site file; {_ID_FORM}",
    "desk": f"the id of a desk in the site file; {_ID_FORM}",
    "card": "the number on a card",
    "reader": f"the id of a reader in the site file; {_ID_FORM}",
}
"""What stands for `{id}`, by the first level of the pattern, and for the site."""

_KINDS: dict[str, dict[str, Any]] = {
    "int": {"type": "integer", "minimum": -messages.MAX_INT, "maximum": messages.MAX_INT},
    "number": {"type": "number", "minimum": -messages.MAX_INT, "maximum": messages.MAX_INT},
    "text": {"type": "string", "maxLength": messages.MAX_TEXT_CHARS},
    "flag": {"type": "boolean"},
    "list": {"type": "array"},
    "map": {"type": "object"},
}
_BOUNDS = {
    "uint": ("minimum", "maximum"),
    "int": ("minimum", "maximum"),
    "flag": (),
    "bytes": ("minLength", "maxLength"),
    "text": ("minLength", "maxLength"),
    "list": ("minItems", "maxItems"),
}
_COSE = 'application/cose; cose-type="cose-mac0"'
_BINDING = "0.2.0"


def document() -> dict[str, Any]:
    """The whole document as plain data."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Luot", "version": str(VERSION), "description": ABOUT, "license": {"name": "MIT"}},
        "defaultContentType": "application/json",
        "servers": {"office": _server()},
        "channels": {row.name: _channel(row) for row in topics.TABLE},
        "operations": {f"{_action(row)}_{row.name}": _operation(row) for row in topics.TABLE},
        "components": {
            "parameters": {name: {"description": doc} for name, doc in _IDS.items()},
            "messages": {
                **{frame.name: _frame_message(frame) for frame in _all_frames()},
                **{name: _message(message) for name, message in messages.BY_NAME.items()},
            },
            "schemas": {
                **{frame.name: _frame_schema(frame) for frame in _all_frames()},
                **{name: schema(message) for name, message in messages.BY_NAME.items()},
            },
            "securitySchemes": {
                "user": {
                    "type": "userPassword",
                    "description": "The user name is the id of the console, integrator or link, and the broker lets it "
                    "publish and subscribe under its own id alone; the office makes the passwords.",
                }
            },
        },
    }


def text() -> str:
    """The whole file."""
    return "# Written by `make asyncapi` from luot_protocol; a test fails when it is stale.\n" + dump(document())


def schema(message: messages.Message) -> dict[str, Any]:
    """What Message.check accepts, as a JSON Schema (draft 7)."""
    return {
        "type": "object",
        "description": message.doc,
        "required": [field.name for field in message.fields if not field.optional],
        "properties": {field.name: _property(field) for field in message.fields},
    }


def _property(field: messages.Field) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": "string", "enum": list(field.values)} if field.values else dict(_KINDS[field.kind])
    if field.optional:
        kind["type"] = [kind["type"], "null"]
        if field.values:
            kind["enum"].append(None)
    return {**kind, "description": field.doc}


def _server() -> dict[str, Any]:
    return {
        "host": "127.0.0.1:1883",
        "protocol": "mqtt",
        "protocolVersion": "3.1.1",
        "description": "The office's own broker, as it starts without settings. Sessions are clean: what must not be "
        "lost is sent again by its sender.",
        "security": [{"$ref": "#/components/securitySchemes/user"}],
        "bindings": {"mqtt": {"cleanSession": True, "bindingVersion": _BINDING}},
    }


def _channel(row: topics.Topic) -> dict[str, Any]:
    used = ["site"] + ([row.pattern.split("/")[0]] if "{id}" in row.pattern else [])
    return {
        "address": f"luot/{VERSION}/{{site}}/{row.pattern}",
        "description": row.doc,
        "parameters": {
            "site" if name == "site" else "id": {"$ref": f"#/components/parameters/{name}"} for name in used
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _carries(row)},
    }


def _operation(row: topics.Topic) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "action": _action(row),
        "channel": {"$ref": f"#/channels/{row.name}"},
        "summary": f"{_publisher(row)} publishes, {_readers(row)}.",
        "messages": _on_channel(row),
        "bindings": {"mqtt": {"qos": QOS, "retain": row.retained, "bindingVersion": _BINDING}},
    }
    if row.name in REPLIES:
        answered = topics.BY_NAME[REPLIES[row.name]]
        operation["reply"] = {
            "channel": {"$ref": f"#/channels/{answered.name}"},
            "messages": _on_channel(answered),
        }
    return operation


def _message(message: messages.Message) -> dict[str, Any]:
    answered = {topics.BY_NAME[name].message for pair in REPLIES.items() for name in pair}
    correlated = {"correlationId": {"location": "$message.payload#/id"}} if message.name in answered else {}
    return {
        "summary": message.doc,
        **correlated,
        "payload": {"$ref": f"#/components/schemas/{message.name}"},
        "examples": [{"payload": EXAMPLES[message.name]}],
    }


def _frame_message(frame: Frame) -> dict[str, Any]:
    return {
        "summary": frame.doc,
        "contentType": _COSE,
        "payload": {"$ref": f"#/components/schemas/{frame.name}"},
    }


def _frame_schema(frame: Frame) -> dict[str, Any]:
    return {
        "type": "string",
        "format": "binary",
        "maxLength": frames.MAX_BYTES,
        "description": "A COSE_Mac0 message (RFC 9052) with HMAC 256/256 and the key id in the unprotected header; its "
        "payload is a CBOR map (RFC 8949, core deterministic encoding), in which unknown keys are ignored.",
        "x-cose": {
            "tag": cose.TAG_MAC0,
            "external-aad": frame.direction.decode(),
            "key-bytes": cose.KEY_BYTES,
            "mac-bytes": cose.MAC_BYTES,
        },
        "x-cbor": [_frame_field(field) for field in frame.fields],
    }


def _frame_field(field: FrameField) -> dict[str, Any]:
    bounds = _BOUNDS[field.kind]
    names = {} if field.names is None else {"names": {str(value): name for value, name in field.names.items()}}
    return {
        "key": field.key,
        "name": field.name,
        "type": field.kind,
        **dict(zip(bounds, (field.least, field.most), strict=False)),
        "required": not field.optional,
        "description": field.doc,
        **names,
    }


def _all_frames() -> list[Frame]:
    return [frame for carried in FRAMES.values() for frame in carried]


def _carries(row: topics.Topic) -> list[str]:
    return [str(row.message)] if row.message else [frame.name for frame in FRAMES[row.name]]


def _on_channel(row: topics.Topic) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/{row.name}/messages/{name}"} for name in _carries(row)]


def _action(row: topics.Topic) -> str:
    return "send" if row.publisher == "controller" else "receive"


def _publisher(row: topics.Topic) -> str:
    names = {"controller": "The controller", "link": "A link", "console": "A console", "integrator": "An integrator"}
    return names[row.publisher]


def _readers(row: topics.Topic) -> str:
    if row.publisher != "controller":
        return "the controller subscribes"
    own = row.pattern.partition("/")[0]
    return (
        f"that {own} subscribes" if own in ("link", "console", "integrator") else "consoles and integrators subscribe"
    )


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.write_text(text(), encoding="utf-8")
    print(target)
