"""Does the office answer: its port, broker, controller, and through it the readers. Asks, and changes nothing."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from luot_controller.access import Access
from luot_controller.broker.process import LOOPBACK
from luot_controller.client import OfficeClient, whole_status
from luot_controller.doctor.finding import Finding, fail, ok, warn
from luot_controller.errors import AccessRefused, LuotError
from luot_controller.fleet import wording
from luot_controller.fleet.findings import Urgency
from luot_controller.fleet.state import ranked
from luot_controller.language import _
from luot_controller.screen.fields import named, office_time, whole

LOCK = "office.lock"
_DIAL_S = 2.0


def look(access: Access, data: Path | None, timeout_s: float) -> Iterator[Finding]:
    """Of the office at this address; `data` is its folder where that is on this machine."""
    at, holder = f"{access.host}:{access.port}", None if data is None else held_by(data / LOCK)
    try:
        socket.create_connection((access.host, access.port), _DIAL_S).close()
    except OSError as error:
        if data is None:
            what = _("nothing answers at {address}: {reason}").format(address=at, reason=error.strerror or error)
            yield fail("port.unreachable", what, _("Check the network and the address; start the office there."))
        elif holder is not None:
            yield _hangs(at, holder)
        else:
            yield ok("port", _("port {port} is free; the office is not running").format(port=access.port))
        return
    with OfficeClient(access, watch=("office", "site")) as office:
        try:
            office.wait_ready(timeout_s)
            status = whole_status(office.ask, timeout_s)
        except AccessRefused as problem:
            what = _("the broker at {address} refuses the office's password").format(address=at)
            yield fail("port.foreign", what, _free_port(access.port) if data else problem.hint)
            return
        except LuotError as problem:
            if not office.connected:
                what = _("another program answers at {address}: {reason}").format(address=at, reason=problem.subject)
                yield fail("port.foreign", what, _free_port(access.port))
            elif holder is not None:
                yield _hangs(at, holder)
            elif data is None:
                yield fail("office.away", problem.subject, problem.hint)
            else:
                yield warn("office.away", _("the broker answers, the office is not running"), "luot office")
            return
    yield ok("office", _("the office is open at {address}").format(address=at))
    yield from _status(status)


def look_at_port(port: int) -> Iterator[Finding]:
    """Where an office has not run yet: whether its broker could listen here."""
    try:
        socket.create_connection((LOOPBACK, port), _DIAL_S).close()
    except OSError:
        yield ok("port", _("port {port} is free; the office is not running").format(port=port))
    else:
        what = _("another program listens at {address}").format(address=f"{LOOPBACK}:{port}")
        yield fail("port.foreign", what, _free_port(port))


def held_by(lock: Path) -> int | None:
    """The process that has an office's folder; None when nobody has, or this system does not say."""
    with suppress(OSError, ValueError):
        file = lock.stat()
        name = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
        for row in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = row.split()
            if words[1] == "FLOCK" and words[5] == name:
                return int(words[4])
    return None


def _status(status: Mapping[str, Any]) -> Iterator[Finding]:
    counters = status.get("counters")
    failed = whole(counters, "store.failed") if isinstance(counters, dict) else None
    if failed:
        what = _("the ledger could not be written {count} times since the start").format(count=failed)
        yield warn("ledger.failing", what, _("See that the disk is not full, slow or failing."))
    speed = status.get("speed", 1)
    readers = ranked(
        named(status, "readers"), office_time(status, "at_ms"), speed if isinstance(speed, int | float) else 1.0
    )
    for reader in readers:
        for found in reader.findings:
            if found.urgency < Urgency.WATCH and found.word != "key.none":
                what, todo = wording.finding(reader.id, found)
                yield warn(f"reader.{found.word}", f"{reader.id}: {what}", todo)
    if any(reader.urgency < Urgency.WELL for reader in readers):
        yield warn("readers", wording.summary(readers), "luot device fleet")
    elif readers:
        yield ok("readers", wording.summary(readers))


def _hangs(at: str, holder: int) -> Finding:
    what = _("an office runs (process {pid}), but does not answer at {address}").format(pid=holder, address=at)
    return fail("office.hangs", what, _("Look at its log; if it does not come back, end it and start it again."))


def _free_port(port: int) -> str:
    told = _("Stop it (ss -ltnp 'sport = :{port}' names it), or start the office with --port N.")
    return told.format(port=port)
