"""An office in memory that speaks to the board as `client.OfficeClient` does: the same messages in the same order.

Nothing passes by itself: pulses and time come from the test.
"""

from typing import Any

from luot_controller.errors import LuotError, OfficeUnreachable
from luot_controller.screen.office import OnChange, OnLink

START_MS = 1_780_022_460_000  # 09:41 in Vietnam
MINUTE_MS = 60_000

SITE: dict[str, Any] = {
    "name": "Bộ phận Một cửa",
    "language": "vi",
    "services": [
        {"id": "ho-tich", "name": "Hộ tịch"},
        {"id": "chung-thuc", "name": "Chứng thực"},
        {"id": "dat-dai", "name": "Đất đai"},
    ],
    "desks": [{"id": "1", "services": ["ho-tich"]}, {"id": "2", "services": ["dat-dai"]}],
    "classes": [],
}


class Clock:
    """A monotonic clock that stands still until it is moved; it begins at a full turn of the pages."""

    def __init__(self) -> None:
        self.now_s = 4800.0

    def __call__(self) -> float:
        return self.now_s


def call(number: int, desk: str, minutes: int = 0, state: str = "called") -> dict[str, Any]:
    """One row of the message `board`: called so many minutes before START_MS."""
    return {"number": number, "desk": desk, "at_ms": START_MS - minutes * MINUTE_MS, "state": state}


def board(*calls: dict[str, Any], version: int = 1, epoch: int = 1, waiting: int = 0) -> dict[str, Any]:
    """The message `board`, newest call first."""
    return {"epoch": epoch, "version": version, "calls": list(calls), "waiting": waiting}


def desk(number: int, recalls: int, visit: int = 7, state: str = "called") -> dict[str, Any]:
    """The message `desk` of a desk with somebody at it."""
    return {"epoch": 1, "version": 1, "state": state, "number": number, "visit": visit, "recalls": recalls}


class FakeHall:
    """`clock` is the board's; `problem` is why there is no office, while there is none."""

    def __init__(self, site: dict[str, Any] = SITE) -> None:
        self.clock = Clock()
        self.site = site
        self.calls: list[dict[str, Any]] = []
        self.lines: dict[str, tuple[int, int | None, int | None]] = {}
        self.problem: LuotError | None = None
        self.started = self.stopped = False
        self._version = 0
        self._began_s = self.clock.now_s

    def connect(self, on_change: OnChange, on_link: OnLink) -> "FakeHall":
        """What the board takes as its `connect`."""
        self.say, self.link = on_change, on_link
        return self

    def start(self) -> None:
        """Connect at once and say everything, unless there is a problem."""
        self.started = True
        if self.problem is None:
            self.welcome()

    def stop(self) -> None:
        """End."""
        self.stopped = True

    def wait_ready(self, _timeout_s: float) -> None:
        """As the client: the reason when it is not ready."""
        if self.problem is not None:
            raise self.problem

    def welcome(self) -> None:
        """The link comes up and the retained messages arrive."""
        self.problem = None
        self.link(True)
        self.pulse()
        self.say("site", None, self.site)
        for service in self.lines:
            self.say_service(service)
        self.say_board()

    def cut(self) -> None:
        """The link breaks."""
        self.problem = OfficeUnreachable("no answer", "Start it.")
        self.link(False)

    def pulse(self, state: str = "open") -> None:
        """The office says that it lives; its last will says `lost` and nothing else."""
        passed_ms = int((self.clock.now_s - self._began_s) * 1000)
        told = {"epoch": 1, "at_ms": START_MS + passed_ms, "speed": 1} if state == "open" else {}
        self.say("office", None, {"state": state, **told})

    def calls_number(self, number: int, at: str, minutes: int = 0) -> None:
        """A clerk calls; whoever was at the desk is finished."""
        self.calls = [call(number, at, minutes), *(row for row in self.calls if row["desk"] != at)]
        self.say_board()

    def serves(self, number: int) -> None:
        """The citizen is at the desk."""
        self.calls = [row | {"state": "serving"} if row["number"] == number else row for row in self.calls]
        self.say_board()

    def finishes(self, number: int) -> None:
        """The desk is free."""
        self.calls = [row for row in self.calls if row["number"] != number]
        self.say_board()

    def say_board(self) -> None:
        """Publish the board."""
        self._version += 1
        waiting = sum(line[0] for line in self.lines.values())
        self.say("board", None, board(*self.calls[:8], version=self._version, waiting=waiting))

    def say_service(self, service: str) -> None:
        """Publish one line."""
        waiting, lo_min, hi_min = self.lines[service]
        said = {"epoch": 1, "version": 1, "waiting": waiting, "head": [], "lo_min": lo_min, "hi_min": hi_min}
        self.say("service", service, {key: value for key, value in said.items() if value is not None})
