"""A morning at a small office, in which somebody is called for each reason there is; told in both languages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine_day import DESK_READERS, adopted
from recorded_day import RecordedDay

from luot_controller.engine.commands import CallNext, DeskCommand, Finish, Hold, NoShow, Resume, Start
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

    def key(self, clock: str, *commands: DeskCommand) -> None:
        """Clerks press keys."""
        self.now_ms = at(clock)
        for command in commands:
            self.do(command)


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
