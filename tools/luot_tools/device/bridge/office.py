"""A bridge's way into the office: its access file, read again whenever a reader comes, and who is at which port."""

import contextlib
from collections.abc import Callable
from threading import Lock

from luot_controller.access import Access
from luot_controller.errors import LuotError
from luot_protocol import faults


class NotCarried(LuotError):
    """Raised when a reader's frames are not carried; `fault` is what the reader is told, see luot_protocol.faults."""

    code = "bridge.not_carried"

    def __init__(self, subject: str, hint: str, fault: int) -> None:
        super().__init__(subject, hint)
        self.fault = fault


class Office:
    """`read` reads the access file: a bridge's, which names its readers, or a reader's own, for that one.

    A reader is held by one port at a time. Safe to use from several threads.
    """

    def __init__(self, read: Callable[[], Access]) -> None:
        self._read = read
        self._access = read()
        self._held: dict[str, str] = {}
        self._lock = Lock()

    def access(self) -> Access:
        """As the file says now; as it said before, where it cannot be read."""
        with contextlib.suppress(LuotError):
            self._access = self._read()
        return self._access

    def hold(self, site: str, reader: str, port: str) -> Access:
        """The reader is at this port from now on; returns the way in, or raises NotCarried."""
        with self._lock:
            access = self.access()
            if site != access.site:
                raise NotCarried(
                    f"{reader} is of the site {site}, the office is {access.site}",
                    "Set the reader up for this office: luot device setup READER --wired",
                    faults.BROKER_REFUSES,
                )
            if reader not in (access.links or (access.name,)):
                raise NotCarried(
                    f"{reader} is none of those that {access.name} may speak for",
                    "Enter it in the site file, luot site reload, and copy access/bridge.json here again.",
                    faults.BROKER_FORBIDS,
                )
            if reader in self._held:
                raise NotCarried(
                    f"{reader} is at {self._held[reader]} already: two readers have one id",
                    "Unplug one of the two, and set the other up under an id of its own.",
                    faults.BROKER_REFUSES,
                )
            self._held[reader] = port
            return access

    def release(self, reader: str) -> None:
        """It is at no port."""
        with self._lock:
            del self._held[reader]
