"""The data of the line: the site's policy, and the state that the events of the ledger add up to. No behaviour.

All times are office milliseconds; all ids are the site file's, but for visits, which are numbered from 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter

from luot_controller.engine.order import Entry, Lines
from luot_controller.engine.pace import Pace


class VisitState(StrEnum):
    """Where a visit stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    MISSED = "missed"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OVER = frozenset({VisitState.FINISHED, VisitState.CANCELLED, VisitState.EXPIRED})
"""States from which a visit does not go on: the card may open a new one."""


class Role(StrEnum):
    """What a tap at a reader means."""

    ENTRY = "entry"
    INFO = "info"
    DESK = "desk"
    DROPOFF = "dropoff"


class Duty(StrEnum):
    """Whether a desk calls: a paused or closed one calls nobody and does not count in estimates."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class DayEnd(StrEnum):
    """What closing the day does to a visit: ends it, keeps it for the next day, or is refused because of it."""

    EXPIRE = "expire"
    FINISH = "finish"
    KEEP = "keep"
    REFUSE = "refuse"


DAY_ENDS: Mapping[VisitState, DayEnd] = {
    VisitState.WAITING: DayEnd.EXPIRE,
    VisitState.CALLED: DayEnd.EXPIRE,
    VisitState.SERVING: DayEnd.FINISH,
    VisitState.HELD: DayEnd.EXPIRE,
    VisitState.MISSED: DayEnd.EXPIRE,
}
"""What happens at the end of the day where the site file says nothing."""


def line_of_desk(desk: str) -> str:
    """The line of those who wait for this desk alone; no service's id begins so."""
    return f"@{desk}"


def is_of_desk(line: str) -> bool:
    """True for the line of one desk, which is no service's."""
    return line.startswith("@")


@dataclass(frozen=True, slots=True)
class Policy:
    """What the site decides. `head_start_ms` is H of each class; `typical_ms` stands in until services are measured."""

    head_start_ms: dict[str, int]
    typical_ms: dict[str, int]
    desk_services: dict[str, frozenset[str]]
    return_window_ms: int = 15 * 60_000
    """A no-show who taps again within this keeps the place; later it is a new one."""
    drop_window_ms: int = 2 * 60_000
    """A finished card tapped within this is told to drop the card; later it opens a new visit."""
    regret_ms: int = 60_000
    """Who dropped the card by mistake and taps again within this goes on as before."""
    rating_window_ms: int = 10_000
    """A face pressed within this of the drop is the rating."""
    recalls_before_no_show: int = 0
    """A no-show is taken only after so many recalls,"""
    no_show_pause_ms: int = 0
    """and so long after the last of them, or after the call."""
    next_finishes: bool = True
    """CallNext finishes who is served at the desk; else it is refused until the clerk has."""
    reserved: tuple[int, int] | None = None
    """First and last number for visits without a card; None: there are none."""
    day_ends: Mapping[VisitState, DayEnd] = field(default_factory=lambda: DAY_ENDS)

    desk_lines: dict[str, frozenset[str]] = field(init=False)
    """The lines a desk calls from: its services' and its own."""
    desks_for: dict[str, tuple[str, ...]] = field(init=False)
    """The desks that call from a line."""
    rivals: dict[str, frozenset[str]] = field(init=False)
    """The lines whose people may be called before someone of this one, itself included."""
    shared: dict[str, dict[str, float]] = field(init=False)
    """For a line and each of its rivals: the share of the rival's desks that call from the line, too."""

    def __post_init__(self) -> None:
        desk_lines = {desk: served | {line_of_desk(desk)} for desk, served in self.desk_services.items()}
        lines = [*self.typical_ms, *map(line_of_desk, self.desk_services)]
        desks_for = {line: tuple(desk for desk, of in desk_lines.items() if line in of) for line in lines}
        rivals = {line: frozenset({line}.union(*(desk_lines[at] for at in desks_for[line]))) for line in lines}
        object.__setattr__(self, "desk_lines", desk_lines)
        object.__setattr__(self, "desks_for", desks_for)
        object.__setattr__(self, "rivals", rivals)
        shared = {
            line: {
                rival: len(set(desks).intersection(desks_for.get(rival, ()))) / max(1, len(desks_for.get(rival, ())))
                for rival in sorted(rivals[line])
            }
            for line, desks in desks_for.items()
        }
        object.__setattr__(self, "shared", shared)


@dataclass(slots=True)
class Visit:
    """One citizen's stay. `key_ms` = `rank_ms` - `head_start_ms`; `since_ms` is when the present state began.

    `desk` is where it is called, served or held, or was last; `version` is the event that last changed the visit.
    """

    id: int
    number: int
    service: str
    class_id: str
    rank_ms: int
    head_start_ms: int
    state: VisitState
    since_ms: int
    desk: str | None = None
    called_ms: int | None = None
    recalls: int = 0
    returned: bool = False
    reason: str | None = None
    over: int | None = None
    version: int = 0
    opened_ms: int | None = None
    """When the citizen tapped or was checked in; in a visit of an older version its rank time."""
    called_again_ms: int | None = None
    """When it was last called or recalled."""
    appointed_ms: int | None = None
    """The appointed time, where that is the rank time."""
    then: tuple[str, ...] = ()
    """The services that follow this one, in turn."""
    bound: str | None = None
    """The one desk that may call it, while that desk is not closed."""
    card: bool = True
    """False for a number of the reserved range, to which no card belongs."""
    opened_by: str | None = None
    """Whose command opened it; None for a tap."""
    dropped_ms: int | None = None
    """When its card was given back; None while it is out."""
    was: VisitState | None = None
    """Where a cancelled visit stood before."""
    rated: bool = False
    """Whether a face was pressed; which one is not kept here."""

    @property
    def key_ms(self) -> int:
        """The order: smallest first."""
        return self.rank_ms - self.head_start_ms

    @property
    def entry(self) -> Entry:
        """The visit's place in a line."""
        return (self.key_ms, self.rank_ms, self.id)

    @property
    def line(self) -> str:
        """The line it waits in, when it waits."""
        return self.service if self.bound is None else line_of_desk(self.bound)

    @property
    def tapped_ms(self) -> int:
        """When the citizen came."""
        return self.rank_ms if self.opened_ms is None else self.opened_ms

    def copy(self) -> "Visit":
        """The visit as it is now; six times faster than dataclasses.replace, and done with every command."""
        return Visit(*_values(self))


_values = attrgetter(*(field.name for field in fields(Visit)))


@dataclass(frozen=True, slots=True)
class Before:
    """A visit as it was before a clerk's command, and the version that the command gave it."""

    visit: Visit
    version: int


@dataclass(slots=True)
class Desk:
    """One desk: the visit called to it or served at it, those it holds, and the event that last changed it, at `at_ms`.

    `undo` is what its last command changed, oldest first; empty when there is nothing to undo.
    """

    id: str
    visit: int | None = None
    version: int = 0
    held: list[int] = field(default_factory=list)
    undo: list[Before] = field(default_factory=list)
    at_ms: int = 0
    duty: Duty = Duty.OPEN
    why: str | None = None
    """Why it is paused."""


@dataclass(slots=True)
class Hall:
    """The day, and the cards that may not be used."""

    open: bool = True
    opened_ms: int | None = None
    closed_ms: int | None = None
    """The last close: a tap made up to then and heard later belongs to no day."""
    blocked: set[int] = field(default_factory=set)
    closing_ms: int | None = None
    """When this day is to be closed; None where nobody has said."""


@dataclass(slots=True)
class State:
    """Everything the ledger adds up to. `visits` holds each number's latest visit; `by_number` finds it."""

    desks: dict[str, Desk]
    visits: dict[int, Visit] = field(default_factory=dict)
    by_number: dict[int, int] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    paces: dict[str, Pace] = field(default_factory=dict)
    paced: set[str] = field(default_factory=set)
    """The services whose pace has changed since a store last asked."""
    hall: Hall = field(default_factory=Hall)
    last_reserved: int | None = None
    """The number that was last given to a visit without a card."""
    event_id: int = 0
    visit_id: int = 0
    at_ms: int = 0

    @classmethod
    def empty(cls, policy: Policy) -> "State":
        """A site on its first day."""
        return cls(desks={desk: Desk(desk) for desk in policy.desk_services})

    def pace(self, service: str) -> Pace:
        """What is measured of a service, to be changed."""
        self.paced.add(service)
        return self.paces.setdefault(service, Pace())

    def of_number(self, number: int) -> Visit | None:
        """The latest visit of this number."""
        found = self.by_number.get(number)
        return None if found is None else self.visits[found]

    def cards_out(self) -> int:
        """How many cards were not given back."""
        return sum(visit.card and visit.dropped_ms is None for visit in self.visits.values())

    def at_desk(self, desk: str) -> Visit | None:
        """The visit that is called to, or served at, this desk."""
        found = self.desks[desk].visit
        return None if found is None else self.visits[found]
