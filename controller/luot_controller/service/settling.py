"""Settles taps, each once, whether a frame brought it or a technician hands it in. Commits and publishes nothing."""

from dataclasses import replace
from typing import NamedTuple

from luot_controller.engine.commands import EnrolTap
from luot_controller.engine.events import CardEnrolled, CardRetired, Event, TapIgnored, TapSettled
from luot_controller.engine.model import Policy, State
from luot_controller.engine.transitions import decide
from luot_controller.ingest.keys import EndEnrolment, EnrolCards, HandInTaps, Technical
from luot_controller.ingest.taps import TapReader, Verified
from luot_controller.service.counters import Counters
from luot_controller.service.enrolment import Enrolments, free_number
from luot_controller.service.turn import Fields, Turn
from luot_controller.store.port import Store
from luot_protocol.errors import ProtocolError


class Here(NamedTuple):
    """The office at this moment."""

    state: State
    policy: Policy
    now_ms: int


class Settling:
    """Belongs to one office. numbers: of the site's cards."""

    def __init__(self, store: Store, taps: TapReader, counters: Counters, speed: float) -> None:
        self.numbers: set[int] = set()
        self._store = store
        self._taps = taps
        self._counters = counters
        self._speed = speed
        self._enrolments = Enrolments()

    def know_cards(self) -> None:
        """Read the site's cards: the registry has changed, or is not as it was to be."""
        self._taps.cards = self._store.cards()
        self.numbers = set(self._taps.cards.values())

    def settle(self, verified: Verified, turn: Turn, here: Here) -> TapSettled:
        """How a tap is settled: decided now, or as it was before.

        Raises ProtocolError `tap.name` for one that bears the name of another card's.
        """
        tap = verified.tap
        settled = turn.settled.get((tap.kid, tap.boot, tap.seq)) or self._store.settled(tap.kid, tap.boot, tap.seq)
        if settled is None:
            self._counters.add("taps" if verified.refusal is None else "taps_malformed")
            turn.enter(here.state, self._decided(verified, turn, here))
            return turn.settled[tap.kid, tap.boot, tap.seq]
        if None not in (tap.number, settled.number) and tap.number != settled.number:
            # A receipt would free the reader's outbox of a tap that the ledger does not have.
            detail = f"{tap.reader} gave cards {settled.number} and {tap.number} the name {tap.boot}/{tap.seq}:"
            raise ProtocolError("tap.name", f"{detail} its flash was copied or set back; provision it anew")
        self._counters.add("taps_repeated")
        return settled

    def obey(self, said: Technical, turn: Turn, here: Here) -> Fields:
        """Do what is said about readers and cards; returns the reply but for its id."""
        if said.reader not in self._taps.presets:
            return {"ok": False, "code": "unknown_reader"}
        if isinstance(said, HandInTaps):
            return {"ok": True, "taps": self._take_in(said, turn, here)}
        if isinstance(said, EndEnrolment):
            self._enrolments.end(said.reader, here.now_ms)
            return {"ok": True}
        return self._enrol(said, here)

    def retired(self, fact: CardRetired, turn: Turn) -> None:
        """The card has just been retired: nobody knows it from now on."""
        turn.cards[fact.number] = None
        self.numbers.discard(fact.number)
        for card, number in list(self._taps.cards.items()):
            if number == fact.number:
                del self._taps.cards[card]

    def enrolling(self, here: Here) -> dict[str, int]:
        """By reader that enrols now, the number that its next card gets; 0 while it gets none."""
        return {
            reader: 0 if one.paused else self._free(one.number, here) or 0
            for reader, one in self._enrolments.all_now(here.now_ms)
        }

    def _decided(self, verified: Verified, turn: Turn, here: Here) -> list[Event]:
        tap, now_ms = verified.tap, here.now_ms
        if verified.refusal is not None:
            return [TapIgnored(now_ms, tap.reader, tap.kid, tap.boot, tap.seq, verified.refusal, None)]
        enrolment = self._enrolments.during(tap.reader, tap.tap_ms) if tap.aged else None
        if enrolment is None:
            return decide(here.state, here.policy, tap, now_ms)
        given = None
        if not enrolment.paused and self._enrolments.now(tap.reader, now_ms) is not None:
            given = self._free(enrolment.number, here)
        events = decide(here.state, here.policy, EnrolTap(tap, given, enrolment.by), now_ms)
        for event in events:
            if isinstance(event, CardEnrolled):
                turn.cards[event.number] = verified.card
                self._taps.cards[verified.card] = event.number
                self.numbers.add(event.number)
                enrolment.number = event.number
        return events

    def _enrol(self, said: EnrolCards, here: Here) -> Fields:
        if said.number == 0:
            said = replace(said, number=max(self.numbers, default=0) + 1)
        enrolment = self._enrolments.begin(said, here.now_ms, int(said.for_s * 1000 * self._speed))
        if enrolment is None:
            return {"ok": False, "code": "not_enrolling"}
        number = self._free(enrolment.number, here)
        if number is None:
            self._enrolments.end(said.reader, here.now_ms)
            return {"ok": False, "code": "no_number_free"}
        return {"ok": True, "number": number}

    def _free(self, first: int, here: Here) -> int | None:
        return free_number(first, self.numbers, here.policy.reserved)

    def _take_in(self, said: HandInTaps, turn: Turn, here: Here) -> Fields:
        counts = {"new": 0, "known": 0, "clashing": 0}
        for verified in self._taps.handed_in(said.reader, said.kid, said.taps, here.now_ms):
            before = len(turn.settled)
            try:
                self.settle(verified, turn, here)
            except ProtocolError as error:
                self._counters.problem(error.code, error.detail)
                counts["clashing"] += 1
                continue
            counts["new" if len(turn.settled) > before else "known"] += 1
        return dict(counts)
