"""A sender's JSON becomes a command or a question, if that sender may say it. Knows nothing of the line."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from luot_controller.engine import commands
from luot_controller.engine.commands import DeskCommand, OfficeCommand
from luot_controller.engine.events import Refused
from luot_protocol import messages
from luot_protocol.card import HASH_BYTES
from luot_protocol.errors import ProtocolError
from luot_protocol.frames import CLOCK_GOOD, CLOCK_UNKNOWN, Tap

MAX_BYTES = 2048
SUPERVISOR = "supervisor"

MOST_ENROLMENT_S = 60
"""A reader enrols no longer than this unless it is said again: whoever said so may be gone."""


class ReloadSite:
    """The site file has changed: look at it now."""


class IdentifyReader(NamedTuple):
    """Let a reader blink."""

    reader: str


@dataclass(frozen=True, slots=True)
class EnrolCards:
    """Let the reader give numbers to new cards for a while, from `number` on; without one, as it goes on now."""

    by: str
    reader: str
    for_s: int
    number: int | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class EndEnrolment:
    """Let the reader be a reader again."""

    by: str
    reader: str


@dataclass(frozen=True, slots=True)
class HandInTaps:
    """Take these taps, made under the key `kid`, which were read out of the reader's flash."""

    by: str
    reader: str
    kid: bytes
    taps: tuple[Tap, ...]


Technical = EnrolCards | EndEnrolment | HandInTaps
"""What is said about readers and cards, not to the line."""

Said = DeskCommand | OfficeCommand | ReloadSite | IdentifyReader | Technical | Refused
"""What a command message asks for; Refused where this sender may not, or the card it names is none of the site."""

_TECHNICAL = ("EnrolCards", "EndEnrolment", "HandInTaps")

_KINDS: dict[str, Callable[..., DeskCommand | OfficeCommand]] = {
    name: getattr(commands, name) for name in messages.COMMANDS if hasattr(commands, name)
}


class _More(NamedTuple):
    """Fields that a command needs, and that it may have, beside the ones of all."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


_MORE = {
    "CallVisit": _More(("number", "reason")),
    "Resume": _More(("number",)),
    "Transfer": _More((), ("service", "to_desk", "then")),
    "PauseDesk": _More(("reason",)),
    "OpenVisit": _More(("service", "class"), ("then", "number", "appointed_ms")),
    "CancelVisit": _More(("number",), ("reason",)),
    "ReturnVisit": _More(("number",)),
    "BlockCard": _More(("number",), ("reason",)),
    "UnblockCard": _More(("number",)),
    "ReplaceCard": _More(("number", "replacement")),
    "IdentifyReader": _More(("reader",)),
    "RetireCard": _More(("number",), ("reason",)),
    "EnrolCards": _More(("reader", "for_s"), ("number", "paused")),
    "EndEnrolment": _More(("reader",)),
    "HandInTaps": _More(("reader", "kid", "taps")),
}

_CARDS = {"OpenVisit": "number", "BlockCard": "number", "ReplaceCard": "replacement", "RetireCard": "number"}
"""The field that must name a card of the site."""

_DAY = frozenset({"OpenDay", "CloseDay", "ReloadSite", "IdentifyReader"})
_STOCK = frozenset({"RetireCard", *_TECHNICAL})
_DUTIES = frozenset({"OpenDesk", "PauseDesk", "CloseDesk"})
_VISITS = frozenset({"OpenVisit", "CancelVisit", "ReturnVisit", "BlockCard", "UnblockCard", "ReplaceCard"})

RIGHTS = {
    "clerk": frozenset(messages.COMMANDS) - _DAY - _STOCK,
    "supervisor": _DAY | _STOCK | _DUTIES | _VISITS | {"CallVisit"},
    "integrator": frozenset({"OpenVisit", "CancelVisit"}),
}
"""What each kind of sender may say; a clerk only to the own desk."""


def read_command(
    sender: str, payload: bytes, cards: Container[int] = (), *, integrator: bool = False
) -> tuple[str, Said]:
    """Return (command id, what it asks for); `cards` are the numbers of the site's cards.

    Raises ProtocolError for what is not a command message at all, and so has no id to reply to.
    """
    fields = _read(messages.COMMAND, payload)
    name, desk = fields["command"], fields.get("desk")
    to_desk = name in _DESK_COMMANDS
    if to_desk and desk is None:
        raise ProtocolError("message.missing", "command.desk")
    more = _more(fields)
    kind = "integrator" if integrator else "supervisor" if sender == SUPERVISOR else "clerk"
    own = sender.removeprefix("desk-")
    is_own = desk in (None, own) and own != sender
    if name not in RIGHTS[kind] or (kind == "clerk" and not is_own):
        return fields["id"], Refused("forbidden")
    if name == ReloadSite.__name__:
        return fields["id"], ReloadSite()
    if name == IdentifyReader.__name__:
        return fields["id"], IdentifyReader(**more)
    if name in _TECHNICAL:
        return fields["id"], _technical(name, sender, more)
    card = _CARDS.get(name)
    if card is not None and more.get(card) is not None and more[card] not in cards:
        return fields["id"], Refused("unknown_card")
    expires_ms = fields.get("expires_ms")
    if to_desk:
        by = None if kind == "clerk" else sender
        return fields["id"], _KINDS[name](desk, fields.get("expects"), expires_ms, by, **more)
    if name == "CancelVisit":
        more["own"] = integrator
    return fields["id"], _KINDS[name](sender, own if kind == "clerk" else None, expires_ms, **more)


def read_ask(payload: bytes) -> dict[str, Any]:
    """Return the fields of an ASK message; raises ProtocolError."""
    return _read(messages.ASK, payload)


_DESK_COMMANDS = frozenset(
    name for name, kind in _KINDS.items() if isinstance(kind, type) and issubclass(kind, DeskCommand)
)


def _more(fields: dict[str, Any]) -> dict[str, Any]:
    """The arguments that only this command has, in the engine's words."""
    name = fields["command"]
    needs, may = _MORE.get(name, _More())
    for field in needs:
        if fields.get(field) is None:
            raise ProtocolError("message.missing", f"command.{field}")
    more = {field: fields[field] for field in (*needs, *may) if fields.get(field) is not None}
    if "then" in more:
        more["then"] = tuple(more["then"])
        if not all(isinstance(service, str) for service in more["then"]):
            raise ProtocolError("message.kind", "command.then is not a list of text")
    if name == "Transfer" and not more.keys() & {"service", "to_desk"}:
        raise ProtocolError("message.missing", "command.service")
    if name == "OpenVisit":
        more["services"] = (more.pop("service"), *more.pop("then", ()))
        more["class_id"] = more.pop("class")
    return more


def _technical(name: str, sender: str, more: dict[str, Any]) -> Technical | Refused:
    if name == "EndEnrolment":
        return EndEnrolment(sender, **more)
    if name == "EnrolCards":
        more["for_s"] = max(1, min(more["for_s"], MOST_ENROLMENT_S))
        return EnrolCards(sender, **more)
    try:
        kid = bytes.fromhex(more["kid"])
        taps = tuple(_handed_in(*row) for row in more["taps"])
    except (ValueError, TypeError):
        return Refused("unreadable_taps")
    return HandInTaps(sender, more["reader"], kid, taps) if kid else Refused("unreadable_taps")


def _handed_in(boot: object, seq: object, card: str, age_ms: int | None, button: object) -> Tap:
    """One row of `taps`; raises ValueError or TypeError."""
    numbers = (boot, seq, button, 0 if age_ms is None else age_ms)
    if not all(type(number) is int and 0 <= number <= messages.MAX_INT for number in numbers):
        raise ValueError
    if len(raw := bytes.fromhex(card)) != HASH_BYTES:
        raise ValueError
    return Tap(boot, seq, raw, age_ms, CLOCK_UNKNOWN if age_ms is None else CLOCK_GOOD, button)


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
