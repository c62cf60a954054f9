"""What this console knows of the office, gathered from its messages; asks nothing, sends nothing, shows nothing.

Times `*_s` are seconds of this machine's monotonic clock, times `*_ms` are office time. Whatever comes from the network
is taken field by field: a field that is not what the protocol says is as if it were not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from luot_controller.console.plain import plain
from luot_controller.errors import AccessRefused, LuotError

STALE_S = 5.0
"""The office's pulse comes every two seconds; without one for this long, what is shown may be out of date."""

HEAD = 5
HELD = 8
"""A desk tells no more of the numbers that it holds."""

_MAX_INT = 1 << 53
_MAX_OFFICE_MS = 250_000_000_000_000  # in the year 9892; a clock cannot be read much beyond


class Reach(Enum):
    """Whether the office can be reached, and what it is that is missing."""

    SEEKING = auto()
    """No word yet, and not long enough to worry."""
    OPEN = auto()
    CUT = auto()
    """The broker does not answer."""
    REFUSED = auto()
    """The broker does not accept this console."""
    STALE = auto()
    """The broker answers, the office has been silent for STALE_S."""
    LOST = auto()
    """The broker says that the controller has gone without a goodbye."""
    STOPPED = auto()
    """The controller was stopped."""
    NO_DESK = auto()
    """The office is there, but has no such desk."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk as it was last said; `stamp` is (epoch, version), `held` the numbers put aside, oldest first.

    `undo` is whether its last command can be taken back.
    """

    stamp: tuple[int, int]
    state: str
    number: int | None = None
    service: str | None = None
    class_id: str | None = None
    since_ms: int | None = None
    recalls: int = 0
    reason: str | None = None
    over: int | None = None
    held: tuple[int, ...] = ()
    undo: bool = False

    @property
    def version(self) -> int:
        """What a command to this desk must expect."""
        return self.stamp[1]


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one service: people waiting, the first few as (number, class), and the expected wait in minutes."""

    waiting: int
    head: tuple[tuple[int, str], ...] = ()
    lo_min: int | None = None
    hi_min: int | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Who would be called next, and why."""

    number: int
    service: str | None
    class_id: str | None
    rank_ms: int | None
    reason: str
    over: int | None


@dataclass(slots=True)
class Site:
    """Names for ids; `heads` maps a class to its head start in ms, `desks` a desk to its services."""

    name: str = ""
    language: str | None = None
    services: dict[str, str] = field(default_factory=dict)
    desks: dict[str, frozenset[str]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)


class View:
    """The read model of one desk's console; `desk` is the desk's id."""

    def __init__(self, desk: str, now_s: float) -> None:
        self.desk_id = desk
        self.site: Site | None = None
        self.desks: dict[str, Desk] = {}
        self.lines: dict[str, Line] = {}
        self.upcoming: Upcoming | None = None
        self.upcoming_known = False
        self.problem: LuotError | None = None
        self._office = ""
        self._pulse_s: float | None = None
        self._began_s = now_s
        self._linked: bool | None = None
        self._at: tuple[int, float, float] | None = None

    @property
    def desk(self) -> Desk | None:
        """This console's own desk; None until the office has spoken of it."""
        return self.desks.get(self.desk_id)

    @property
    def served(self) -> frozenset[str]:
        """The services of this desk."""
        return self.site.desks.get(self.desk_id, frozenset()) if self.site else frozenset()

    @property
    def linked(self) -> bool:
        """Whether the broker is connected."""
        return self._linked is True

    def reach(self, now_s: float) -> Reach:
        """Whether the office can be reached at `now_s`."""
        if isinstance(self.problem, AccessRefused):
            return Reach.REFUSED
        if self._linked is False or (self._linked is None and self.problem is not None):
            return Reach.CUT
        if self._office in ("lost", "stopped"):
            return Reach.LOST if self._office == "lost" else Reach.STOPPED
        if now_s - (self._began_s if self._pulse_s is None else self._pulse_s) > STALE_S:
            return Reach.STALE
        if self._pulse_s is None:
            return Reach.SEEKING
        return Reach.NO_DESK if self.site and self.site.desks and self.desk_id not in self.site.desks else Reach.OPEN

    def office_ms(self, now_s: float) -> int | None:
        """Office time at `now_s`; None until the office has told it."""
        if self._at is None:
            return None
        at_ms, heard_s, speed = self._at
        return min(at_ms + int((now_s - heard_s) * 1000 * speed), _MAX_OFFICE_MS)

    def lasting_ms(self, seconds: float) -> int:
        """How much office time passes in `seconds` of ours."""
        return int(seconds * 1000 * (self._at[2] if self._at else 1))

    def is_priority(self, class_id: str | None) -> bool:
        """Whether a class has a head start; the ground for it is nobody's business here."""
        return bool(self.site and class_id and self.site.heads.get(class_id, 0) > 0)

    def other_services(self) -> dict[str, str]:
        """Where the visit at the desk could be transferred: names by id, in the site's order."""
        services = self.site.services if self.site else {}
        here = self.desk.service if self.desk else None
        return {service: self.service_name(service) for service in services if service != here}

    def service_name(self, service: str | None) -> str:
        """The name of a service, its id where the site has none for it."""
        return (self.site.services.get(service or "") if self.site else None) or plain(service)

    def hear_link(self, up: bool, now_s: float) -> None:
        """The connection to the broker came up or was lost; after a loss, the office must speak anew."""
        self._linked = up
        if up:
            self.problem = None
            self._began_s = now_s
        else:
            self._pulse_s, self._office = None, ""

    def hear(self, name: str, topic_id: str | None, message: Mapping[str, Any], heard_s: float) -> None:
        """Take in one message of the watched topics, as `OfficeClient.on_change` gives it."""
        if name == "office":
            self._hear_office(message, heard_s)
        elif name == "site" and message:
            self.site = _site(message)
        elif name == "service" and topic_id:
            line = _line(message)
            if line:
                self.lines[topic_id] = line
            else:
                self.lines.pop(topic_id, None)
        elif name == "desk" and topic_id:
            desk = _desk(message)
            if desk:
                self.desks[topic_id] = desk
            else:
                self.desks.pop(topic_id, None)

    def hear_reply(self, message: Mapping[str, Any]) -> None:
        """Take in the desk that a reply holds, unless a newer word of it has come already."""
        desk = _desk(_map(message, "desk"))
        if desk and (self.desk is None or desk.stamp >= self.desk.stamp):
            self.desks[self.desk_id] = desk

    def hear_next(self, message: Mapping[str, Any]) -> None:
        """Take in the answer to `ask next`: a map of one person, empty when nobody waits."""
        number = _int(message, "number")
        self.upcoming_known = True
        self.upcoming = None
        if number is not None:
            self.upcoming = Upcoming(
                number=number,
                service=_id(message, "service"),
                class_id=_id(message, "class"),
                rank_ms=_int(message, "rank_ms"),
                reason=plain(message.get("reason"), 30),
                over=_int(message, "over"),
            )

    def forget_next(self) -> None:
        """Nobody knows who is next: the question got no answer."""
        self.upcoming, self.upcoming_known = None, False

    def _hear_office(self, message: Mapping[str, Any], heard_s: float) -> None:
        self._office = str(message.get("state", ""))
        if self._office == "open":
            self._pulse_s = heard_s
            self.problem = None
        at_ms, speed = _int(message, "at_ms"), message.get("speed", 1)
        if at_ms is not None:
            scaled = isinstance(speed, int | float) and not isinstance(speed, bool) and 0 < speed < 1e6
            self._at = (at_ms, heard_s, float(speed) if scaled else 1.0)


def _site(message: Mapping[str, Any]) -> Site:
    return Site(
        name=plain(message.get("name")),
        language=_id(message, "language"),
        services={row["id"]: plain(row.get("name")) for row in _rows(message, "services")},
        desks={row["id"]: frozenset(map(str, _list(row, "services"))) for row in _rows(message, "desks")},
        heads={row["id"]: _int(row, "head_start_ms") or 0 for row in _rows(message, "classes")},
    )


def _line(message: Mapping[str, Any]) -> Line | None:
    if not message:
        return None
    people = [person for person in _list(message, "head") if isinstance(person, dict)]
    head = [(number, _id(person, "class") or "") for person in people if (number := _int(person, "number")) is not None]
    return Line(_int(message, "waiting") or 0, tuple(head[:HEAD]), _int(message, "lo_min"), _int(message, "hi_min"))


def _desk(message: Mapping[str, Any]) -> Desk | None:
    if not message:
        return None
    return Desk(
        stamp=(_int(message, "epoch") or 0, _int(message, "version") or 0),
        state=str(message.get("state", "")),
        number=_int(message, "number"),
        service=_id(message, "service"),
        class_id=_id(message, "class"),
        since_ms=_int(message, "since_ms"),
        recalls=_int(message, "recalls") or 0,
        reason=plain(message.get("reason"), 30) or None,
        over=_int(message, "over"),
        held=tuple(_ints(message, "held")[:HELD]),
        undo=message.get("undo") is True,
    )


def _ints(message: Mapping[str, Any], key: str) -> list[int]:
    numbers = (_int({key: value}, key) for value in _list(message, key))
    return [number for number in numbers if number is not None]


def _rows(message: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    return [row for row in _list(message, key) if isinstance(row, dict) and isinstance(row.get("id"), str)]


def _list(message: Mapping[str, Any], key: str) -> list[Any]:
    value = message.get(key)
    return value if isinstance(value, list) else []


def _map(message: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = message.get(key)
    return value if isinstance(value, dict) else {}


def _int(message: Mapping[str, Any], key: str) -> int | None:
    value = message.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_INT else None


def _id(message: Mapping[str, Any], key: str) -> str | None:
    value = message.get(key)
    return value if isinstance(value, str) else None
