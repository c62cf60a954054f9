"""The one table of legal transitions, and the decision by it: `(state, policy, command, now) -> events`.

A cell is what a command leads to in a state, or the code by which it is refused; docs/states.md is made of it. Changes
nothing itself; `evolve.apply` does.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from luot_controller.engine import acts, office_acts, taps
from luot_controller.engine.acts import Moment
from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    Command,
    DeskCommand,
    EnrolTap,
    Finish,
    Hold,
    NoShow,
    OfficeCommand,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    Recall,
    ReplaceCard,
    Resume,
    RetireCard,
    ReturnVisit,
    Start,
    Tap,
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.events import CardTaken, Event, Refused
from luot_controller.engine.model import OVER, Desk, Duty, Policy, Role, State, Visit, VisitState
from luot_controller.engine.taps import Heard, Meaning
from luot_protocol import codes

WAITING, CALLED, SERVING, HELD = VisitState.WAITING, VisitState.CALLED, VisitState.SERVING, VisitState.HELD
MISSED, FINISHED = VisitState.MISSED, VisitState.FINISHED
CANCELLED, EXPIRED = VisitState.CANCELLED, VisitState.EXPIRED


class Subject(Enum):
    """Whose state picks the cell."""

    DESK = "the visit at the desk"
    NUMBER = "the visit of the number"
    NOTHING = "no visit"


class Does(NamedTuple):
    """A legal cell: the act, the states in which it can leave the visit (empty: as it was), and what it may refuse."""

    act: Callable[[Moment], list[Event]]
    to: tuple[VisitState, ...] = ()
    unless: tuple[str, ...] = ()


Cell = Does | str


class Rule(NamedTuple):
    """One command. `cells`: by the state of the subject, None where there is none.

    Refused before any cell is looked at: by `day` while the day is open or closed (True: open), by the desk's `duty`,
    and by `busy` at a desk that is not free.
    """

    subject: Subject
    cells: Mapping[VisitState | None, Cell]
    duty: Mapping[Duty, str] = {}
    day: Mapping[bool, str] = {}
    busy: str | None = None


def _at_desk(free: Cell, called: Cell, serving: Cell) -> dict[VisitState | None, Cell]:
    return {None: free, CALLED: called, SERVING: serving}


def _of_number(none: Cell, live: Cell, over: Cell, **but: Cell) -> dict[VisitState | None, Cell]:
    """`live` in every state that is not over, but for those that are named."""
    cells: dict[VisitState | None, Cell] = {None: none}
    return cells | {state: over if state in OVER else but.get(state.value, live) for state in VisitState}


_NO_CALLS = {Duty.PAUSED: "desk_paused", Duty.CLOSED: "desk_closed"}
_BY_DAY = {False: "day_closed"}

_START, _HOLD = Does(acts.start, (SERVING,)), Does(acts.hold, (HELD,))
_FINISH = Does(acts.finish, (FINISHED, WAITING))
_ON = ("unknown_service", "unknown_desk", "target_closed", "desk_not_serving", "same_service", "too_many_services")
_TRANSFER = Does(acts.transfer, (WAITING,), _ON)
_MISS = Does(acts.miss, (MISSED, CANCELLED), ("recall_first", "too_soon"))
_UNDO = Does(acts.undo, tuple(VisitState), ("nothing_to_undo", "too_late_to_undo"))
_OVERRIDE = Does(acts.call_visit, (CALLED,), ("reason_missing",))
_CANCEL = Does(acts.cancel, (CANCELLED,), ("not_yours", "at_other_desk"))
_BACK = Does(acts.put_back, (WAITING,))
_OPENING = (
    "unknown_service",
    "too_many_services",
    "unknown_class",
    "no_number_left",
    "reserved_number",
    "card_blocked",
)
_OPEN = Does(office_acts.open_visit, (WAITING,), _OPENING)
_REPLACE = Does(
    office_acts.replace_card, (), ("no_card", "same_card", "reserved_number", "card_blocked", "card_in_use")
)
_BLOCK = Does(office_acts.block_card, (), ("reserved_number", "already_blocked"))
_RETIRE = Does(office_acts.retire_card, (), ("reserved_number",))
_UNBLOCK = Does(office_acts.unblock_card, (), ("not_blocked",))

TABLE: Mapping[type[DeskCommand | OfficeCommand], Rule] = {
    # The visit at the desk decides:             free           called             serving
    CallNext: Rule(
        Subject.DESK,
        # Whether somebody who was called came, only the clerk knows: nobody who did not come is counted as served.
        _at_desk(
            Does(acts.call_next, (CALLED,), ("nobody_waiting",)),
            "still_called",
            Does(acts.finish_and_call, (FINISHED, WAITING, CALLED), ("finish_first",)),
        ),
        duty=_NO_CALLS,
        day=_BY_DAY,
    ),
    Recall: Rule(Subject.DESK, _at_desk("desk_free", Does(acts.recall, (CALLED,)), "already_serving")),
    Start: Rule(Subject.DESK, _at_desk("desk_free", _START, "already_serving")),
    Finish: Rule(Subject.DESK, _at_desk("desk_free", _FINISH, _FINISH)),
    NoShow: Rule(Subject.DESK, _at_desk("desk_free", _MISS, "already_serving")),
    Hold: Rule(Subject.DESK, _at_desk("desk_free", _HOLD, _HOLD)),
    Transfer: Rule(Subject.DESK, _at_desk("desk_free", _TRANSFER, _TRANSFER)),
    Undo: Rule(Subject.DESK, _at_desk(_UNDO, _UNDO, _UNDO)),
    OpenDesk: Rule(
        Subject.DESK,
        _at_desk(*[Does(office_acts.open_desk)] * 3),
        duty={Duty.OPEN: "already_open"},
        day=_BY_DAY,
    ),
    PauseDesk: Rule(
        Subject.DESK,
        _at_desk(*[Does(office_acts.pause_desk, (), ("reason_missing",))] * 3),
        duty={Duty.PAUSED: "already_paused", Duty.CLOSED: "desk_closed"},
    ),
    CloseDesk: Rule(
        Subject.DESK,
        _at_desk(Does(office_acts.close_desk), "desk_busy", "desk_busy"),
        duty={Duty.CLOSED: "already_closed"},
    ),
    # The visit of the number decides:      none        not over   over
    CallVisit: Rule(
        Subject.NUMBER,
        _of_number(
            "no_visit", _OVERRIDE, "visit_over", called="already_called", serving="being_served", held="is_held"
        ),
        duty=_NO_CALLS,
        day=_BY_DAY,
        busy="desk_busy",
    ),
    Resume: Rule(
        Subject.NUMBER,
        _of_number("not_held", "not_held", "not_held", held=Does(acts.resume, (CALLED,))),
        duty=_NO_CALLS,
        day=_BY_DAY,
        busy="desk_busy",
    ),
    OpenVisit: Rule(Subject.NUMBER, _of_number(_OPEN, "card_in_use", _OPEN), day=_BY_DAY),
    CancelVisit: Rule(Subject.NUMBER, _of_number("no_visit", _CANCEL, "visit_over", serving="being_served")),
    ReturnVisit: Rule(
        Subject.NUMBER,
        _of_number(
            "no_visit",
            _BACK,
            "visit_over",
            waiting="already_waiting",
            called="already_called",
            serving="being_served",
        ),
    ),
    ReplaceCard: Rule(Subject.NUMBER, _of_number("no_visit", _REPLACE, "visit_over")),
    BlockCard: Rule(Subject.NUMBER, _of_number(_BLOCK, _BLOCK, _BLOCK)),
    UnblockCard: Rule(Subject.NUMBER, _of_number(_UNBLOCK, _UNBLOCK, _UNBLOCK)),
    RetireCard: Rule(Subject.NUMBER, _of_number(_RETIRE, "card_in_use", _RETIRE)),
    # No visit decides
    OpenDay: Rule(Subject.NOTHING, {None: Does(office_acts.open_day)}, day={True: "day_open"}),
    CloseDay: Rule(Subject.NOTHING, {None: Does(office_acts.close_day, (), ("people_left",))}, day=_BY_DAY),
}


class Means(NamedTuple):
    """A cell of the tap table: what the tap leads to, and the codes that can stand in its receipt."""

    meaning: Meaning
    answers: tuple[int, ...]


def _says(code: int) -> Means:
    return Means(taps.say(code), (code,))


_NOT_OPEN = (codes.CLOSED, codes.UNKNOWN_BUTTON)
_OPENS = Means(taps.open_visit, (codes.OPENED, *_NOT_OPEN))
_PLACE = Means(taps.show_place, (codes.WAITING,))
_COMES_BACK = Means(taps.come_back, (codes.BACK_IN_LINE, codes.CLOSED))
_AFTER_END = Means(taps.after_the_end, (codes.THANK_YOU, codes.OPENED, *_NOT_OPEN))
_AFTER_GIVING_UP = Means(taps.after_giving_up, (codes.BACK_IN_LINE, codes.OPENED, *_NOT_OPEN))
_THANKS = Means(taps.thank, (codes.THANK_YOU, codes.NOT_IN_LINE))
_ARRIVES = Means(taps.arrive, (codes.STARTED, codes.OTHER_DESK, codes.YOUR_TURN))
_GIVES_UP = Means(taps.give_up, (codes.CANCELLED,))
_LEAVES = Means(taps.leave, (codes.LEAVING,))
_DROPS = Means(taps.drop, (codes.IN_TRAY,))
_RATES = Means(taps.drop_and_rate, (codes.IN_TRAY, codes.RATED))
_NOT_IN_LINE, _YOUR_TURN, _SERVED = _says(codes.NOT_IN_LINE), _says(codes.YOUR_TURN), _says(codes.BEING_SERVED)
_HELD, _IN_TRAY = _says(codes.HELD), _says(codes.IN_TRAY)


def _row(entry: Means, info: Means, desk: Means, dropoff: Means) -> dict[Role, Means]:
    return {Role.ENTRY: entry, Role.INFO: info, Role.DESK: desk, Role.DROPOFF: dropoff}


# fmt: off
TAPS: Mapping[VisitState | None, Mapping[Role, Means]] = {
    #               entry             info          desk          dropoff
    None:      _row(_OPENS,           _NOT_IN_LINE, _NOT_IN_LINE, _IN_TRAY),
    WAITING:   _row(_PLACE,           _PLACE,       _PLACE,       _GIVES_UP),
    CALLED:    _row(_YOUR_TURN,       _YOUR_TURN,   _ARRIVES,     _LEAVES),
    SERVING:   _row(_SERVED,          _SERVED,      _SERVED,      _RATES),
    HELD:      _row(_HELD,            _HELD,        _HELD,        _DROPS),
    MISSED:    _row(_COMES_BACK,      _COMES_BACK,  _COMES_BACK,  _GIVES_UP),
    FINISHED:  _row(_AFTER_END,       _THANKS,      _NOT_IN_LINE, _RATES),
    CANCELLED: _row(_AFTER_GIVING_UP, _NOT_IN_LINE, _NOT_IN_LINE, _DROPS),
    EXPIRED:   _row(_OPENS,           _NOT_IN_LINE, _NOT_IN_LINE, _DROPS),
}
# fmt: on

ANY_TAP = (
    codes.UNKNOWN_CARD,
    codes.BLOCKED_CARD,
    codes.DAY_OVER,
    codes.UNKNOWN_BUTTON,
    codes.TOO_OLD,
    codes.CARD_IN_USE,
)
"""The refusals that come before the table of taps; see `_settle_tap`."""

ANY_COMMAND = ("unknown_desk", "expired", "stale")
"""The refusals that come before any rule."""


def decide(state: State, policy: Policy, command: Command, now_ms: int) -> list[Event]:
    """What follows from `command` now: facts for the ledger in order, or one Refused."""
    if isinstance(command, Tap):
        return _settle_tap(state, policy, command, now_ms)
    if isinstance(command, EnrolTap):
        return taps.enrol(command, now_ms)
    rule = TABLE[type(command)]
    desk = None if command.desk is None else state.desks.get(command.desk)
    if command.desk is not None and (desk is None or desk.id not in policy.desk_services):
        return [Refused("unknown_desk")]
    if command.expires_ms is not None and now_ms > command.expires_ms:
        return [Refused("expired")]
    why = None if desk is None or not isinstance(command, DeskCommand) else _not_at(rule, desk, command)
    why = why or rule.day.get(state.hall.open)
    if why is not None:
        return [Refused(why)]
    visit = _subject(state, rule, command, desk)
    cell = rule.cells[None if visit is None else visit.state]
    if isinstance(cell, str):
        return [Refused(cell)]
    return cell.act(Moment(state, policy, command, now_ms, desk, visit))


def _not_at(rule: Rule, desk: Desk, command: DeskCommand) -> str | None:
    """Why the desk as it is does not take the command, whatever visit is meant."""
    if command.expects is not None and command.expects != desk.version:
        return "stale"
    return rule.duty.get(desk.duty) or (rule.busy if desk.visit is not None else None)


def _subject(state: State, rule: Rule, command: DeskCommand | OfficeCommand, desk: Desk | None) -> Visit | None:
    if rule.subject is Subject.DESK:
        assert desk is not None
        return state.at_desk(desk.id)
    number = getattr(command, "number", None)
    return None if number is None else state.of_number(number)


def _settle_tap(state: State, policy: Policy, tap: Tap, now_ms: int) -> list[Event]:
    """The facts of one tap; the last of them is its TapSettled."""
    hall = state.hall
    if tap.number is None:
        return [taps.ignored(tap, now_ms, codes.UNKNOWN_CARD)]
    if tap.number in hall.blocked:
        return [taps.ignored(tap, now_ms, codes.BLOCKED_CARD)]
    if hall.closed_ms is not None and tap.tap_ms <= hall.closed_ms:
        return [taps.ignored(tap, now_ms, codes.DAY_OVER)]
    if tap.face == -1:
        return [taps.ignored(tap, now_ms, codes.UNKNOWN_BUTTON)]
    visit = state.of_number(tap.number)
    if visit is not None and _is_past(tap, visit):
        return [taps.ignored(tap, now_ms, codes.TOO_OLD)]
    heard = Heard(state, policy, tap, tap.number, visit, now_ms)
    taken: list[Event] = []
    if visit is not None and visit.state not in OVER and tap.role is not Role.DROPOFF:
        since_ms = heard.since_drop_ms() or 0
        if since_ms > policy.regret_ms:
            # Whoever has this card now took it from the tray: the visit is not theirs.
            return [taps.ignored(tap, now_ms, codes.CARD_IN_USE)]
        if since_ms > 0:
            at_desk = visit.desk if visit.state in (CALLED, SERVING, HELD) else None
            taken = [CardTaken(now_ms, visit.id, visit.number, at_desk)]
    return taken + TAPS[None if visit is None else visit.state][tap.role].meaning(heard)


def _is_past(tap: Tap, visit: Visit) -> bool:
    """Made before the visit, or before it was over, and delivered after: it belongs to what is past."""
    if tap.role is Role.DROPOFF:
        return tap.tap_ms < visit.tapped_ms
    return visit.state in (MISSED, *OVER) and tap.tap_ms <= visit.since_ms
