"""Opens and lists serial ports; the only file that knows pyserial. Never interprets a byte.

An address is a port of this machine, a pseudo-terminal, `socket://HOST:PORT` or `rfc2217://HOST:PORT`.
"""

import contextlib
import errno
import sys
import time
from typing import NamedTuple, Protocol

from luot_controller.errors import LuotError
from luot_tools.serial.errors import PortAddressInvalid, PortBusy, PortForbidden, PortLost, PortMissing, PortStuck

try:
    import serial
    from serial.tools import list_ports
except ModuleNotFoundError:
    raise LuotError("pyserial is not installed", "Install it: pip install 'luot[device]'") from None

BAUD = 115_200
WRITE_WITHIN_S = 5.0
BUSY_FOR_S = 3.0
"""Systems look at a port that was just plugged in (ModemManager does for seconds): so long it may be busy."""

_POLL_S = 0.01
"""How long pyserial waits for a first byte; its time limit is set once, for rfc2217 negotiates every change."""

_TRY_AGAIN_S = 0.1
_MOST_BYTES = 4096
_SILICON_LABS = 0x10C4
_BUSY = (errno.EBUSY, errno.EAGAIN)
_ABSENT = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ETIMEDOUT)


class Port(Protocol):
    """What a line needs of a port; a fake in tests has a clock of its own."""

    address: str

    def read(self, within_s: float) -> bytes:
        """The bytes that have come, at least one, or none at the limit; raises PortLost."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of it; raises PortLost, or PortStuck after WRITE_WITHIN_S."""
        ...

    def close(self) -> None:
        """Give the port free; safe to call again."""
        ...


class Found(NamedTuple):
    """A port of this machine; vid and pid are the USB ids, None where it is no USB port."""

    address: str
    vid: int | None
    pid: int | None
    serial_number: str
    product: str


class SerialPort:
    """See Port."""

    def __init__(self, address: str, line: "serial.SerialBase") -> None:
        self.address = address
        self._line = line

    def read(self, within_s: float) -> bytes:
        """See Port."""
        until = time.monotonic() + within_s
        try:
            while True:
                waiting = min(self._line.in_waiting, _MOST_BYTES)
                if waiting or time.monotonic() < until:
                    data: bytes = self._line.read(max(1, waiting))
                    if data:
                        return data
                else:
                    return b""
        except (OSError, TypeError) as error:  # pyserial reads from None once another thread has closed the port
            raise PortLost(self.address) from error

    def write(self, data: bytes) -> None:
        """See Port."""
        try:
            self._line.write(data)
        except serial.SerialTimeoutException:
            raise PortStuck(self.address) from None
        except OSError as error:
            raise PortLost(self.address) from error

    def close(self) -> None:
        """See Port."""
        with contextlib.suppress(OSError):  # a port that has gone is closed
            if sys.platform == "win32":
                # Windows clears DTR before RTS, which resets an ESP32.
                self._line.rts = False
                self._line.dtr = False
            self._line.close()


def open_port(address: str, baud: int = BAUD) -> SerialPort:
    """Open it for us alone; raises PortAddressInvalid, PortMissing, PortForbidden, or PortBusy after BUSY_FOR_S."""
    until = time.monotonic() + BUSY_FOR_S
    while True:
        try:
            return _opened(address, baud)
        except PortBusy:
            if time.monotonic() >= until:
                raise
            time.sleep(_TRY_AGAIN_S)


def found_ports() -> list[Found]:
    """The serial ports of this machine, USB ones first, by name."""
    ports = [
        Found(port.device, port.vid, port.pid, port.serial_number or "", port.product or port.description or "")
        for port in list_ports.comports()
    ]
    return sorted(ports, key=lambda port: (port.vid is None, port.address))


def _opened(address: str, baud: int) -> SerialPort:
    try:
        # pyserial's rfc2217 has a time limit for writes of its own, also 5 s, and takes no other.
        write_s = None if address.startswith("rfc2217:") else WRITE_WITHIN_S
        line = serial.serial_for_url(
            address, baud, do_not_open=True, timeout=_POLL_S, write_timeout=write_s, exclusive=True
        )
        if sys.platform == "win32" and _is_silicon_labs(address):
            # The CP210x driver sets DTR and RTS at different times when it opens, which resets an ESP32.
            line.dtr = line.rts = False
            line.open()
            line.dtr = True
            line.rts = True
        else:
            line.open()
    except ValueError as error:
        raise PortAddressInvalid(address, str(error)) from None
    except OSError as error:
        raise _why_closed(address, error) from None
    return SerialPort(address, line)


def _is_silicon_labs(address: str) -> bool:
    return any(port.address == address and port.vid == _SILICON_LABS for port in found_ports())


def _why_closed(address: str, error: OSError) -> LuotError:
    # pyserial's own exception has lost the number of the OSError that it was made of, but for its text.
    number = error.errno or next((code for code in errno.errorcode if f"[Errno {code}]" in str(error)), 0)
    if number in (errno.EACCES, errno.EPERM):
        return PortForbidden(address)
    if number in _BUSY or "exclusively lock" in str(error):
        return PortBusy(address)
    if number in _ABSENT:
        return PortMissing(address, "there is no such port" if "://" not in address else "nobody answers there")
    return PortMissing(address, f"it cannot be opened: {error}")
