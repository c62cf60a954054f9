"""The one loop of the office: drain what has arrived, verify, apply, commit once, publish, acknowledge.

Everything that changes the line goes through `Office._take` on one thread; nothing leaves before it is committed.
"""

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache

import msgspec

from luot_controller.engine.commands import DeskCommand
from luot_controller.engine.events import Event, Fact, Refused, TapIgnored, VisitCalled
from luot_controller.engine.model import Policy
from luot_controller.engine.transitions import decide
from luot_controller.errors import StoreFailed
from luot_controller.ingest.keys import read_ask, read_command
from luot_controller.ingest.taps import Key, Report, TapReader, Verified
from luot_controller.publish import answers, ledger, screens
from luot_controller.publish.receipts import receipt_frame
from luot_controller.service.clock import OfficeClock, wall_ms
from luot_controller.service.counters import Counters
from luot_controller.service.ports import Arrived, Bus
from luot_controller.service.readers import Readers
from luot_controller.service.turn import Fields, Turn
from luot_controller.store.port import Store
from luot_protocol import messages, topics
from luot_protocol.errors import ProtocolError

TURN_MESSAGES = 500
"""Messages in one commit at the most, so that the last of a burst does not wait for all the others."""

PULSE_S = 2.0
REFUSALS_KEPT = 1000
EVENTS_PAGE = 8

SUBSCRIPTIONS = ("link_up", "link_state", "console_cmd", "console_ask")

_encode = msgspec.json.Encoder().encode

# Taken apart and put together for each message; a site has about so many topics, nearly all of cards.
_topic = lru_cache(maxsize=16_384)(topics.build)
_named = lru_cache(maxsize=1024)(topics.parse)


class Office:
    """One site's controller; it lives on one thread."""

    def __init__(
        self,
        site: str,
        site_fields: Fields,
        policy: Policy,
        store: Store,
        bus: Bus,
        inbox: "queue.SimpleQueue[Arrived | bool | None]",
        taps: TapReader,
        readers: dict[str, str],
        speed: float = 1.0,
        on_fact: Callable[[Fact], None] | None = None,
        on_pulse: Callable[[], object] | None = None,
    ) -> None:
        """`site_fields` is message SITE; `readers` is id to role; `on_fact` sees each fact once it is committed.

        Other threads put into `inbox` what arrives, True when the broker is there (it may have forgotten everything)
        and False when it is lost, and None to let the loop look at `stopping` at once.
        """
        self.counters = Counters()
        self._site = site
        self._site_fields = site_fields
        self._policy = policy
        self._store = store
        self._bus = bus
        self._taps = taps
        self._on_fact = on_fact
        self._on_pulse = on_pulse
        self._inbox = inbox
        self._readers = Readers(readers)
        self._refusals: OrderedDict[str, bytes] = OrderedDict()
        self._shown: dict[screens.Place, Fields] = {}
        self._registry_version = -1
        self._published = 0
        self._recover()
        self._clock = OfficeClock(self._state.at_ms, self._recovered.wall_ms, speed)

    def run(self, stopping: threading.Event) -> None:
        """Serve until `stopping` is set."""
        next_pulse = time.monotonic()
        while not stopping.is_set():
            arrived = self._drain(max(0.0, next_pulse - time.monotonic()))
            if arrived:
                self.turn(arrived)
            if time.monotonic() >= next_pulse:
                next_pulse = time.monotonic() + PULSE_S
                self._pulse()
        self._say("office", None, {**self._office_fields(), "state": "stopped"}, retain=True)

    def turn(self, arrived: Iterable[Arrived]) -> None:
        """Deal with these messages in one commit. After a failure of the store nothing of them has happened."""
        arrived = list(arrived)
        turn = Turn()
        try:
            self._read_registry()
            for message in arrived:
                self._take(message, turn)
            batch = turn.batch(self._state, self._published)
            if not batch.empty:
                self._store.commit(batch, wall_ms())
        except StoreFailed as failure:
            self.counters.problem("store.failed", str(failure))
            self._recover()
            turn = Turn()
        with self._bus.together():
            self._publish(turn)
            # Also after a failure: readers send again, and a broker stops delivering to whoever never acknowledges.
            for message in arrived:
                self._bus.ack(message)
        if self._on_fact is not None:
            for _, fact in turn.facts:
                self._on_fact(fact)

    def _drain(self, timeout_s: float) -> list[Arrived]:
        messages: list[Arrived] = []
        try:
            item = self._inbox.get(timeout=timeout_s) if timeout_s > 0 else self._inbox.get_nowait()
            while True:
                if isinstance(item, bool):
                    if item:
                        with self._bus.together():
                            self._greet()
                elif item is None:
                    break
                else:
                    messages.append(item)
                    if len(messages) >= TURN_MESSAGES:
                        break
                item = self._inbox.get_nowait()
        except queue.Empty:
            pass
        return messages

    def _take(self, arrived: Arrived, turn: Turn) -> None:
        try:
            name, of = _named(self._site, arrived.topic)
            if name == "link_up":
                self._take_frame(of, arrived, turn)
            elif name == "link_state":
                self._take_link_state(of, arrived.payload)
            elif arrived.retained:
                raise ProtocolError("message.retained", arrived.topic)
            elif name == "console_cmd":
                self._take_command(of, arrived.payload, turn)
            elif name == "console_ask":
                self._take_ask(of, arrived.payload, turn)
        except ProtocolError as error:
            self.counters.problem(error.code, f"{arrived.topic}: {error.detail}")

    def _take_frame(self, link: str, arrived: Arrived, turn: Turn) -> None:
        try:
            verified = self._taps.read(arrived.payload, self._clock.at(arrived.arrived_ns))
        except ProtocolError as error:
            self._readers.not_verified(link, error.code)
            raise
        if isinstance(verified, Report):
            taken = self._readers.report(verified, link, self._now_ms())
            self.counters.add("reports" if taken else "reports_old")
            return
        tap = verified.tap
        self._readers.heard(tap.reader, link, self._now_ms(), verified.unsent)
        settled = turn.settled.get((tap.kid, tap.boot, tap.seq))
        settled = settled or self._store.settled(tap.kid, tap.boot, tap.seq)
        if settled is None:
            self.counters.add("taps" if verified.refusal is None else "taps_malformed")
            turn.enter(self._state, self._settle(verified))
            settled = turn.settled[tap.kid, tap.boot, tap.seq]
        elif None not in (tap.number, settled.number) and tap.number != settled.number:
            # A receipt would free the reader's outbox of a tap that the ledger does not have.
            detail = f"{tap.reader} gave cards {settled.number} and {tap.number} the name {tap.boot}/{tap.seq}:"
            raise ProtocolError("tap.name", f"{detail} its flash was copied or set back; provision it anew")
        else:
            self.counters.add("taps_repeated")
        turn.receipts.append((link, verified, settled))

    def _settle(self, verified: Verified) -> list[Event]:
        tap = verified.tap
        if verified.refusal is None:
            return decide(self._state, self._policy, tap, self._now_ms())
        return [TapIgnored(self._now_ms(), tap.reader, tap.kid, tap.boot, tap.seq, verified.refusal, None)]

    def _take_link_state(self, link: str, payload: bytes) -> None:
        try:
            state = messages.LINK_STATE.check(msgspec.json.decode(payload))["state"]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProtocolError("message.json", str(error)) from None
        self._readers.presence(link, state)

    def _take_command(self, console: str, payload: bytes, turn: Turn) -> None:
        command_id, command = read_command(console, payload)
        key = f"{console}/{command_id}"
        known = turn.replies.get(key) or self._refusals.get(key) or self._store.reply(key)
        if known is None:
            events: list[Event] = [Refused("forbidden")]
            if command is not None:
                events = decide(self._state, self._policy, command, self._now_ms())
            turn.enter(self._state, events)
            refused = _refusal(events)
            known = _encode(self._reply(command_id, command, events))
            if refused is None:
                turn.replies[key] = known
            else:
                self._refusals[key] = known
                if len(self._refusals) > REFUSALS_KEPT:
                    self._refusals.popitem(last=False)
            self.counters.add("commands" if refused is None else "commands_refused")
        turn.outgoing.append((_topic(self._site, "console_reply", console), known))

    def _reply(self, command_id: str, command: DeskCommand | None, events: list[Event]) -> Fields:
        refused = _refusal(events)
        reply: Fields = {"id": command_id, "ok": refused is None}
        if refused is not None:
            reply["code"] = refused.code
        if command is not None and command.desk in self._state.desks:
            reply["desk"] = {"epoch": self._recovered.epoch, **screens.desk_fields(self._state, command.desk)}
        called = next((event for event in events if isinstance(event, VisitCalled)), None)
        if called is not None:
            reply["called"] = called.number
        return reply

    def _take_ask(self, console: str, payload: bytes, turn: Turn) -> None:
        ask = read_ask(payload)
        if ask["ask"] == "events":
            facts = self._store.facts(max(0, ask.get("after") or 0), EVENTS_PAGE)
            fields: Fields = {"id": ask["id"], "ok": True, "events": [ledger.event_fields(*fact) for fact in facts]}
        else:
            office = {**self._office_fields(), "readers": self._readers.rows()}
            fields = answers.answer(self._state, self._policy, ask, office)
        turn.outgoing.append((_topic(self._site, "console_answer", console), _encode(fields)))

    def _publish(self, turn: Turn) -> None:
        for link, verified, settled in turn.receipts:
            frame = receipt_frame(settled, verified.kid, verified.key)
            self._bus.publish(_topic(self._site, "link_down", link), frame)
        for topic, payload in turn.outgoing:
            self._bus.publish(topic, payload)
        self._show_readers()
        for place in screens.touched(self._state, (fact for _, fact in turn.facts)):
            self._show(place)
        for event_id, fact in turn.facts:
            if self._published == event_id - 1 and self._say("event", None, ledger.event_fields(event_id, fact)):
                self._published = event_id

    def _greet(self) -> None:
        """Tell a broker that has just come (back) everything that it should hold, and the events it has missed."""
        self._say("site", None, self._site_fields, retain=True)
        for place in screens.everything(self._state, self._policy):
            self._show(place)
        self._readers.changed.update(row["id"] for row in self._readers.rows())
        self._show_readers()
        self._say("office", None, self._office_fields(), retain=True)
        while page := self._store.facts(self._published, 100):
            for event_id, fact in page:
                if not self._say("event", None, ledger.event_fields(event_id, fact)):
                    return
                self._published = event_id

    def _pulse(self) -> None:
        if self._on_pulse is not None:
            self._on_pulse()
        self._refresh()
        self._say("office", None, self._office_fields(), retain=True)

    def _refresh(self) -> None:
        """Show the lines whose range has changed since by what happened at desks that they share with others."""
        for service in self._policy.typical_ms:
            place: screens.Place = ("service", service)
            if self._shown.get(place) != _unversioned(screens.message(self._state, self._policy, place, 0)):
                self._show(place)

    def _office_fields(self) -> Fields:
        return {
            "state": "open",
            "epoch": self._recovered.epoch,
            "at_ms": self._now_ms(),
            "speed": self._clock.speed,
            "waiting": self._state.lines.waiting(self._policy.typical_ms),
            "counters": dict(self.counters.counts),
        }

    def _show_readers(self) -> None:
        while self._readers.changed:
            reader = self._readers.changed.pop()
            self._say("reader", reader, self._readers.message(reader), retain=True)

    def _show(self, place: screens.Place) -> None:
        fields = screens.message(self._state, self._policy, place, self._recovered.epoch)
        if place[0] == "service":
            self._shown[place] = _unversioned(fields)
        payload = b"" if fields is None else _encode(fields)
        self._bus.publish(_topic(self._site, *place), payload, True)

    def _say(self, name: str, of: str | None, fields: Fields, retain: bool = False) -> bool:
        return self._bus.publish(_topic(self._site, name, of), _encode(fields), retain)

    def _now_ms(self) -> int:
        return max(self._state.at_ms, self._clock.now_ms())

    def _recover(self) -> None:
        self._recovered = self._store.recover(self._policy)
        self._state = self._recovered.state
        self._published = self._recovered.published
        self._read_registry()

    def _read_registry(self) -> None:
        version = self._store.registry_version()
        if version != self._registry_version:
            self._registry_version = version
            self._taps.keys = {row.kid: Key(row.reader, row.key) for row in self._store.reader_keys()}
            self._taps.cards = self._store.cards()


def _unversioned(fields: Fields | None) -> Fields:
    return {key: value for key, value in (fields or {}).items() if key not in ("epoch", "version")}


def _refusal(events: Iterable[Event]) -> Refused | None:
    return next((event for event in events if isinstance(event, Refused)), None)
