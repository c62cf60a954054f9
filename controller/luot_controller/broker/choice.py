"""The office's own broker: what it can do, and the choice of the program that does it; it starts nothing by itself."""

import importlib.util
import os
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from luot_controller.broker.amqtt import Amqtt
from luot_controller.broker.mosquitto import Mosquitto
from luot_controller.broker.process import LOOPBACK
from luot_controller.broker.users import User
from luot_controller.errors import BrokerFailed, UsageProblem

KINDS = ("mosquitto", "amqtt")

# Where packages put mosquitto though a user's PATH seldom leads there: Debian, BSD and own builds, Homebrew.
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


class Broker(Protocol):
    """An embedded broker, a child process that dies with the office."""

    @property
    def kind(self) -> str:
        """One of KINDS."""

    @property
    def port(self) -> int:
        """Where it listens, also while it does not run."""

    @property
    def pid(self) -> int | None:
        """Its process id; None when it does not run."""

    @property
    def alive(self) -> bool:
        """True while it runs."""

    @property
    def problem(self) -> BrokerFailed | None:
        """Why `ensure` failed last."""

    def start(self) -> None:
        """Start it and return once it takes connections; raises BrokerFailed with the end of its log."""

    def stop(self) -> None:
        """End it; safe to call again."""

    def ensure(self) -> bool:
        """Start it again if it died, with growing pauses between tries; True when it runs."""

    def reload(self, users: Mapping[str, User]) -> None:
        """Let it know these users instead; returns when the new ones can connect."""


class Found(NamedTuple):
    """A broker program on this machine; `program` is None for amqtt, which is a module."""

    kind: str
    program: Path | None


def find_broker(prefer: str | None = None) -> Found:
    """Return the preferred broker, else mosquitto, else amqtt; raises BrokerFailed that names what to install.

    Of `prefer` there is no substitute: where it is missing, that is an error.
    """
    if prefer is not None and prefer not in KINDS:
        raise UsageProblem(f"{prefer!r} is no broker known here", f"Known are: {', '.join(KINDS)}.")
    if prefer != "amqtt":
        path = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))
        program = shutil.which("mosquitto", path=path)
        if program is not None:
            return Found("mosquitto", Path(program).absolute())
    if prefer != "mosquitto" and importlib.util.find_spec("amqtt") is not None:
        return Found("amqtt", None)
    raise BrokerFailed(
        f"there is no {prefer or 'MQTT broker'} on this machine",
        "Install one: apt-get install mosquitto (the better one), or pip install 'luot[broker]' (amqtt).",
    )


def open_broker(
    data: Path, users: Mapping[str, User], *, port: int, bind: str = LOOPBACK, prefer: str | None = None
) -> Broker:
    """The broker of a data folder, its files in `data`/broker, not yet started; raises as `find_broker`."""
    found = find_broker(prefer)
    folder = data / "broker"
    if found.program is None:
        return Amqtt(folder, users, port=port, bind=bind)
    return Mosquitto(found.program, folder, users, port=port, bind=bind)


def free_port(bind: str = LOOPBACK) -> int:
    """A port of this address that nobody listens on just now."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((bind, 0))
        port: int = probe.getsockname()[1]
        return port
