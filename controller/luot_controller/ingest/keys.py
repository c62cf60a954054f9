"""A console's JSON becomes a clerk's command or a question, if that console may ask it."""

from collections.abc import Callable
from typing import Any

import msgspec

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
from luot_protocol import messages
from luot_protocol.errors import ProtocolError

MAX_BYTES = 2048

_COMMANDS: dict[str, Callable[..., DeskCommand]] = {
    kind.__name__: kind for kind in (CallNext, Recall, Start, Finish, NoShow, Hold, Resume, Transfer, Undo)
}


_MORE = {"Resume": ("number",), "Transfer": ("service",)}


def read_command(console: str, payload: bytes) -> tuple[str, DeskCommand | None]:
    """Return (command id, command); the command is None when this console may not command that desk.

    Raises ProtocolError for what is not a command message at all, and so has no id to reply to.
    """
    fields = _read(messages.COMMAND, payload)
    if console != f"desk-{fields['desk']}":
        return fields["id"], None
    more: dict[str, Any] = {}
    for name in _MORE.get(fields["command"], ()):
        if fields.get(name) is None:
            raise ProtocolError("message.missing", f"command.{name}")
        more[name] = fields[name]
    kind = _COMMANDS[fields["command"]]
    return fields["id"], kind(fields["desk"], fields.get("expects"), fields.get("expires_ms"), **more)


def read_ask(payload: bytes) -> dict[str, Any]:
    """Return the fields of an ASK message; raises ProtocolError."""
    return _read(messages.ASK, payload)


def _read(message: Any, payload: bytes) -> dict[str, Any]:
    if len(payload) > MAX_BYTES:
        raise ProtocolError("message.size", f"{len(payload)} bytes")
    try:
        fields: dict[str, Any] = message.check(msgspec.json.decode(payload))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError("message.json", str(error)) from None
    if len(fields["id"]) > 64:
        raise ProtocolError("message.id", "longer than 64")
    return fields
