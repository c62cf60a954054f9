"""A machine that plays any day beside a naive list: every command, the same calls and refusals, also after a crash.

`make prove` plays it longer.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

from engine_day import MINUTE, POLICY, Day, folded, picture
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from line_model import NaiveLine, Person

from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    Command,
    Finish,
    Hold,
    NoShow,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    Recall,
    ReplaceCard,
    Resume,
    ReturnVisit,
    Start,
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.events import CommandUndone, Refused, VisitCalled
from luot_controller.engine.model import OVER, Role

STEPS = 50

DESKS = tuple(POLICY.desk_services)
DESK = st.sampled_from(DESKS)
SERVICE = st.sampled_from(tuple(POLICY.typical_ms))
CARD = st.integers(1, 8)
WITHOUT_CARD = range(900, 904)
NUMBER = st.sampled_from((*range(1, 9), *WITHOUT_CARD))
OVER_NOW = {state.value for state in OVER}


def mostly(whom: st.SearchStrategy[Any], which: Callable[["LineMachine", Any], object]) -> st.SearchStrategy[Any]:
    """Three times of four one to whom it can be said, if there is one: by chance alone nearly all is refused."""
    everybody: list[Any] = [*DESKS] if whom is DESK else [*range(1, 9), *WITHOUT_CARD]
    able = st.runner().flatmap(
        lambda play: st.sampled_from([one for one in everybody if which(play, one)] or everybody)
    )
    return st.one_of(able, able, able, whom)


def in_state(*states: str) -> st.SearchStrategy[int]:
    """Mostly a number whose visit is in one of these states."""
    return mostly(NUMBER, lambda play, number: getattr(play.naive.of(number), "state", None) in states)


FREE = mostly(DESK, lambda play, desk: not play.naive.at(desk))
BUSY = mostly(DESK, lambda play, desk: play.naive.at(desk))
CALLING = mostly(DESK, lambda play, desk: getattr(play.naive.at(desk), "state", "serving") == "serving")


class LineMachine(RuleBasedStateMachine):
    """The engine on the one side, the list on the other; every rule does the same to both."""

    def __init__(self) -> None:
        super().__init__()
        self.day = Day()
        self.naive = NaiveLine(dict(POLICY.desk_services))
        self.open = True
        self.before: dict[str, list[Person]] = {}
        self.said = 0

    def say(self, command: Command, legal: bool) -> list[Any]:
        """Give the command; it must be taken just when the list says so."""
        self.said += 1
        events = self.day.later(1).do(command)
        assert legal == (not isinstance(events[0], Refused)), (command, events)
        return events

    def some(self, *states: str) -> bool:
        """Whether anybody is in one of these states."""
        return any(one.state in states for one in self.naive.people)

    def does(self, desk: str, *people: Person | None) -> None:
        """The desk's command is about these: as they are now, its undo brings them back."""
        self.before[desk] = [copy(one) for one in people if one is not None]

    @rule(number=CARD, service=SERVICE, first=st.booleans(), late_min=st.sampled_from((0, 0, 15)))
    def tap(self, number: int, service: str, first: bool, late_min: int) -> None:
        """A tap at the entry opens a visit for whoever has none, by its own time, and only asks for all who wait."""
        before, head_start = self.naive.of(number), "first" if first else "plain"
        rank_ms = self.day.later(20).now_ms - late_min * MINUTE
        self.day.tap(number, service=service, class_id=head_start, age_ms=late_min * MINUTE)
        if not self.open or number in self.naive.blocked:
            return
        if before is not None and before.state == "missed":
            self.returned(number, rank_ms)
        elif before is None or before.state in OVER_NOW:
            self.naive.open(number, service, rank_ms, POLICY.head_start_ms[head_start])

    @precondition(lambda self: self.some("called", "missed"))
    @rule(number=in_state("called", "missed"), desk=DESK)
    def tap_at_desk(self, number: int, desk: str) -> None:
        """Whoever is called there is here, and a no-show is back in line; for all others nothing changes."""
        if number in WITHOUT_CARD:
            return
        who, visit = self.naive.of(number), self.day.state.of_number(number)
        dropped = visit is not None and visit.dropped_ms is not None
        self.day.later(20).tap(number, Role.DESK, desk=desk)
        if who is None or dropped or number in self.naive.blocked:
            return
        if (who.state, who.desk) == ("called", desk):
            self.does(desk, who)  # undo takes the tap back as it does the key
            who.state = "serving"
        elif who.state == "missed" and self.open:
            self.returned(number, self.day.now_ms)

    @rule(number=CARD)
    def drop(self, number: int) -> None:
        """The card in the tray before the call: the turn is given up."""
        who = self.naive.of(number)
        self.day.later(20).tap(number, Role.DROPOFF)
        if who is not None and who.state in ("waiting", "missed") and number not in self.naive.blocked:
            who.state = "cancelled"

    @rule(service=SERVICE, then=st.lists(SERVICE, max_size=2).map(tuple), first=st.booleans())
    def walk_in(self, service: str, then: tuple[str, ...], first: bool) -> None:
        """Opened by word, for several services in turn: a number that nobody has."""
        of_class = "first" if first else "plain"
        free = set(WITHOUT_CARD) - {one.number for one in self.naive.people if one.state not in OVER_NOW}
        legal = self.open and free != set()
        events = self.say(OpenVisit("kiosk", services=(service, *then), class_id=of_class), legal)
        if legal:
            assert events[0].number in free
            self.naive.open(events[0].number, service, self.day.now_ms, POLICY.head_start_ms[of_class], then)

    @rule(
        number=mostly(NUMBER, lambda play, number: number in play.naive.blocked),
        kind=st.sampled_from((BlockCard, UnblockCard)),
    )
    def block(self, number: int, kind: Any) -> None:
        """A lost card changes nothing until it is found; what is no card cannot be lost."""
        is_blocked = number in self.naive.blocked
        legal = is_blocked if kind is UnblockCard else not is_blocked and number not in WITHOUT_CARD
        self.say(kind("supervisor", number=number), legal)
        if legal:
            (self.naive.blocked.discard if kind is UnblockCard else self.naive.blocked.add)(number)

    @precondition(lambda self: len(self.naive.people) > 2)
    @rule(number=in_state("waiting", "called", "serving", "held", "missed"), other=CARD)
    def replace(self, number: int, other: int) -> None:
        """Another card takes the place over; the one that is gone is blocked."""
        who, old = self.naive.of(number), self.naive.of(other)
        legal = who is not None and who.state not in OVER_NOW and number not in (other, *WITHOUT_CARD)
        legal = legal and other not in self.naive.blocked and (old is None or old.state in OVER_NOW)
        self.say(ReplaceCard("supervisor", number=number, replacement=other), legal)
        if legal and who is not None:
            self.naive.people = [one for one in self.naive.people if one is not old]
            self.naive.blocked.add(number)
            who.number = other

    @precondition(lambda self: any(self.before.values()))
    @rule(desk=mostly(DESK, lambda play, desk: play.before.get(desk)))
    def undo(self, desk: str) -> None:
        """The desk's last key is taken back: who was touched by it is as before, unless something came of it since."""
        before = self.before.get(desk, [])
        done = self.day.later(1).do(Undo(desk))
        if not isinstance(done[0], CommandUndone):
            assert [Refused("too_late_to_undo" if before else "nothing_to_undo")] == done
            return
        assert before
        assert {was.number for was in before} == {visit.number for visit in done[0].restored}
        orders = {was.order for was in before}
        self.naive.people = [one for one in self.naive.people if one.order not in orders] + before
        for was in before:
            if was.only is not None and self.is_closed(was.only):
                was.only = None
        self.before[desk] = []

    @precondition(lambda self: self.some("waiting", "serving"))
    @rule(desk=CALLING)
    def call_next(self, desk: str) -> None:
        """The smallest key of this desk's services, whoever was served there being done."""
        there = self.naive.at(desk)
        serving = there is not None and there.state == "serving"
        can = self.open and desk not in self.naive.shut and (there is None or serving)
        was = copy(there)
        if can and there is not None:
            self.naive.finish(there)
        who = self.naive.next_for(desk)
        events = self.say(CallNext(desk), can and (serving or who is not None))
        if can and (serving or who is not None):
            self.does(desk, was, None if who is there else who)
        if can and who is not None:
            assert who.number == next(one.number for one in events if isinstance(one, VisitCalled))
            who.state, who.desk = "called", desk

    @precondition(lambda self: self.some("called", "serving"))
    @rule(desk=BUSY, kind=st.sampled_from((Start, Start, Finish, NoShow, Hold, Recall)))
    def key(self, desk: str, kind: Any) -> None:
        """What is done with whoever is at the desk."""
        there = self.naive.at(desk)
        to = {Start: "serving", Finish: "finished", NoShow: "missed", Hold: "held", Recall: "called"}[kind]
        legal = there is not None and (there.state == "called" or kind in (Finish, Hold))
        self.say(kind(desk), legal)
        if legal and there is not None:
            back = self.day.state.of_number(there.number)
            assert back is not None
            # A number that was called again cannot be called less often.
            self.does(desk, None if kind is Recall else there)
            there.state = "cancelled" if kind is NoShow and back.dropped_ms is not None else to
            there.desk = there.desk if there.state in ("called", "serving", "held") else None
            if kind is Finish:
                self.naive.finish(there)

    @precondition(lambda self: self.some("called", "serving"))
    @rule(desk=BUSY, service=SERVICE, alone=st.booleans())
    def transfer(self, desk: str, service: str, alone: bool) -> None:
        """Into another line, at the same key; to desk 2 alone, which serves everything, if that is asked."""
        there = self.naive.at(desk)
        legal = there is not None and (alone or there.service != service) and not (alone and self.is_closed("2"))
        self.say(Transfer(desk, service=service, to_desk="2" if alone else None), legal)
        if legal and there is not None:
            self.does(desk, there)
            there.state, there.desk, there.service, there.only = "waiting", None, service, "2" if alone else None
            there.then = tuple(one for one in there.then if one != service)

    @precondition(lambda self: self.some("waiting", "held", "missed"))
    @rule(desk=FREE, number=in_state("held", "waiting", "missed"), slip=st.integers(0, 7))
    def call_number(self, desk: str, number: int, slip: int) -> None:
        """One that was held is called back; one out of turn is called with a reason; at times it is the wrong key."""
        who = self.naive.of(number)
        kind: Any = Resume if (who is not None and who.state == "held") != (slip == 0) else CallVisit
        states = ("held",) if kind is Resume else ("waiting", "missed")
        free = self.open and desk not in self.naive.shut and self.naive.at(desk) is None
        legal = free and who is not None and who.state in states
        more = {} if kind is Resume else {"reason": "faint"}
        self.say(kind(desk, number=number, **more), legal)
        if legal and who is not None:
            self.does(desk, who)
            who.state, who.desk = "called", desk

    @precondition(lambda self: len(self.naive.people) > 4)
    @rule(number=NUMBER)
    def cancel(self, number: int) -> None:
        """Given up by word."""
        who = self.naive.of(number)
        legal = who is not None and who.state not in (*OVER_NOW, "serving")
        self.say(CancelVisit("supervisor", number=number), legal)
        if legal and who is not None:
            who.state, who.desk = "cancelled", None

    @precondition(lambda self: self.some("held", "missed"))
    @rule(number=in_state("missed", "held"))
    def put_back(self, number: int) -> None:
        """A no-show within the quarter of an hour, or one who was held, at the old key."""
        who = self.naive.of(number)
        legal = who is not None and who.state in ("missed", "held")
        self.say(ReturnVisit("supervisor", number=number), legal)
        if legal:
            self.returned(number, self.day.now_ms)

    @rule(desk=DESK, kind=st.sampled_from((OpenDesk, OpenDesk, OpenDesk, PauseDesk, CloseDesk)))
    def duty(self, desk: str, kind: Any) -> None:
        """A desk that is not open calls nobody; who waits for a closed one alone waits for its services."""
        state = self.day.state.desks[desk].duty.value
        legal = {
            OpenDesk: self.open and state != "open",
            PauseDesk: state == "open",
            CloseDesk: state != "closed" and self.naive.at(desk) is None,
        }[kind]
        self.say(kind(desk, reason="tea") if kind is PauseDesk else kind(desk), legal)
        if legal:
            self.does(desk)
            (self.naive.shut.discard if kind is OpenDesk else self.naive.shut.add)(desk)
            for one in self.naive.people:
                if kind is CloseDesk and one.only == desk and one.state == "waiting":
                    one.only = None

    @precondition(lambda self: self.open and self.said > 25)
    @rule()
    def close_day(self) -> None:
        """Nobody is left: served ones are done, all others are sent home, and the desks close."""
        self.say(CloseDay("supervisor"), True)
        self.open = False
        self.before = {}
        for one in self.naive.people:
            if one.state not in OVER_NOW:
                one.state = "finished" if one.state == "serving" else "expired"
                one.desk = None
        self.naive.shut = set(POLICY.desk_services)

    @precondition(lambda self: not self.open)
    @rule()
    def open_day(self) -> None:
        """The next morning, at all desks."""
        self.day.later(600)
        self.say(OpenDay("supervisor"), True)
        self.open, self.said = True, 0
        for desk in DESKS:
            self.say(OpenDesk(desk), True)
        self.naive.shut.clear()

    @rule()
    def crash(self) -> None:
        """All that is in memory is gone; the ledger adds up to the same."""
        before = picture(self.day.state, POLICY)
        self.day.state = folded(POLICY, self.day.ledger)
        assert before == picture(self.day.state, POLICY)

    @invariant()
    def same_people_in_the_same_places(self) -> None:
        """Number by number: the state, and the desk of whoever is at one."""
        for one in self.naive.people:
            visit = self.day.state.of_number(one.number)
            assert visit is not None
            assert one.state == visit.state.value, one
            if one.state in ("called", "serving", "held"):
                assert one.desk == visit.desk
            if one.state == "waiting":
                assert (one.key_ms, one.service, one.only) == (visit.key_ms, visit.service, visit.bound)
        assert self.naive.counts().get("waiting", 0) == self.day.state.lines.waiting(POLICY.rivals)

    def is_closed(self, desk: str) -> bool:
        """Whether nobody can be sent to this desk."""
        return self.day.state.desks[desk].duty.value == "closed"

    def returned(self, number: int, rank_ms: int) -> None:
        """Back in line: at the old place, or at a new one."""
        who, visit = self.naive.of(number), self.day.state.of_number(number)
        assert who is not None
        assert visit is not None
        if visit.rank_ms != who.rank_ms:
            who.rank_ms, who.key_ms = rank_ms, rank_ms - (who.rank_ms - who.key_ms)
        who.state, who.desk = "waiting", None
        if who.only is not None and self.is_closed(who.only):
            who.only = None


TestLineMachine = LineMachine.TestCase
TestLineMachine.settings = settings(max_examples=20 * settings().max_examples, stateful_step_count=STEPS, deadline=None)


def test_the_machine_plays_long_days() -> None:
    """A morning is longer than its steps: each takes minutes, so that every window of time is passed."""
    assert STEPS * MINUTE > POLICY.return_window_ms > POLICY.drop_window_ms
