"""A morning at a small office, in which somebody is called for each reason there is; told in both languages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine_day import DESK_READERS, adopted
from recorded_day import RecordedDay

from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    Command,
    EnrolTap,
    Finish,
    Hold,
    NoShow,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    Recall,
    ReplaceCard,
    Resume,
    RetireCard,
    ReturnVisit,
    Start,
    Tap,
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.events import ClosingPlanned, Refused
from luot_controller.engine.model import Role

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(clock: str) -> int:
    """Office time of that morning."""
    hour, minute = map(int, clock.split(":"))
    return int(datetime(2026, 11, 20, hour, minute, tzinfo=ZONE).timestamp() * 1000)


class Morning(RecordedDay):
    """A day that is told by the clock."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.now_ms = at("08:00")
        self.enter(adopted(at_ms=self.now_ms, **DESK_READERS))

    def comes(self, clock: str, number: int, service: str = "papers", first: bool = False) -> None:
        """A card is tapped at the entry."""
        self.now_ms = at(clock)
        self.tap(number, service=service, class_id="first" if first else "plain")

    def asks(self, clock: str, number: int) -> None:
        """A card is tapped at the info reader."""
        self.now_ms = at(clock)
        self.tap(number, Role.INFO)

    def drops(self, clock: str, number: int, face: int | None = None) -> None:
        """A card is given back, and a face pressed."""
        self.now_ms = at(clock)
        self.tap(number, Role.DROPOFF, face=face)

    def key(self, clock: str, *commands: Command) -> None:
        """Keys are pressed, none of them in vain."""
        self.now_ms = at(clock)
        for command in commands:
            for event in self.do(command):
                assert not isinstance(event, Refused), (clock, command, event)


def told_day() -> Morning:
    """12 and 17 at one desk; 30 of another service; 12 misses its call and returns; 8 is put on hold."""
    day = Morning()
    day.comes("08:10", 12)
    day.comes("08:20", 30, service="land")
    day.comes("08:30", 8)
    day.comes("08:50", 17, first=True)
    day.key("09:05", CallNext("1"))  # 17, before 12
    day.key("09:06", Start("1"))
    day.key("09:15", Finish("1"), CallNext("1"))  # 12
    day.key("09:18", NoShow("1"), CallNext("1"))  # 8, though 30 has waited longer for another service
    day.asks("09:20", 12)
    day.key("09:21", Hold("1"))
    day.key("09:22", CallNext("1"))  # 12 again
    day.key("09:30", Finish("1"), Resume("1", number=8))
    day.key("09:40", Finish("1"))
    day.comes("09:41", 40)
    day.comes("09:50", 41)
    day.comes("09:55", 42, first=True)
    return day


def told_afternoon() -> Morning:
    """The rarer things: an appointment, an override, a desk of one's own, two services, a lost card, the day's end."""
    day = told_day()
    day.enter(ClosingPlanned(day.now_ms, at("17:00")))
    day.key("13:00", OpenVisit("kiosk", services=("papers",), class_id="plain", number=60, appointed_ms=at("13:10")))
    day.key("13:05", CallNext("3"), Start("3"), Finish("3"))  # 30
    day.comes("13:11", 61)
    day.key("13:12", CallNext("1"), Start("1"))  # 42
    day.key("13:13", Finish("1"), CallNext("1"), Start("1"), Finish("1"))  # 40
    day.key("13:14", CallNext("1"), Start("1"), Finish("1"))  # 41
    day.key("13:15", CallNext("1"))  # 60, by its appointment
    day.key("13:20", Finish("1"), OpenVisit("desk-1", "1", services=("papers", "land"), class_id="plain", number=62))
    day.key("13:21", CallVisit("1", number=62, reason="in pain"))  # before 61
    day.key("13:25", Start("1"), Finish("1"))  # goes on to land
    day.key("13:30", CallNext("3"))  # 62, though 61 came before
    day.key("13:31", Transfer("3", service="land", to_desk="3"), CallNext("2"))  # 61, since 62 waits for desk 3 alone
    day.key("13:32", CloseDesk("3"), BlockCard("desk-1", "1", number=99), UnblockCard("desk-1", "1", number=99))
    day.key("13:33", Recall("2"), ReplaceCard("desk-2", "2", number=61, replacement=63))
    day.key("13:34", Start("2"))
    day.drops("13:35", 63)
    day.now_ms += 30_000
    day.tap(63, Role.INFO)  # it was a slip
    day.key("13:40", Finish("2"))
    day.drops("13:41", 63, face=1)
    day.comes("13:42", 64)
    day.drops("13:43", 64)
    day.now_ms += 30_000
    day.tap(64)  # that was a slip, too
    day.key("13:44", PauseDesk("1", reason="tea"), CallNext("2"), OpenDesk("1"))  # 62
    day.key("13:45", Hold("2"), ReturnVisit("desk-2", "2", number=62), CallNext("2"))  # 62, from hold
    day.key("13:46", Undo("2"))
    day.comes("13:47", 65)
    day.key("13:48", CancelVisit("desk-1", "1", number=65, reason="no papers"))
    day.key("17:00", CloseDay("supervisor"), OpenDay("supervisor"))
    tap = Tap("info", "k9", 1, 1, None, day.now_ms, True, Role.INFO)
    day.key("17:01", EnrolTap(tap, 98, "supervisor"), RetireCard("supervisor", number=98))
    return day
