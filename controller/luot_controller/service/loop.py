"""The one loop of the office: drain what has arrived, verify, apply, commit once, publish, acknowledge.

Everything that changes the line goes through `Office._take` on one thread; nothing leaves before it is committed.
"""

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

import msgspec

from luot_controller.engine.events import (
    CardRetired,
    DayClosed,
    Fact,
    HallFact,
    Refused,
    VisitCalled,
    VisitMissed,
    VisitOpened,
    VisitReturned,
)
from luot_controller.engine.model import Policy
from luot_controller.engine.transitions import decide
from luot_controller.errors import StoreFailed, UsageProblem
from luot_controller.ingest.keys import IdentifyReader, ReloadSite, Said, Technical, read_ask, read_command
from luot_controller.ingest.taps import Key, Report, TapReader
from luot_controller.publish import answers, ledger, screens
from luot_controller.publish.receipts import receipt_frame
from luot_controller.service.alerts import Alerts
from luot_controller.service.clock import OfficeClock, wall_ms
from luot_controller.service.counters import Counters
from luot_controller.service.hours import Hours
from luot_controller.service.ports import Arrived, Bus, Rules, SiteFile
from luot_controller.service.readers import Readers
from luot_controller.service.settling import Here, Settling
from luot_controller.service.speaker import Speaker, encode, topic
from luot_controller.service.turn import Fields, Turn
from luot_controller.store.port import Store
from luot_protocol import messages, topics
from luot_protocol.errors import ProtocolError

TURN_MESSAGES = 500
"""Messages in one commit at the most, so that the last of a burst does not wait for all the others."""

PULSE_S = 2.0
REFUSALS_KEPT = 1000
EVENTS_PAGE = 6

SUBSCRIPTIONS = ("link_up", "link_state", "console_cmd", "console_ask", "integrator_cmd", "integrator_ask")

_SHOWN_BY_OFFICE = frozenset({VisitMissed, VisitReturned, *get_args(HallFact)})
"""The facts after which message OFFICE is another one."""

_named = lru_cache(maxsize=1024)(topics.parse)


class Office:
    """One site's controller; it lives on one thread."""

    def __init__(
        self,
        site: str,
        site_fields: Mapping[str, Any],
        policy: Policy,
        store: Store,
        bus: Bus,
        inbox: "queue.SimpleQueue[Arrived | bool | None]",
        taps: TapReader,
        readers: dict[str, str],
        speed: float = 1.0,
        on_fact: Callable[[Fact], None] | None = None,
        on_pulse: Callable[[], object] | None = None,
        site_file: SiteFile | None = None,
        hours: Hours | None = None,
    ) -> None:
        """`site_fields` is message SITE; `readers` is id to role; `on_fact` sees each fact once it is committed.

        With `site_file` the rules that were given change whenever it does.

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
        self._site_file = site_file
        self._hours = hours
        self._inbox = inbox
        self._readers = Readers(readers)
        self._settling = Settling(store, taps, self.counters, speed)
        self._speaker = Speaker(site, bus)
        self._refusals: OrderedDict[str, bytes] = OrderedDict()
        self._registry_version = -1
        self._is_linked = False
        self._recover()
        self._clock = OfficeClock(self._state.at_ms, self._recovered.wall_ms, speed)
        self._alerts = Alerts(self._now_ms(), speed)

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
        self._speaker.say("office", None, {**self._office_fields(), "state": "stopped"}, retain=True)

    def turn(self, arrived: Iterable[Arrived]) -> None:
        """Deal with these messages in one commit. After a failure of the store nothing of them has happened."""
        arrived = list(arrived)

        def take(turn: Turn) -> None:
            self._read_registry()
            for message in arrived:
                self._take(message, turn)

        self._commit(take, arrived)

    def keep_house(self) -> None:
        """Look whether the site file has changed, and whether the opening hours ask for something."""
        self._commit(self._keep_house)

    def _commit(self, work: Callable[[Turn], None], arrived: Sequence[Arrived] = ()) -> None:
        turn = Turn(self._now_ms())
        try:
            work(turn)
            batch = turn.batch(self._state, self._speaker.published)
            if not batch.empty:
                self._store.commit(batch, wall_ms())
        except StoreFailed as failure:
            self.counters.problem("store.failed", str(failure))
            self._recover()
            turn = Turn(self._now_ms())
        with self._bus.together():
            self._publish(turn)
            # Also after a failure: readers send again, and a broker stops delivering to whoever never acknowledges.
            for message in arrived:
                self._bus.ack(message)
        if self._on_fact is not None:
            for _, fact in turn.facts:
                self._on_fact(fact)

    def _keep_house(self, turn: Turn) -> None:
        self._read_registry()
        self._look_at_site(turn)
        if self._hours is None:
            return
        command = self._hours.due(self._state.hall, turn.now_ms)
        if command is not None:
            turn.enter(self._state, decide(self._state, self._policy, command, turn.now_ms))
        planned = self._hours.planned(self._state.hall, turn.now_ms)
        if planned is not None:
            turn.enter(self._state, [planned])

    def _look_at_site(self, turn: Turn, asked: bool = False) -> Fields:
        """Take another site file into force, if there is one; returns the reply to whoever asked."""
        if self._site_file is None:
            return {"ok": False, "code": "no_site_file"}
        try:
            rules = self._site_file.changed(self._state, asked)
        except UsageProblem as problem:
            self.counters.problem(problem.code, problem.subject)
            return {"ok": False, "code": "site_file_invalid", "detail": problem.subject[-messages.MAX_TEXT_CHARS :]}
        if rules is not None:
            self._adopt(rules, turn)
        return {"ok": True}

    def _adopt(self, rules: Rules, turn: Turn) -> None:
        old = self._policy
        turn.enter(self._state, [rules.adopted(turn.now_ms)])
        self._policy, self._site_fields, self._hours = rules.policy, rules.fields, rules.hours
        self._taps.presets, self._taps.age_limit_ms = rules.presets, rules.age_limit_ms
        gone = self._readers.adopt(rules.readers)
        self._registry_version = -1  # of new readers it is not known whether they have a key
        turn.news = [
            *(("reader", reader) for reader in gone),
            *(("service", service) for service in old.typical_ms if service not in rules.policy.typical_ms),
            *(("desk", desk) for desk in old.desk_services if desk not in rules.policy.desk_services),
        ]

    def _drain(self, timeout_s: float) -> list[Arrived]:
        messages: list[Arrived] = []
        try:
            item = self._inbox.get(timeout=timeout_s) if timeout_s > 0 else self._inbox.get_nowait()
            while True:
                if isinstance(item, bool):
                    self._is_linked = item
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
            elif name in ("console_cmd", "integrator_cmd"):
                self._take_command(name.partition("_")[0], of or "", arrived.payload, turn)
            elif name in ("console_ask", "integrator_ask"):
                self._take_ask(name.partition("_")[0], of or "", arrived.payload, turn)
        except ProtocolError as error:
            self.counters.problem(error.code, f"{arrived.topic}: {error.detail}")

    def _take_frame(self, link: str, arrived: Arrived, turn: Turn) -> None:
        try:
            verified = self._taps.read(arrived.payload, self._clock.at(arrived.arrived_ns))
        except ProtocolError as error:
            self._readers.not_verified(link, error.code)
            raise
        if isinstance(verified, Report):
            taken = self._readers.report(verified, link, turn.now_ms)
            self.counters.add("reports" if taken else "reports_old")
            return
        tap = verified.tap
        self._readers.heard(tap.reader, link, turn.now_ms, verified.unsent)
        turn.receipts.append((link, verified, self._settling.settle(verified, turn, self._here(turn))))

    def _take_link_state(self, link: str, payload: bytes) -> None:
        try:
            state = messages.LINK_STATE.check(msgspec.json.decode(payload))["state"]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProtocolError("message.json", str(error)) from None
        self._readers.presence(link, state)

    def _take_command(self, kind: str, sender: str, payload: bytes, turn: Turn) -> None:
        command_id, said = read_command(sender, payload, self._settling.numbers, integrator=kind == "integrator")
        key = f"{sender}/{command_id}"
        known = turn.replies.get(key) or self._refusals.get(key) or self._store.reply(key)
        if known is None:
            reply = self._obey(said, turn)
            known = encode({"id": command_id, **reply})
            if reply["ok"]:
                turn.replies[key] = known
            else:
                self._refusals[key] = known
                if len(self._refusals) > REFUSALS_KEPT:
                    self._refusals.popitem(last=False)
            self.counters.add("commands" if reply["ok"] else "commands_refused")
        turn.outgoing.append((topic(self._site, f"{kind}_reply", sender), known))

    def _obey(self, said: Said, turn: Turn) -> Fields:
        """Do what was asked; returns the reply but for its id."""
        if isinstance(said, Refused):
            return {"ok": False, "code": said.code}
        if isinstance(said, ReloadSite):
            return self._look_at_site(turn, asked=True)
        if isinstance(said, IdentifyReader):
            order = self._readers.order_to_blink(said.reader, self._taps.keys)
            if isinstance(order, str):
                return {"ok": False, "code": order}
            turn.outgoing.append((topic(self._site, "link_down", order[0]), order[1]))
            return {"ok": True}
        if isinstance(said, Technical):
            return self._settling.obey(said, turn, self._here(turn))
        events = decide(self._state, self._policy, said, turn.now_ms)
        turn.enter(self._state, events)
        refused = next((event for event in events if isinstance(event, Refused)), None)
        reply: Fields = {"ok": refused is None}
        if refused is not None:
            reply["code"] = refused.code
        if said.desk is not None and said.desk in self._state.desks:
            reply["desk"] = {"epoch": self._recovered.epoch, **screens.desk_fields(self._state, said.desk)}
        for event in events:
            if isinstance(event, VisitCalled):
                reply["called"] = event.number
            elif isinstance(event, VisitOpened):
                reply.update(answers.opened(self._state, self._policy, event))
            elif isinstance(event, DayClosed):
                reply["closed"] = answers.closed(event)
            elif isinstance(event, CardRetired):
                self._settling.retired(event, turn)
        return reply

    def _take_ask(self, kind: str, sender: str, payload: bytes, turn: Turn) -> None:
        ask = read_ask(payload)
        if ask["ask"] == "events":
            facts = self._store.facts(max(0, ask.get("after") or 0), EVENTS_PAGE)
            fields: Fields = {"id": ask["id"], "ok": True, "events": [ledger.event_fields(*fact) for fact in facts]}
        else:
            office = {**self._office_fields(), "readers": self._readers.rows()}
            fields = answers.answer(self._state, self._policy, ask, office)
        turn.outgoing.append((topic(self._site, f"{kind}_answer", sender), encode(fields)))

    def _publish(self, turn: Turn) -> None:
        for link, verified, settled in turn.receipts:
            frame = receipt_frame(settled, verified.kid, verified.key)
            self._bus.publish(topic(self._site, "link_down", link), frame)
        for at, payload in turn.outgoing:
            self._bus.publish(at, payload)
        self._readers.enrol(self._settling.enrolling(self._here(turn)))
        self._speaker.show_readers(self._readers)
        if turn.news is None:
            self._show(screens.touched(self._state, (fact for _, fact in turn.facts)))
        else:
            self._speaker.forget(turn.news)
            self._show_everything()
        if not _SHOWN_BY_OFFICE.isdisjoint([type(fact) for _, fact in turn.facts]):
            self._speaker.say("office", None, self._office_fields(), retain=True)
        self._speaker.tell(turn.facts)

    def _greet(self) -> None:
        """Tell a broker that has just come (back) everything that it should hold, and the events it has missed."""
        self._show_everything()
        self._speaker.say("office", None, self._office_fields(), retain=True)
        self._speaker.catch_up(self._store)

    def _pulse(self) -> None:
        if self._on_pulse is not None:
            self._on_pulse()
        self.keep_house()
        self._watch_readers()
        self._speaker.refresh(self._state, self._policy, self._recovered.epoch)
        self._speaker.say("office", None, self._office_fields(), retain=True)

    def _watch_readers(self) -> None:
        now_ms = self._now_ms()
        changes = self._alerts.look(self._readers.rows(), now_ms, self._is_linked and self._state.hall.open)
        for reader in {change.reader for change in changes}:
            self._readers.alerted(reader, self._alerts.of(reader))
        self._speaker.show_readers(self._readers)
        self._speaker.alert(changes, now_ms)

    def _show_everything(self) -> None:
        self._speaker.say("site", None, self._site_fields, retain=True)
        self._show(screens.everything(self._state, self._policy))
        self._readers.changed.update(row["id"] for row in self._readers.rows())
        self._speaker.show_readers(self._readers)

    def _show(self, places: Iterable[screens.Place]) -> None:
        self._speaker.show(self._state, self._policy, places, self._recovered.epoch)

    def _office_fields(self) -> Fields:
        return {
            "state": "open",
            "epoch": self._recovered.epoch,
            "at_ms": self._now_ms(),
            "speed": self._clock.speed,
            "waiting": self._state.lines.waiting(self._policy.rivals),
            **screens.hall_fields(self._state),
            "counters": dict(self.counters.counts),
        }

    def _here(self, turn: Turn) -> Here:
        return Here(self._state, self._policy, turn.now_ms)

    def _now_ms(self) -> int:
        return max(self._state.at_ms, self._clock.now_ms())

    def _recover(self) -> None:
        self._registry_version = -1
        self._recovered = self._store.recover(self._policy)
        self._state = self._recovered.state
        self._speaker.published = self._recovered.published
        self._read_registry()

    def _read_registry(self) -> None:
        version = self._store.registry_version()
        if version != self._registry_version:
            self._registry_version = version
            self._taps.keys = {row.kid: Key(row.reader, row.key) for row in self._store.reader_keys()}
            self._readers.keyed({key.reader for key in self._taps.keys.values()})
            self._settling.know_cards()
