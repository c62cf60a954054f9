"""What this console knows of the office, gathered from its messages; asks nothing, sends nothing, shows nothing.

Times `*_s` are seconds of this machine's monotonic clock, times `*_ms` are office time. Whatever comes from the network
is taken field by field: a field that is not what the protocol says is as if it were not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from luot_controller.screen.fields import items, named, office_time, rows, text, whole
from luot_controller.screen.plain import plain
from luot_controller.screen.pulse import Pulse, Reach

WATCHED = ("office", "site", "service", "desk")
"""The topic names that the console is made of."""

HEAD = 5
HELD = 8
"""A desk tells no more of the numbers that it holds."""


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
        self.pulse = Pulse(now_s)

    @property
    def desk(self) -> Desk | None:
        """This console's own desk; None until the office has spoken of it."""
        return self.desks.get(self.desk_id)

    @property
    def served(self) -> frozenset[str]:
        """The services of this desk."""
        return self.site.desks.get(self.desk_id, frozenset()) if self.site else frozenset()

    @property
    def language(self) -> str | None:
        """The site's, once it is known."""
        return self.site.language if self.site else None

    def reach(self, now_s: float) -> Reach:
        """Whether the office, and this desk in it, can be reached at `now_s`."""
        reach = self.pulse.reach(now_s)
        desks = self.site.desks if self.site else {}
        return Reach.NO_DESK if reach is Reach.OPEN and desks and self.desk_id not in desks else reach

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

    def hear(self, name: str, topic_id: str | None, message: Mapping[str, Any], heard_s: float) -> None:
        """Take in one message of the watched topics, as `OfficeClient.on_change` gives it."""
        if name == "office":
            self.pulse.hear(message, heard_s)
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
        number = whole(message, "number")
        self.upcoming_known = True
        self.upcoming = None
        if number is not None:
            self.upcoming = Upcoming(
                number=number,
                service=text(message, "service"),
                class_id=text(message, "class"),
                rank_ms=office_time(message, "rank_ms"),
                reason=plain(message.get("reason"), 30),
                over=whole(message, "over"),
            )

    def forget_next(self) -> None:
        """Nobody knows who is next: the question got no answer."""
        self.upcoming, self.upcoming_known = None, False


def _site(message: Mapping[str, Any]) -> Site:
    return Site(
        name=plain(message.get("name")),
        language=text(message, "language"),
        services={row["id"]: plain(row.get("name")) for row in named(message, "services")},
        desks={row["id"]: frozenset(map(str, items(row, "services"))) for row in named(message, "desks")},
        heads={row["id"]: whole(row, "head_start_ms") or 0 for row in named(message, "classes")},
    )


def _line(message: Mapping[str, Any]) -> Line | None:
    if not message:
        return None
    people = [(whole(person, "number"), text(person, "class") or "") for person in rows(message, "head")]
    head = [(number, class_id) for number, class_id in people if number is not None]
    return Line(whole(message, "waiting") or 0, tuple(head[:HEAD]), whole(message, "lo_min"), whole(message, "hi_min"))


def _desk(message: Mapping[str, Any]) -> Desk | None:
    if not message:
        return None
    return Desk(
        stamp=(whole(message, "epoch") or 0, whole(message, "version") or 0),
        state=str(message.get("state", "")),
        number=whole(message, "number"),
        service=text(message, "service"),
        class_id=text(message, "class"),
        since_ms=office_time(message, "since_ms"),
        recalls=whole(message, "recalls") or 0,
        reason=plain(message.get("reason"), 30) or None,
        over=whole(message, "over"),
        held=tuple(_ints(message, "held")[:HELD]),
        undo=message.get("undo") is True,
    )


def _ints(message: Mapping[str, Any], key: str) -> list[int]:
    numbers = (whole({key: value}, key) for value in items(message, key))
    return [number for number in numbers if number is not None]


def _map(message: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = message.get(key)
    return value if isinstance(value, dict) else {}
