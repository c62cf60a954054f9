"""What a site file can say: a struct a table, a field a key; docs/site.md is made of it. Reads no file."""

from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from luot_controller.engine.ledger_facts import ReaderPlace, SiteAdopted
from luot_controller.engine.model import DayEnd, Policy, Role, VisitState
from luot_controller.service.hours import Hours, Opening
from luot_protocol.messages import LARGEST_NUMBER

MINUTE_MS = 60_000

# "$" would let a newline follow.
ID_PATTERN = r"^[a-z0-9-]{1,32}\Z"
DESK_PATTERN = r"^[a-z0-9-]{1,27}\Z"
TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z"

Id = Annotated[str, Meta(pattern=ID_PATTERN)]
DeskId = Annotated[str, Meta(pattern=DESK_PATTERN)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Minutes = Annotated[int, Meta(ge=0, le=100_000)]
Number = Annotated[int, Meta(ge=1, le=LARGEST_NUMBER)]
TimeOfDay = Annotated[str, Meta(pattern=TIME_PATTERN)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Ending = Literal["expire", "keep", "refuse"]

_WEEKDAYS: Sequence[Weekday] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class SiteRow(Row, frozen=True, kw_only=True):
    """`[site]`: the office, and how it treats those who are late or change their mind."""

    id: Id
    """In every topic; does not change once readers are provisioned."""
    name: Name
    """What the screens show."""
    language: Literal["vi", "en"] = "vi"
    """Of the hall and, unless told otherwise, of the consoles and readers."""
    return_window_min: Minutes = 15
    """A no-show who taps again within this keeps the place; later it is a new one."""
    drop_window_min: Minutes = 2
    """A finished card tapped within this is asked to be dropped instead of opening a new visit."""
    timezone: str = "Asia/Ho_Chi_Minh"
    """IANA name of the zone in which days begin and explanations tell the time, on whatever machine they are read."""
    target_min: Annotated[int, Meta(ge=1, le=600)] = 15
    """Minutes within which a citizen should be called; what reports count against."""
    regret_window_s: Annotated[int, Meta(ge=0, le=3600)] = 60
    """Who dropped the card by mistake and taps it again within this goes on as before."""
    rating_window_s: Annotated[int, Meta(ge=0, le=3600)] = 10
    """A face pressed within this of the drop is a rating."""
    tap_age_limit_h: Annotated[int, Meta(ge=1, le=168)] = 12
    """The age of a tap delivered late counts up to this."""


class CallsRow(Row, frozen=True, kw_only=True):
    """`[calls]`: how a desk calls, and when a clerk may give up waiting."""

    next_finishes: bool = True
    """Calling the next finishes who is served at the desk; with false the clerk must finish first."""
    recalls_before_no_show: Annotated[int, Meta(ge=0, le=20)] = 0
    """A no-show is taken only after so many recalls."""
    no_show_pause_s: Annotated[int, Meta(ge=0, le=3600)] = 0
    """A no-show is taken only so long after the call or the last recall."""


class NumbersRow(Row, frozen=True, kw_only=True):
    """`[numbers]`: the numbers for visits without a card; left out, there are none. No card may bear one of them."""

    first: Number
    """The first of them."""
    last: Number
    """The last of them."""


class DayEndRow(Row, frozen=True, kw_only=True):
    """`[day_end]`: what closing the day does to those still here; "refuse" keeps the day open while there are any."""

    waiting: Ending = "expire"
    """Those in line."""
    called: Ending = "expire"
    """Those called who have not come yet."""
    serving: Literal["finish", "keep", "refuse"] = "finish"
    """Those at a desk."""
    held: Ending = "expire"
    """Those held by a desk."""
    missed: Ending = "expire"
    """No-shows who have not come back."""


class HoursRow(Row, frozen=True, kw_only=True):
    """`[[hours]]`: when the day opens and closes by itself, local time; left out, it is opened and closed by hand.

    Whoever may not be served before the last closing of the day is told so at the tap, and keeps the place.
    """

    days: Annotated[list[Weekday], Meta(min_length=1)]
    """The weekdays it is for."""
    opens: TimeOfDay
    """As HH:MM. The first of a day opens it."""
    closes: TimeOfDay
    """As HH:MM, later than `opens`. The last of a day closes it."""


class ServiceRow(Row, frozen=True, kw_only=True):
    """`[[services]]`: a group of procedures."""

    id: Id
    """In topics and in the ledger."""
    name: Name
    """What the screens show."""
    typical_min: Annotated[int, Meta(ge=1, le=480)] = 10
    """Minutes one takes, used until enough are measured."""
    target_min: Annotated[int, Meta(ge=0, le=600)] = 0
    """Minutes of waiting to stay below; 0 for the site's."""


class ClassRow(Row, frozen=True, kw_only=True):
    """`[[classes]]`: a priority class with its legal basis."""

    id: Id
    """In topics and in the ledger."""
    name: Name
    """What the screens show; never the ground of a person's priority."""
    head_start_min: Minutes = 0
    """H: ranks as if tapped this much earlier. 0 is a plain line, very many is strict priority."""
    legal_basis: Annotated[str, Meta(max_length=500)] = ""
    """Which rule gives it: law, decree or the site's own."""


class DeskRow(Row, frozen=True, kw_only=True):
    """`[[desks]]`: a counter and the services it serves."""

    id: DeskId
    """Its console is called desk-<id>, which is an id too."""
    services: Annotated[list[str], Meta(min_length=1)]
    """Ids of services; each service needs at least one desk."""


class ButtonRow(Row, frozen=True, kw_only=True):
    """`[[readers.buttons]]`: what the first, second, ... button of a reader chooses."""

    service: str
    """The id of a service."""
    class_: str = msgspec.field(name="class", default="")
    """The id of a class; left out, the reader's."""


class ReaderRow(Row, frozen=True, kw_only=True):
    """`[[readers]]`: a device that reads cards."""

    id: Id
    """Its name in topics; given to it when it is provisioned."""
    role: Role
    """What a tap at it means."""
    service: str = ""
    """What a tap without a button opens; an entry reader needs it."""
    class_: str = msgspec.field(name="class", default="")
    """The class of that visit; an entry reader needs it."""
    desk: str = ""
    """The desk it stands on; a desk reader needs it."""
    buttons: list[ButtonRow] = []
    """What its buttons choose."""
    faces: Annotated[int, Meta(ge=2, le=5)] = 3
    """How many faces a drop-off reader has; its first button is the best."""

    def choice(self, button: int) -> tuple[str | None, str | None]:
        """(service, class) for a button, 0 for none; (None, None) for one the reader does not have."""
        if button == 0:
            return self.service or None, self.class_ or None
        if button > len(self.buttons):
            return None, None
        row = self.buttons[button - 1]
        return row.service, row.class_ or self.class_ or None


class IntegratorRow(Row, frozen=True, kw_only=True):
    """`[[integrators]]`: another system that opens visits and cancels its own, such as a kiosk."""

    id: Id
    """Its user name at the broker, and its name in topics and in the ledger."""


class Site(Row, frozen=True, kw_only=True):
    """The whole file."""

    site: SiteRow
    calls: CallsRow = CallsRow()
    numbers: NumbersRow | None = None
    day_end: DayEndRow = DayEndRow()
    hours: list[HoursRow] = []
    services: Annotated[list[ServiceRow], Meta(min_length=1)]
    classes: Annotated[list[ClassRow], Meta(min_length=1)]
    desks: Annotated[list[DeskRow], Meta(min_length=1)]
    readers: list[ReaderRow] = []
    integrators: list[IntegratorRow] = []

    def policy(self) -> Policy:
        """What the engine decides by."""
        return Policy(
            head_start_ms={row.id: row.head_start_min * MINUTE_MS for row in self.classes},
            typical_ms={row.id: row.typical_min * MINUTE_MS for row in self.services},
            desk_services={row.id: frozenset(row.services) for row in self.desks},
            return_window_ms=self.site.return_window_min * MINUTE_MS,
            drop_window_ms=self.site.drop_window_min * MINUTE_MS,
            regret_ms=self.site.regret_window_s * 1000,
            rating_window_ms=self.site.rating_window_s * 1000,
            recalls_before_no_show=self.calls.recalls_before_no_show,
            no_show_pause_ms=self.calls.no_show_pause_s * 1000,
            next_finishes=self.calls.next_finishes,
            reserved=None if self.numbers is None else (self.numbers.first, self.numbers.last),
            day_ends={VisitState(name): DayEnd(end) for name, end in msgspec.structs.asdict(self.day_end).items()},
        )

    def opening_hours(self) -> Hours:
        """The week, one stretch of one weekday each."""
        stretches = [
            Opening(_WEEKDAYS.index(day), _minutes(row.opens), _minutes(row.closes))
            for row in self.hours
            for day in row.days
        ]
        return Hours(ZoneInfo(self.site.timezone), stretches)

    def adopted(self, at_ms: int, version: str) -> SiteAdopted:
        """The entry of the ledger that says that these rules are in force from `at_ms` on."""
        return SiteAdopted(
            at_ms=at_ms,
            version=version,
            site=self.site.id,
            timezone=self.site.timezone,
            services={row.id: row.name for row in self.services},
            classes={row.id: row.name for row in self.classes},
            readers={row.id: ReaderPlace(row.role, row.desk or None) for row in self.readers},
            tap_age_limit_ms=self.site.tap_age_limit_h * 60 * MINUTE_MS,
            policy=self.policy(),
        )


def _minutes(time_of_day: str) -> int:
    hours, _, minutes = time_of_day.partition(":")
    return int(hours) * 60 + int(minutes)
