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

CLERK, SUPERVISOR = "clerk", "supervisor"

HEAD = 5
HELD = 8
"""A desk tells no more of the numbers that it holds, nor the office of no-shows."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk as it was last said; `stamp` is (epoch, version), `held` the numbers put aside, oldest first.

    `undo` is whether its last command can be taken back, `duty` whether it calls (`why` it is paused), `then` the
    services still to come after this one, `leaving` whether the citizen has given the card back, `called_ms` when the
    number was last called or recalled.
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
    duty: str = "open"
    why: str | None = None
    leaving: bool = False
    then: tuple[str, ...] = ()
    called_ms: int | None = None

    @property
    def version(self) -> int:
        """What a command to this desk must expect."""
        return self.stamp[1]


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one service: people waiting, the first few as (number, class), and the expected wait in minutes.

    `closes_first`: the office may close before a newcomer is served.
    """

    waiting: int
    head: tuple[tuple[int, str], ...] = ()
    lo_min: int | None = None
    hi_min: int | None = None
    closes_first: bool = False


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Who would be called next, and why."""

    number: int
    service: str | None
    class_id: str | None
    rank_ms: int | None
    reason: str
    over: int | None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the site asks of its clerks; `day_end` says by state of a visit what closing the day does to it."""

    next_finishes: bool = True
    recalls_before_no_show: int = 0
    no_show_pause_ms: int = 0
    day_end: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Site:
    """Names for ids; `heads` maps a class to its head start in ms, `desks` a desk to its services."""

    name: str = ""
    language: str | None = None
    services: dict[str, str] = field(default_factory=dict)
    desks: dict[str, frozenset[str]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)


class View:
    """The read model of one desk's console; `desk_id` is the desk it looks at, `role` clerk or supervisor.

    `missed` are the latest of the `no_shows` who have not come back, latest first; `cards_out` cards not given back.
    """

    def __init__(self, desk: str, now_s: float, role: str = CLERK) -> None:
        self.desk_id = desk
        self.role = role
        self.day_open = True
        self.missed: tuple[int, ...] = ()
        self.no_shows: int | None = None
        self.cards_out: int | None = None
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

    def look_at(self, desk_id: str) -> None:
        """Look at this desk from now on."""
        self.desk_id = desk_id
        self.forget_next()

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

    def services(self) -> dict[str, str]:
        """Names by id, in the site's order."""
        return {service: self.service_name(service) for service in (self.site.services if self.site else ())}

    def other_desks(self) -> dict[str, tuple[str, ...]]:
        """The services of each desk to which the visit could be sent alone: the others that are not closed."""
        open_ = [desk for desk in (self.site.desks if self.site else ()) if desk != self.desk_id and self._calls(desk)]
        desks = {
            desk: tuple(one for one in self.services() if self.site and one in self.site.desks[desk]) for desk in open_
        }
        return {desk: services for desk, services in desks.items() if services}

    def _calls(self, desk_id: str) -> bool:
        desk = self.desks.get(desk_id)
        return desk is not None and desk.duty != "closed"

    @property
    def rules(self) -> Rules:
        """The site's, once they are known."""
        return self.site.rules if self.site else Rules()

    def no_show_lacks(self, now_s: float) -> tuple[int, int]:
        """What the site still asks for before a no-show: so many recalls, and so many ms to wait after the last."""
        desk = self.desk
        if desk is None or desk.state != "called" or desk.leaving:
            return 0, 0
        at_ms, pause_ms = self.pulse.office_ms(now_s), self.rules.no_show_pause_ms
        left_ms = 0 if at_ms is None or desk.called_ms is None else desk.called_ms + pause_ms - at_ms
        return max(0, self.rules.recalls_before_no_show - desk.recalls), max(0, left_ms)

    def service_name(self, service: str | None) -> str:
        """The name of a service, its id where the site has none for it."""
        return (self.site.services.get(service or "") if self.site else None) or plain(service)

    def hear(self, name: str, topic_id: str | None, message: Mapping[str, Any], heard_s: float) -> None:
        """Take in one message of the watched topics, as `OfficeClient.on_change` gives it."""
        if name == "office":
            self.pulse.hear(message, heard_s)
            self.day_open = message.get("day") != "closed"
            self.missed = tuple(_ints(message, "missed_head")[:HELD])
            self.no_shows, self.cards_out = whole(message, "missed"), whole(message, "cards_out")
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
        classes={row["id"]: plain(row.get("name")) for row in named(message, "classes")},
        rules=_rules(_map(message, "rules")),
    )


def _rules(message: Mapping[str, Any]) -> Rules:
    return Rules(
        next_finishes=message.get("next_finishes") is not False,
        recalls_before_no_show=whole(message, "recalls_before_no_show") or 0,
        no_show_pause_ms=whole(message, "no_show_pause_ms") or 0,
        day_end={plain(state): plain(end) for state, end in _map(message, "day_end").items()},
    )


def _line(message: Mapping[str, Any]) -> Line | None:
    if not message:
        return None
    people = [(whole(person, "number"), text(person, "class") or "") for person in rows(message, "head")]
    head = [(number, class_id) for number, class_id in people if number is not None]
    return Line(
        whole(message, "waiting") or 0,
        tuple(head[:HEAD]),
        whole(message, "lo_min"),
        whole(message, "hi_min"),
        message.get("closes_first") is True,
    )


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
        duty=text(message, "duty") or "open",
        why=plain(message.get("why"), 60) or None,
        leaving=message.get("leaving") is True,
        then=tuple(map(str, items(message, "then")))[:HELD],
        called_ms=office_time(message, "called_ms"),
    )


def _ints(message: Mapping[str, Any], key: str) -> list[int]:
    numbers = (whole({key: value}, key) for value in items(message, key))
    return [number for number in numbers if number is not None]


def _map(message: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = message.get(key)
    return value if isinstance(value, dict) else {}
