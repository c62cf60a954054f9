"""A bridge on ports that a test speaks at, with a real broker behind it."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from brokers import RunningBroker, until
from luot_controller.access import Access
from luot_controller.errors import LuotError
from luot_protocol import frames, wired
from luot_tools.device.bridge.bridge import Bridge
from luot_tools.device.bridge.office import Office
from luot_tools.device.bridge.row import Row
from luot_tools.serial.errors import PortLost, PortMissing

KEY, KID = bytes(32), b"\x0a\x01"


def tap(seq: int, boot: int = 1) -> bytes:
    """A frame."""
    return bytes(frames.seal_tap(frames.Tap(boot, seq, bytes(16), 0), KID, KEY))


class FakePort:
    """A port at which the test is the reader. said: what the bridge has said, (letter, body) in order.

    free: while it is clear, whoever writes waits.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.said: list[tuple[bytes, bytes]] = []
        self.free = threading.Event()
        self.free.set()
        self.is_open = False
        self._comes: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._lines = wired.Lines(wired.ALL_DOWN)

    def read(self, within_s: float) -> bytes:
        try:
            data = self._comes.get(timeout=within_s)
        except queue.Empty:
            return b""
        if data is None:
            raise PortLost(self.address)
        return data

    def write(self, data: bytes) -> None:
        assert self.free.wait(30)
        self.said += self._lines.feed(data)

    def close(self) -> None:
        self.is_open = False

    def comes(self, data: bytes) -> None:
        self._comes.put(data)

    def hello(self, reader: str = "entry-1", site: str = "demo") -> None:
        self.comes(wired.hello(site, reader))

    def up(self, frame: bytes) -> None:
        self.comes(wired.line(wired.UP, frame))

    def pull(self) -> None:
        """The cable has gone."""
        self._comes.put(None)

    def hears(self, kind: bytes, body: bytes = b"") -> None:
        """Wait until the bridge says it, and forget what it said up to there."""
        until(lambda: (kind, body) in self.said, f"{kind!r} {body!r} in {self.said}")
        del self.said[: self.said.index((kind, body)) + 1]

    def welcomed(self, reader: str = "entry-1") -> None:
        """Say hello until the bridge carries this reader, as a reader does."""
        said = len(self.said)

        def is_welcome() -> bool:
            self.hello(reader)
            return (wired.WELCOME, b"") in self.said[said:]

        until(is_welcome, f"{reader} to be welcome, instead of {self.said}")


class Ground:
    """`ports` has what is there: a FakePort, or the error that opening it raises; `access` is what the file says."""

    def __init__(self, folder: Path, links: Sequence[str] = ("entry-1", "info-1")) -> None:
        self.broker = RunningBroker(folder, "mosquitto", "demo", [], links)
        self.access: Access = self.broker.access("bridge")
        self.ports: dict[str, FakePort | LuotError] = {}
        self.bridge: Bridge | None = None

    def start(
        self, *addresses: str, named: bool = True, problems: Mapping[str, LuotError] | None = None
    ) -> list[FakePort]:
        """A bridge at new ports of these names, but for those with problems; without `named`, at all there are."""
        ports = [self.plug(address) for address in addresses]
        self.ports |= problems or {}
        self.bridge = Bridge(
            Office(lambda: self.access),
            addresses if named else (),
            opens=self._open,
            finds=lambda: list(self.ports),
        )
        self.bridge.look()
        return ports

    def plug(self, address: str) -> FakePort:
        """A port that was not there."""
        self.ports[address] = port = FakePort(address)
        return port

    def row(self, address: str) -> Row:
        """How the bridge says that this port is."""
        assert self.bridge is not None
        return next((row for row in self.bridge.rows() if row.port == address), Row("none"))

    def tells(self, address: str, true: Callable[[Row], bool]) -> Row:
        """Wait until the bridge says so of this port."""
        until(lambda: true(self.row(address)), f"another word than {self.row(address)}")
        return self.row(address)

    def stop(self) -> None:
        """End the bridge and the broker."""
        if self.bridge is not None:
            self.bridge.stop()
        self.broker.stop()

    def _open(self, address: str) -> FakePort:
        port = self.ports.get(address)
        if port is None:
            raise PortMissing(address, "there is no such port")
        if isinstance(port, LuotError):
            raise port
        assert not port.is_open
        port.is_open = True
        return port
