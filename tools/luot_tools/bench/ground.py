"""The office under test: its site, cards and keys, prepared once; each measurement gets a copy. Measures nothing."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from luot_controller.access import CONTROLLER, WATCH, Access, load
from luot_controller.errors import BrokerFailed, OfficeUnreachable
from luot_protocol import topics
from luot_protocol.card import card_hash
from luot_tools.bench.extent import Extent
from luot_tools.bench.processes import LUOT, START_WITHIN_S, Process, luot
from luot_tools.bench.wire import Wire
from luot_tools.sim import cards

_SERVICES = ("papers", "land", "copies")
_LOOK_S = 0.005

SITE_ID = "bench"

_SITE = """\
[site]
id = "bench"
name = "Bench"

[[services]]
id = "papers"
name = "Papers"

[[services]]
id = "land"
name = "Land"

[[services]]
id = "copies"
name = "Copies"

[[classes]]
id = "plain"
name = "Plain"

[[desks]]
id = "1"
services = ["papers", "copies"]

[[desks]]
id = "2"
services = ["papers", "copies"]

[[desks]]
id = "3"
services = ["land"]

[[desks]]
id = "4"
services = ["land", "copies"]
"""

_READER = """
[[readers]]
id = "{reader}"
role = "entry"
service = "{service}"
class = "plain"
"""

# The whole command line, with TCP_NODELAY left as the system has it.
_WITHOUT_NODELAY = """\
import runpy, socket, sys
set_option = socket.socket.setsockopt
def set_others(self, level, option, *value):
    if (level, option) != (socket.IPPROTO_TCP, socket.TCP_NODELAY):
        set_option(self, level, option, *value)
socket.socket.setsockopt = set_others
sys.argv[0] = "luot"
runpy.run_module("luot_controller.cli", run_name="__main__")
"""

# Debian keeps it where a user's PATH seldom leads.
_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


class ReaderKey(NamedTuple):
    """A provisioned reader, as the load generator plays it."""

    reader: str
    kid: bytes
    key: bytes


class Ground(NamedTuple):
    """A prepared data folder, closed; `cards` are the hashes of the cards from number 1 on."""

    folder: Path
    readers: list[ReaderKey]
    cards: list[bytes]

    @property
    def data(self) -> Path:
        """The data folder that the copies are made of."""
        return self.folder / "ground"

    @property
    def settings(self) -> Path:
        """A folder for each reader, with its settings.json."""
        return self.folder / "readers"

    @property
    def card_list(self) -> Path:
        """The file that was imported."""
        return self.folder / "cards.csv"

    def copy(self, name: str) -> Path:
        """A data folder of this name, like the prepared one; one that is there already is made anew."""
        data = self.folder / name
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.data, data)
        return data


def prepare(folder: Path, extent: Extent, tell: Callable[[str], None]) -> Ground:
    """Let an office run in `folder` until its readers have keys and its cards numbers."""
    tell(f"an office with {extent.readers} readers and {extent.cards:,} cards, in {folder}")
    ground = Ground(folder, [], [])
    names = [f"entry-{number}" for number in range(1, extent.readers + 1)]
    readers = (_READER.format(reader=name, service=service) for name, service in zip(names, cycle(_SERVICES)))
    site = folder / "site.toml"
    site.write_text(_SITE + "".join(readers), encoding="utf-8")
    made = cards.make(1, range(1, extent.cards + 1))
    cards.write(ground.card_list, made)
    with office(ground.data, "--site", str(site)):
        luot("card", "import", ground.card_list, "--data", ground.data)
        for name in names:
            luot("device", "provision", name, "--data", ground.data, "--out", ground.settings / name)
    for name in names:
        settings = json.loads((ground.settings / name / "settings.json").read_text(encoding="utf-8"))
        ground.readers.append(ReaderKey(name, bytes.fromhex(settings["kid"]), bytes.fromhex(settings["key"])))
    card_key = bytes.fromhex(settings["card_key"])
    ground.cards.extend(bytes(card_hash(card_key, bytes.fromhex(card.uid))) for card in made)
    return ground


@contextmanager
def office(data: Path, *options: str) -> Iterator[Process]:
    """`luot office` on a data folder with a mosquitto of its own, open until the context is left."""
    own = ("--broker", "mosquitto", "--port", "0")
    with start_office(data, *own, *options) as process:
        process.wait_said(" is open")
        yield process


def start_office(data: Path, *options: str, nodelay: bool = True, tied: bool = True) -> Process:
    """`luot office`, not yet open; with `nodelay` False it leaves Nagle's algorithm on."""
    command = LUOT if nodelay else (sys.executable, "-c", _WITHOUT_NODELAY)
    log = data.with_name(f"{data.name}.log")
    return Process("the office", *command, "office", "--quiet", "--data", data, *options, log=log, tied=tied)


@contextmanager
def broker(data: Path, nodelay: bool = True) -> Iterator[str]:
    """The mosquitto of an office that has been closed, without that office; yields the controller's address."""
    folder = data / "broker"
    configuration = (folder / "mosquitto.conf").read_text(encoding="utf-8")
    if not nodelay:
        configuration = configuration.replace("set_tcp_nodelay true", "set_tcp_nodelay false")
    (folder / "bench.conf").write_text(configuration, encoding="utf-8")
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS))
    program = shutil.which("mosquitto", path=path)
    if program is None:
        raise BrokerFailed("there is no mosquitto on this machine", "Install it: apt-get install mosquitto")
    log = folder / "bench.log"
    with Process("mosquitto", program, "-c", folder / "bench.conf", log=log) as process:
        _wait_taking(data, process)
        yield load(data, CONTROLLER).url()


def watch(data: Path, name: str, topic_id: str | None = None) -> Wire:
    """A connection that hears the topic called `name`."""
    access = load(data, WATCH)
    return Wire(access, f"bench-watch-{name}", topics.build(access.site, name, topic_id))


def reader_access(data: Path, reader: str) -> Access:
    """The way in of a reader."""
    return load(data, reader)


def _wait_taking(data: Path, process: Process) -> None:
    until = time.monotonic() + START_WITHIN_S
    while True:
        try:
            watch(data, "office").close()
            return
        except OfficeUnreachable:
            if not process.running or time.monotonic() > until:
                raise process.failed("takes no connections") from None
            time.sleep(_LOOK_S)
