"""What is said over one open port: the reader's lines are answered and its frames carried. Says nothing unasked.

So other devices at other ports of the machine hear nothing of a bridge.
"""

import threading
import time
from typing import Protocol

from luot_controller.errors import LuotError
from luot_protocol import cbor, faults, frames, wired
from luot_protocol.errors import ProtocolError
from luot_tools.device.bridge.carried import Carried
from luot_tools.device.bridge.office import NotCarried, Office
from luot_tools.device.bridge.row import CARRIED, REFUSED, SILENT, WAITING
from luot_tools.serial.errors import PortLost
from luot_tools.serial.port import Port

_LOOK_S = 0.1

Name = tuple[int, int]
"""(boot, seq) of a tap."""


class Tell(Protocol):
    """Takes what has changed in the port's Row: fields that are new, and by how much others have grown."""

    def __call__(self, *, taps: int = 0, receipts: int = 0, damaged: int = 0, **fields: object) -> None: ...


class Talk:
    """On one port, until it fails; then a new one begins. newest: by reader, the newest tap that was counted."""

    def __init__(self, port: Port, office: Office, tell: Tell, newest: dict[str, Name]) -> None:
        self._port = port
        self._office = office
        self._tell = tell
        self._newest = newest
        self._lines = wired.Lines(wired.ALL_UP)
        self._damaged = 0
        self._heard_s: float | None = None
        self._carried: Carried | None = None
        self._failed = threading.Event()
        self._writing = threading.Lock()

    @property
    def has_reader(self) -> bool:
        """True while a reader's frames are carried, or will be when the broker is there."""
        return self._carried is not None

    def go_on(self) -> None:
        """Deal with what comes within a moment; raises PortLost."""
        for kind, body in self._lines.feed(self._port.read(_LOOK_S)):
            self._heard_s = time.monotonic()
            self._tell(heard_s=self._heard_s)
            try:
                self._take(kind, body)
            except ProtocolError:
                self._tell(damaged=1)
        if self._lines.damaged > self._damaged:
            self._tell(damaged=self._lines.damaged - self._damaged)
            self._damaged = self._lines.damaged
        if self._failed.is_set():
            raise PortLost(self._port.address)
        if self._heard_s is not None and (time.monotonic() - self._heard_s) * 1000 > wired.SILENCE_MS:
            self._heard_s = None
            self._let_go()
            self._tell(
                state=SILENT, problem="its reader has stopped speaking", hint="See what it says: luot device log"
            )

    def end(self) -> None:
        """Nothing is carried any more, and a reader that still listens is told so; the port stays open."""
        if self._carried is not None:
            self._say(wired.CLOSED, bytes((faults.BROKER_UNREACHABLE,)))
        self._let_go()

    def _take(self, kind: bytes, body: bytes) -> None:
        if kind == wired.HELLO:
            self._greet(*wired.read_hello(body))
        elif self._carried is None:
            # To a bridge that was started anew: its reader says hello when it hears this.
            self._say(wired.CLOSED, bytes((faults.BROKER_SILENT,)))
        else:
            self._count(self._carried.reader, body)
            self._carried.up(body)

    def _greet(self, site: str, reader: str) -> None:
        carried = self._carried
        if carried is not None and (
            carried.reader != reader or (carried.problem is not None and carried.access != self._office.access())
        ):
            self._let_go()
        if self._carried is None:
            self._begin(site, reader)
            return
        problem = self._carried.problem
        if self._carried.connected:
            self._say(wired.WELCOME)
        elif problem is not None:
            self._tell(problem=problem.subject, hint=problem.hint)
            self._say(wired.CLOSED, bytes((self._carried.fault,)))

    def _begin(self, site: str, reader: str) -> None:
        try:
            access = self._office.hold(site, reader, self._port.address)
        except NotCarried as error:
            self._tell(state=REFUSED, reader=reader, problem=error.subject, hint=error.hint)
            self._say(wired.CLOSED, bytes((error.fault,)))
            return
        self._tell(state=WAITING, reader=reader, problem="", hint="")
        self._carried = Carried(access, reader, down=self._down, changed=self._changed)
        self._carried.start()

    def _count(self, reader: str, frame: bytes) -> None:
        """ProtocolError for what is no frame of a reader; whose it is, is the office's business."""
        fields = cbor.loads(frames.parse(frame).payload)
        kind, boot, seq = (fields.get(key) for key in (0, 1, 2)) if isinstance(fields, dict) else (None, None, None)
        if kind not in (frames.KIND_TAP, frames.KIND_HEALTH) or not isinstance(boot, int) or not isinstance(seq, int):
            raise ProtocolError("frame.kind", "no tap and no report")
        if kind == frames.KIND_TAP and (boot, seq) > self._newest.get(reader, (-1, -1)):
            self._newest[reader] = boot, seq
            self._tell(taps=1)

    def _down(self, carried: Carried, frame: bytes) -> None:
        if carried is self._carried and self._say(wired.DOWN, frame):
            self._tell(receipts=1)

    def _changed(self, carried: Carried, is_up: bool) -> None:
        if carried is not self._carried:
            return
        if is_up:
            self._tell(state=CARRIED, problem="", hint="")
            self._say(wired.WELCOME)
        else:
            self._tell(state=WAITING)
            self._say(wired.CLOSED, bytes((faults.BROKER_UNREACHABLE,)))

    def _say(self, kind: bytes, body: bytes = b"") -> bool:
        """From any thread; a port that fails is found by go_on()."""
        try:
            with self._writing:
                self._port.write(wired.line(kind, body))
        except ProtocolError:
            return False  # longer than any frame, so it is not for a reader
        except LuotError:
            self._failed.set()
            return False
        return True

    def _let_go(self) -> None:
        carried, self._carried = self._carried, None
        if carried is not None:
            carried.end()
            self._office.release(carried.reader)
