"""An office in memory that speaks as `client.OfficeClient` does: same methods, same messages, same refusals.

It keeps the rules that the console depends on: versions that rise, `expects` and `expires_ms` checked, and the codes of
its refusals. Nothing passes by itself: pulses and time come from the test.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from luot_controller.errors import LuotError, OfficeUnreachable
from luot_controller.screen.office import OnChange, OnLink

START_MS = 1_780_022_460_000  # 09:41 in Vietnam
MINUTE_MS = 60_000
HEAD_START_MS = 45 * MINUTE_MS

SITE: dict[str, Any] = {
    "name": "Bộ phận Một cửa",
    "language": "vi",
    "services": [
        {"id": "ho-tich", "name": "Hộ tịch"},
        {"id": "chung-thuc", "name": "Chứng thực"},
        {"id": "dat-dai", "name": "Đất đai"},
    ],
    "desks": [
        {"id": "1", "services": ["ho-tich", "chung-thuc"]},
        {"id": "2", "services": ["dat-dai"]},
    ],
    "classes": [
        {"id": "thuong", "name": "Thường", "head_start_ms": 0},
        {"id": "khuyet-tat", "name": "Người khuyết tật nặng", "head_start_ms": HEAD_START_MS},
    ],
}


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(frozen=True)
class Person:
    """Someone in line."""

    number: int
    service: str = "ho-tich"
    class_id: str = "thuong"
    rank_ms: int = START_MS - 10 * MINUTE_MS

    @property
    def key(self) -> tuple[int, int]:
        """The order of the line."""
        return self.rank_ms - (HEAD_START_MS if self.class_id == "khuyet-tat" else 0), self.rank_ms


@dataclass
class FakeDesk:
    """One desk, and who is at it."""

    services: tuple[str, ...]
    state: str = "free"
    person: Person | None = None
    version: int = 1
    since_ms: int = START_MS
    recalls: int = 0
    reason: str | None = None
    over: int | None = None
    held: list[Person] = field(default_factory=list)
    undo: "FakeDesk | None" = None
    undo_line: list[Person] = field(default_factory=list)

    def emptied(self) -> "FakeDesk":
        """The same desk with nobody at it."""
        return FakeDesk(self.services, version=self.version, held=list(self.held))


class FakeOffice:
    """`clock` is the console's; `commands` and `asks` are what came; the gates hold replies and answers back."""

    def __init__(self, clock: Clock, site: dict[str, Any] = SITE) -> None:
        self.clock = clock
        self.site = site
        self.line: list[Person] = []
        self.desks = {row["id"]: FakeDesk(tuple(row["services"])) for row in site["desks"]}
        self.speed = 1.0
        self.hall: dict[str, Any] = {}
        self.epoch = 1
        self.commands: list[dict[str, Any]] = []
        self.asks: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.ask_gate = threading.Event()
        self.ask_gate.set()
        self.problem: LuotError | None = None
        self.started = self.stopped = False
        self._version = 1
        self._began_s = clock.now_s

    def connect(self, on_change: OnChange, on_link: OnLink) -> "FakeOffice":
        """What the console takes as its `connect`."""
        self.say, self.link = on_change, on_link
        return self

    def start(self) -> None:
        """Connect at once and say everything, unless there is a problem."""
        self.started = True
        if self.problem is None:
            self.welcome()

    def stop(self) -> None:
        """End; whoever is held back is let go."""
        self.stopped = True
        self.ask_gate.set()
        self.gate.set()

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
        for service in (row["id"] for row in self.site["services"]):
            self.say_service(service)
        for desk in self.desks:
            self.say_desk(desk)

    def cut(self) -> None:
        """The link breaks."""
        self.problem = OfficeUnreachable("no answer", "Start it.")
        self.link(False)

    def pulse(self, state: str = "open") -> None:
        """The office says that it lives; its last will says `lost` and nothing else."""
        message = {"state": state}
        if state == "open":
            message |= {"epoch": self.epoch, "at_ms": self.now_ms(), "speed": self.speed, "waiting": len(self.line)}
            message |= self.hall
        self.say("office", None, message)

    def now_ms(self) -> int:
        """Office time."""
        return START_MS + int((self.clock.now_s - self._began_s) * 1000 * self.speed)

    def arrive(self, *people: Person) -> None:
        """People take their place."""
        for person in people:
            self._version += 1
            self.line = sorted([*self.line, person], key=lambda waiting: waiting.key)
            self.say_service(person.service)

    def say_service(self, service: str) -> None:
        """Publish one line."""
        waiting = [person for person in self.line if person.service == service]
        head = [{"number": one.number, "class": one.class_id, "rank_ms": one.rank_ms} for one in waiting[:5]]
        message = {"epoch": self.epoch, "version": self._version, "waiting": len(waiting), "head": head}
        self.say("service", service, message | {"lo_min": 5 * len(waiting), "hi_min": 5 * len(waiting) + 5})

    def say_desk(self, desk_id: str) -> None:
        """Publish one desk."""
        self.say("desk", desk_id, self.desk_message(desk_id))

    def desk_message(self, desk_id: str) -> dict[str, Any]:
        """A desk as the protocol's message `desk`."""
        desk = self.desks[desk_id]
        message: dict[str, Any] = {"epoch": self.epoch, "version": desk.version, "state": desk.state}
        if desk.person is not None:
            message |= {"number": desk.person.number, "service": desk.person.service, "class": desk.person.class_id}
            message |= {"since_ms": desk.since_ms, "recalls": desk.recalls, "reason": desk.reason}
        if desk.over is not None:
            message["over"] = desk.over
        if desk.held:
            message["held"] = [person.number for person in desk.held[:8]]
        if desk.undo is not None:
            message["undo"] = True
        return message

    def put(self, desk_id: str, state: str, person: Person, held: Sequence[Person] = (), undo: bool = False) -> None:
        """Bring a desk into a state by another hand: `free`, or with someone at it."""
        desk = FakeDesk(self.desks[desk_id].services, state, held=list(held))
        desk.undo, desk.undo_line = replace(desk) if undo else None, list(self.line)
        if state != "free":
            desk.person, desk.reason, desk.since_ms = person, "OLDEST", self.now_ms()
        self.desks[desk_id] = desk
        self._touch(desk_id)
        self.say_desk(desk_id)

    def command(
        self,
        command: str,
        desk: str,
        *,
        expects: int | None = None,
        expires_ms: int | None = None,
        timeout_s: float = 5.0,
        **more: Any,
    ) -> dict[str, Any]:
        """Do what a clerk's key asks for, or refuse it as the engine does."""
        self.commands.append({"command": command, "desk": desk, "expects": expects, "expires_ms": expires_ms} | more)
        assert self.gate.wait(timeout_s + 20)
        if self.problem is not None:
            raise self.problem
        return {"id": "f", **self._decide(command, desk, expects, expires_ms, **more)}

    def ask(self, ask: str, *, timeout_s: float = 5.0, desk: str | None = None) -> dict[str, Any]:
        """Answer `next`."""
        assert timeout_s > 0
        self.asks.append(ask)
        found = self._next(desk)
        assert self.ask_gate.wait(timeout_s + 20)
        return found

    def _next(self, desk: str | None) -> dict[str, Any]:
        if self.problem is not None:
            raise self.problem
        if desk not in self.desks:
            return {"id": "f", "ok": False, "code": "unknown_desk"}
        person, reason, over = self.choose(desk)
        if person is None:
            return {"id": "f", "ok": True, "next": {}}
        found: dict[str, Any] = {"number": person.number, "service": person.service, "class": person.class_id}
        found |= {"rank_ms": person.rank_ms, "reason": reason} | ({} if over is None else {"over": over})
        return {"id": "f", "ok": True, "next": found}

    def choose(self, desk: str) -> tuple[Person | None, str, int | None]:
        """Who is next at a desk, why, and over whom."""
        ours = [person for person in self.line if person.service in self.desks[desk].services]
        if not ours:
            return None, "", None
        oldest = min(ours, key=lambda person: person.rank_ms)
        if oldest is not ours[0]:
            return ours[0], "PRIORITY_WITHIN_H", oldest.number
        if self.line[0] is not ours[0]:
            return ours[0], "DESK_SERVICES", self.line[0].number
        return ours[0], "OLDEST", None

    def _decide(
        self, command: str, desk_id: str, expects: int | None, expires_ms: int | None, **more: Any
    ) -> dict[str, Any]:
        desk = self.desks.get(desk_id)
        if desk is None:
            return {"ok": False, "code": "unknown_desk"}
        if expires_ms is not None and self.now_ms() > expires_ms:
            return self._refused(desk_id, "expired")
        if expects is not None and expects != desk.version:
            return self._refused(desk_id, "stale")
        before, line = replace(desk, held=list(desk.held), undo=None), list(self.line)
        if command == "Undo":
            return self._undo(desk_id, desk)
        if command == "CallNext":
            reply = self._call_next(desk_id, desk)
        elif command == "Resume":
            reply = self._resume(desk_id, desk, more["number"])
        else:
            reply = self._at_desk(command, desk_id, desk, more.get("service"))
        if reply["ok"]:
            self.desks[desk_id].undo = None if command == "Recall" else before
            self.desks[desk_id].undo_line = line
            self.say_desk(desk_id)
            reply["desk"] = self.desk_message(desk_id)
        return reply

    def _undo(self, desk_id: str, desk: FakeDesk) -> dict[str, Any]:
        if desk.undo is None:
            return self._refused(desk_id, "nothing_to_undo")
        self.desks[desk_id], self.line = desk.undo, desk.undo_line
        for service in desk.services:
            self.say_service(service)
        return self._done(desk_id)

    def _resume(self, desk_id: str, desk: FakeDesk, number: int) -> dict[str, Any]:
        if desk.person is not None:
            return self._refused(desk_id, "desk_busy")
        person = next((held for held in desk.held if held.number == number), None)
        if person is None:
            return self._refused(desk_id, "not_held")
        desk.held.remove(person)
        desk.state, desk.person, desk.reason, desk.since_ms = "called", person, "RETURNED", self.now_ms()
        return self._done(desk_id)

    def _at_desk(self, command: str, desk_id: str, desk: FakeDesk, service: str | None) -> dict[str, Any]:
        if desk.person is None:
            return self._refused(desk_id, "desk_free")
        if command == "Finish":
            self.desks[desk_id] = desk.emptied()
        elif command == "Hold":
            self.desks[desk_id] = desk.emptied()
            self.desks[desk_id].held.append(desk.person)
        elif command == "Transfer":
            if service not in {row["id"] for row in self.site["services"]}:
                return self._refused(desk_id, "unknown_service")
            if service == desk.person.service:
                return self._refused(desk_id, "same_service")
            self.desks[desk_id] = desk.emptied()
            self.arrive(replace(desk.person, service=service))
        elif desk.state == "serving":
            return self._refused(desk_id, "already_serving")
        elif command == "Recall":
            desk.recalls += 1
        elif command == "Start":
            desk.state, desk.since_ms = "serving", self.now_ms()
        else:
            self.desks[desk_id] = desk.emptied()
        return self._done(desk_id)

    def _call_next(self, desk_id: str, desk: FakeDesk) -> dict[str, Any]:
        if desk.state == "called":
            return self._refused(desk_id, "still_called")
        person, reason, over = self.choose(desk_id)
        if person is None and desk.person is None:
            return self._refused(desk_id, "nobody_waiting")
        self.desks[desk_id] = desk.emptied()
        if person is None:
            return self._done(desk_id)
        self.line.remove(person)
        fresh = FakeDesk(desk.services, "called", person, desk.version, self.now_ms(), 0, reason, over)
        fresh.held = list(desk.held)
        self.desks[desk_id] = fresh
        self.say_service(person.service)
        return self._done(desk_id) | {"called": person.number}

    def _touch(self, desk_id: str) -> None:
        self._version += 1
        self.desks[desk_id].version = self._version

    def _done(self, desk_id: str) -> dict[str, Any]:
        self._touch(desk_id)
        self.say_desk(desk_id)
        return {"ok": True, "desk": self.desk_message(desk_id)}

    def _refused(self, desk_id: str, code: str) -> dict[str, Any]:
        return {"ok": False, "code": code, "desk": self.desk_message(desk_id)}
