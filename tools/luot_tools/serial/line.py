"""A port with a time limit on every wait: reads up to a mark, holds what came after it. Knows no protocol."""

from collections.abc import Callable
from typing import NamedTuple

from luot_tools.serial.errors import BoardGarbled
from luot_tools.serial.port import Port

Clock = Callable[[], float]

_HEARD_BYTES = 256


class Deadline(NamedTuple):
    """A moment on a clock in seconds that only goes forward."""

    clock: Clock
    at_s: float
    limit_s: float

    def left_s(self, most_s: float = float("inf")) -> float:
        """Seconds until then, at most `most_s`, never less than none."""
        return max(0.0, min(most_s, self.at_s - self.clock()))

    def passed(self) -> bool:
        """True from that moment on."""
        return self.clock() >= self.at_s

    def sooner(self, limit_s: float) -> "Deadline":
        """The same, but not later than so many seconds from now."""
        return Deadline(self.clock, min(self.at_s, self.clock() + limit_s), limit_s)


class Silence(Exception):
    """What was waited for did not come; everything that did come still waits to be read. Never leaves this package."""


class TooMuch(Exception):
    """More came than was asked for, without the mark. Never leaves this package."""


class Line:
    """One port being spoken on. `echoes` says that it sends back every byte it gets, which is then left out.

    `heard` counts the bytes that came; `said` is the end of them, for error messages. `alarm` says that `alarm_mark`
    was among them; whoever waits for it sets it back.
    """

    def __init__(self, port: Port, clock: Clock, alarm_mark: bytes) -> None:
        self.port = port
        self.clock = clock
        self.echoes = False
        self.heard = 0
        self.said = b""
        self.alarm = False
        self._alarm_mark = alarm_mark
        self._rest = bytearray()

    @property
    def address(self) -> str:
        """The port's."""
        return self.port.address

    def deadline(self, limit_s: float) -> Deadline:
        """So many seconds from now."""
        return Deadline(self.clock, self.clock() + limit_s, limit_s)

    def write(self, data: bytes, deadline: Deadline) -> None:
        """Send it; on a line that echoes, take back what it sends. Raises BoardGarbled when that is something else."""
        self.port.write(data)
        if not self.echoes:
            return
        try:
            back = self.take(len(data), deadline)
        except Silence:
            back = bytes(self._rest)
        if back != data:
            raise BoardGarbled(self.address, back)

    def take(self, count: int, deadline: Deadline) -> bytes:
        """Exactly so many bytes; raises Silence at the limit."""
        while len(self._rest) < count:
            self._receive(deadline)
        return self._cut(count)

    def until(self, mark: bytes, deadline: Deadline, most_bytes: int) -> bytes:
        """What comes before `mark`, which is taken too; raises Silence at the limit, TooMuch beyond `most_bytes`."""
        looked_at = 0
        while (at := self._rest.find(mark, looked_at)) < 0:
            if len(self._rest) > most_bytes:
                raise TooMuch
            looked_at = max(0, len(self._rest) - len(mark) + 1)
            self._receive(deadline)
        before = self._cut(at)
        self._cut(len(mark))
        return before

    def skip_past(self, mark: bytes, deadline: Deadline) -> bytes:
        """Throw away all that comes up to `mark` and the mark itself; returns the end of it. Raises Silence."""
        keep = len(mark) + _HEARD_BYTES
        while True:
            try:
                return self.until(mark, deadline, keep)
            except TooMuch:
                self._cut(len(self._rest) - keep)

    def any_waiting(self) -> bool:
        """True when something has come already."""
        if not self._rest:
            self._append(self.port.read(0))
        return bool(self._rest)

    def pause(self, pause_s: float) -> None:
        """Send nothing for so long; what comes meanwhile is kept."""
        until = self.deadline(pause_s)
        while not until.passed():
            self._append(self.port.read(until.left_s()))

    def forget(self) -> None:
        """Throw away what has come."""
        self._rest.clear()

    def rest(self) -> bytes:
        """What has come and was not taken."""
        return bytes(self._rest)

    def _receive(self, deadline: Deadline) -> None:
        data = b"" if deadline.passed() else self.port.read(deadline.left_s())
        if not data:
            raise Silence
        self._append(data)

    def _append(self, data: bytes) -> None:
        self.heard += len(data)
        if self._alarm_mark in self.said[1 - len(self._alarm_mark) :] + data:
            self.alarm = True
        self.said = (self.said + data)[-_HEARD_BYTES:]
        self._rest += data

    def _cut(self, count: int) -> bytes:
        taken = bytes(self._rest[:count])
        del self._rest[:count]
        return taken
