"""An office for tests: real engine, real ingest, real SQLite, a bus that only remembers what was published."""

import json
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from luot_controller.engine.events import Fact
from luot_controller.ingest.taps import TapReader
from luot_controller.service.loop import Office
from luot_controller.settings import Site, load_site
from luot_controller.site_watch import site_fields, tap_presets
from luot_controller.store.sqlite import SqliteStore
from luot_protocol import card, frames, topics

SITE_TOML = """
[site]
id = "test"
name = "Test"

[[services]]
id = "papers"
name = "Papers"
typical_min = 9

[[services]]
id = "land"
name = "Land"
typical_min = 12

[[classes]]
id = "plain"
name = "Plain"

[[classes]]
id = "first"
name = "First"
head_start_min = 45

[[desks]]
id = "1"
services = ["papers"]

[[desks]]
id = "2"
services = ["papers", "land"]

[[readers]]
id = "entry-1"
role = "entry"
service = "papers"
class = "plain"
buttons = [{ service = "papers", class = "first" }, { service = "land" }]

[[readers]]
id = "info-1"
role = "info"

[[readers]]
id = "at-1"
role = "desk"
desk = "1"
"""

CARDS = 40


@dataclass
class Message:
    """What the loop takes: a message as it arrived."""

    topic: str
    payload: bytes
    retained: bool = False
    arrived_ns: int = field(default_factory=time.monotonic_ns)


@dataclass
class FakeBus:
    """Remembers; `up` is whether it takes anything, `pieces` in how many what was said left."""

    up: bool = True
    published: list[tuple[str, bytes, bool]] = field(default_factory=list)
    acked: list[object] = field(default_factory=list)
    pieces: int = 0
    _together: bool = False

    def publish(self, topic: str, payload: bytes, retain: bool = False, qos: int = 1) -> bool:
        assert qos == 1
        self.pieces += not self._together
        if self.up:
            self.published.append((topic, payload, retain))
        return self.up

    @contextmanager
    def together(self) -> Iterator[None]:
        self._together = True
        yield
        self._together = False
        self.pieces += 1

    def ack(self, arrived: object) -> None:
        self.pieces += not self._together
        self.acked.append(arrived)


class Rig:
    """One office in a folder, with its readers' keys; `again()` is the same office after a kill."""

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        self.folder = folder
        self.speed = speed
        (folder / "site.toml").write_text(SITE_TOML, encoding="utf-8")
        self.site: Site = load_site(folder / "site.toml")
        self.store = SqliteStore(folder)
        self.card_key = self.store.card_key()
        self.store.add_cards((number, self.hash_of(number)) for number in range(1, CARDS + 1))
        self.keys = {row.id: self.store.renew_reader_key(row.id) for row in self.site.readers}
        self.seq = 0
        self.facts: list[Fact] = []
        self._open()

    def _open(self) -> None:
        self.bus = FakeBus()
        self.taps = TapReader(tap_presets(self.site), self.site.site.tap_age_limit_h * 3_600_000, self.speed)
        self.office = Office(
            self.site.site.id,
            site_fields(self.site),
            self.site.policy(),
            self.store,
            self.bus,
            queue.SimpleQueue(),
            self.taps,
            {row.id: row.role.value for row in self.site.readers},
            self.speed,
            on_fact=self.facts.append,
        )

    def again(self) -> None:
        """Forget everything in memory, as a killed process does, and start on the same files."""
        self.store.close()
        self.store = SqliteStore(self.folder)
        self._open()

    def hash_of(self, number: int) -> bytes:
        """The hash of the card with this number."""
        return bytes(card.card_hash(self.card_key, number.to_bytes(4, "big")))

    def frame(
        self, number: int, reader: str = "entry-1", button: int = 0, age_ms: int | None = 0, **more: Any
    ) -> bytes:
        """A signed tap; `seq` and `boot` may be given."""
        self.seq += 1
        key = self.keys[reader]
        clock = frames.CLOCK_UNKNOWN if age_ms is None else frames.CLOCK_GOOD
        tap = frames.Tap(
            more.get("boot", 1), more.get("seq", self.seq), self.hash_of(number), age_ms, clock=clock, button=button
        )
        return bytes(frames.seal_tap(tap, key.kid, key.key))

    def send(self, *payloads: bytes, link: str = "entry-1") -> None:
        """Let frames arrive on a link, all in one turn."""
        topic = topics.build("test", "link_up", link)
        self.office.turn(Message(topic, payload) for payload in payloads)

    def tap(self, number: int, reader: str = "entry-1", **more: Any) -> frames.Receipt:
        """Tap a card and return the verified receipt."""
        self.send(self.frame(number, reader, **more), link=reader)
        return self.receipts(reader)[-1]

    def receipts(self, reader: str = "entry-1") -> list[frames.Receipt]:
        """All receipts sent to a reader, verified with its key."""
        topic = topics.build("test", "link_down", reader)
        return [
            frames.read_receipt(frames.parse(payload), self.keys[reader].key)
            for at, payload, _ in self.bus.published
            if at == topic
        ]

    def command(self, command: str, desk: str = "1", **fields: Any) -> dict[str, Any]:
        """Send a clerk's command and return the reply."""
        self.seq += 1
        body = {"id": f"c{self.seq}", "command": command, "desk": desk, **fields}
        console = body.pop("console", f"desk-{desk}")
        self.office.turn([Message(topics.build("test", "console_cmd", console), json.dumps(body).encode())])
        return self.last("console_reply", console)

    def integrate(self, command: str, by: str = "kiosk", **fields: Any) -> dict[str, Any]:
        """Send another system's command, and a question, and return the reply to the command."""
        self.seq += 1
        body = {"id": f"i{self.seq}", "command": command, **fields}
        asking = {"id": f"q{self.seq}", "ask": "status"}
        self.office.turn(
            [
                Message(topics.build("test", "integrator_cmd", by), json.dumps(body).encode()),
                Message(topics.build("test", "integrator_ask", by), json.dumps(asking).encode()),
            ]
        )
        assert self.last("integrator_answer", by)["ok"]
        return self.last("integrator_reply", by)

    def supervise(self, command: str, desk: str | None = None, **fields: Any) -> dict[str, Any]:
        """Send a supervisor's command and return the reply."""
        return self.command(command, desk, console="supervisor", **fields)  # type: ignore[arg-type]

    def ask(self, ask: str, **fields: Any) -> dict[str, Any]:
        """Ask as `watch` and return the answer."""
        body = json.dumps({"id": "a", "ask": ask, **fields}).encode()
        self.office.turn([Message(topics.build("test", "console_ask", "watch"), body)])
        return self.last("console_answer", "watch")

    def last(self, name: str, of: str | None = None) -> dict[str, Any]:
        """The last message published on a topic."""
        topic = topics.build("test", name, of)
        found = [payload for at, payload, _ in self.bus.published if at == topic]
        fields: dict[str, Any] = json.loads(found[-1]) if found[-1] else {}
        return fields

    def counted(self, name: str) -> int:
        """How often the office counted `name`."""
        return self.office.counters.counts[name]


def wait_until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    """Poll until `true()`; fails the test at the limit."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
