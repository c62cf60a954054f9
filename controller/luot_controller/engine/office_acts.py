"""What opening a visit and the commands to desks, cards and the day lead to; as in `acts`. Changes nothing itself."""

from luot_controller.engine.acts import MOST_SERVICES, Moment
from luot_controller.engine.commands import (
    BlockCard,
    CloseDay,
    OpenVisit,
    PauseDesk,
    ReplaceCard,
    RetireCard,
    UnblockCard,
)
from luot_controller.engine.events import (
    CardBlocked,
    CardReplaced,
    CardRetired,
    CardUnblocked,
    DayClosed,
    DayOpened,
    DeskClosed,
    DeskOpened,
    DeskPaused,
    Event,
    Refused,
    VisitExpired,
    VisitFinished,
    VisitOpened,
    VisitTransferred,
)
from luot_controller.engine.model import OVER, DayEnd, Duty, Policy, State, Visit, VisitState, line_of_desk

_AT_A_PLACE = (VisitState.CALLED, VisitState.SERVING, VisitState.HELD)


def open_visit(moment: Moment) -> list[Event]:
    """Put a citizen in line by hand, who ranks by now, or by an appointment that is still to come."""
    command, policy = moment.command, moment.policy
    assert isinstance(command, OpenVisit)
    if not command.services or not set(command.services) <= policy.typical_ms.keys():
        return [Refused("unknown_service")]
    if len(command.services) > MOST_SERVICES:
        return [Refused("too_many_services")]
    if command.class_id not in policy.head_start_ms:
        return [Refused("unknown_class")]
    number = command.number
    if number is None:
        number = _free_number(moment.state, policy)
        if number is None:
            return [Refused("no_number_left")]
    elif (why := _unfit(moment.state, policy, number)) is not None:
        return [Refused(why)]
    before = moment.state.of_number(number)
    appointed_ms = command.appointed_ms
    if appointed_ms is not None and appointed_ms < moment.now_ms:
        appointed_ms = None
    return [
        VisitOpened(
            at_ms=moment.now_ms,
            visit=moment.state.visit_id + 1,
            number=number,
            service=command.services[0],
            class_id=command.class_id,
            rank_ms=moment.now_ms if appointed_ms is None else appointed_ms,
            head_start_ms=policy.head_start_ms[command.class_id],
            aged=True,
            replaces=None if before is None else before.id,
            opened_ms=moment.now_ms,
            appointed_ms=appointed_ms,
            then=command.services[1:],
            card=command.number is not None,
            by=command.by,
            clerk=command.desk,
        )
    ]


def open_desk(moment: Moment) -> list[Event]:
    """The desk calls."""
    return [DeskOpened(moment.now_ms, moment.at, moment.by)]


def pause_desk(moment: Moment) -> list[Event]:
    """The desk calls nobody for a while."""
    assert isinstance(moment.command, PauseDesk)
    if not moment.command.reason.strip():
        return [Refused("reason_missing")]
    return [DeskPaused(moment.now_ms, moment.at, moment.by, moment.command.reason.strip())]


def close_desk(moment: Moment) -> list[Event]:
    """The desk calls nobody any more, and nobody waits for it alone."""
    state, line = moment.state, line_of_desk(moment.at)
    waiting = state.lines.page(line, 0, state.lines.waiting([line]))
    released = (state.visits[entry[2]] for entry in waiting)
    return [
        *(_released(visit, moment.at, moment.now_ms) for visit in released),
        DeskClosed(moment.now_ms, moment.at, moment.by),
    ]


def block_card(moment: Moment) -> list[Event]:
    """Taps of the card change nothing."""
    command = moment.command
    assert isinstance(command, BlockCard)
    if _is_reserved(moment.policy, command.number):
        return [Refused("reserved_number")]
    if command.number in moment.state.hall.blocked:
        return [Refused("already_blocked")]
    return [CardBlocked(moment.now_ms, command.number, command.by, command.reason)]


def unblock_card(moment: Moment) -> list[Event]:
    """Taps of the card count again."""
    command = moment.command
    assert isinstance(command, UnblockCard)
    if command.number not in moment.state.hall.blocked:
        return [Refused("not_blocked")]
    return [CardUnblocked(moment.now_ms, command.number, command.by)]


def retire_card(moment: Moment) -> list[Event]:
    """The card is the site's no more."""
    command = moment.command
    assert isinstance(command, RetireCard)
    if _is_reserved(moment.policy, command.number):
        return [Refused("reserved_number")]
    return [CardRetired(moment.now_ms, command.number, command.by, command.reason)]


def replace_card(moment: Moment) -> list[Event]:
    """Another card takes the visit over."""
    command, visit, state = moment.command, moment.here, moment.state
    assert isinstance(command, ReplaceCard)
    if not visit.card:
        return [Refused("no_card")]
    if command.replacement == command.number:
        return [Refused("same_card")]
    before = state.of_number(command.replacement)
    why = _unfit(state, moment.policy, command.replacement)
    if why is None and before is not None and before.state not in OVER:
        why = "card_in_use"
    if why is not None:
        return [Refused(why)]
    blocked = CardBlocked(moment.now_ms, command.number, command.by, None)
    replaced = CardReplaced(
        moment.now_ms,
        visit.id,
        visit.number,
        command.replacement,
        replaces=None if before is None else before.id,
        desk=visit.desk if visit.state in _AT_A_PLACE else None,
        by=command.by,
    )
    return [replaced] if command.number in state.hall.blocked else [blocked, replaced]


def open_day(moment: Moment) -> list[Event]:
    """Visits may be opened and called."""
    return [DayOpened(moment.now_ms, moment.by)]


def close_day(moment: Moment) -> list[Event]:
    """End or keep every visit as the site has it, close the desks that are then free, count the cards still out."""
    state, now_ms = moment.state, moment.now_ms
    assert isinstance(moment.command, CloseDay)
    live = [visit for visit in state.visits.values() if visit.state not in OVER]
    ends = [(visit, moment.policy.day_ends[visit.state]) for visit in live]
    if any(end is DayEnd.REFUSE for _, end in ends):
        return [Refused("people_left")]
    ended = [(visit, _ended(visit, end, now_ms)) for visit, end in ends if end is not DayEnd.KEEP]
    gone = {visit.id for visit, _ in ended}
    closing = [
        desk.id
        for desk in state.desks.values()
        if desk.duty is not Duty.CLOSED and (desk.visit is None or desk.visit in gone)
    ]
    kept = [visit for visit in live if visit.id not in gone]
    released = [visit for visit in kept if visit.state is VisitState.WAITING and visit.bound in closing]
    facts = [fact for _, fact in ended]
    finishes = sum(isinstance(fact, VisitFinished) for fact in facts)
    return [
        *facts,
        *(_released(visit, visit.bound or "", now_ms) for visit in released),
        *(DeskClosed(now_ms, desk, moment.by) for desk in closing),
        DayClosed(
            now_ms,
            moment.by,
            expired=len(facts) - finishes,
            finished=finishes,
            kept=len(kept),
            cards_out=state.cards_out(),
        ),
    ]


def _ended(visit: Visit, end: DayEnd, now_ms: int) -> VisitFinished | VisitExpired:
    at = visit.desk if visit.state in _AT_A_PLACE else None
    if end is DayEnd.FINISH and at is not None:
        served_ms = now_ms - visit.since_ms
        return VisitFinished(
            now_ms, visit.id, visit.number, at, visit.service, served_ms, visit.class_id, by_close=True
        )
    return VisitExpired(now_ms, visit.id, visit.number, visit.service, visit.class_id, visit.state, at)


def _released(visit: Visit, desk: str, now_ms: int) -> VisitTransferred:
    """Who waited for one desk alone waits for whichever serves."""
    return VisitTransferred(
        now_ms,
        visit.id,
        visit.number,
        desk,
        visit.service,
        from_service=visit.service,
        class_id=visit.class_id,
        then=visit.then,
    )


def _is_reserved(policy: Policy, number: int) -> bool:
    return policy.reserved is not None and policy.reserved[0] <= number <= policy.reserved[1]


def _unfit(state: State, policy: Policy, number: int) -> str | None:
    """Why this number cannot be that of a card in use."""
    if _is_reserved(policy, number):
        return "reserved_number"
    return "card_blocked" if number in state.hall.blocked else None


def _free_number(state: State, policy: Policy) -> int | None:
    """The next of the reserved range, round and round, that no visit has: yesterday's is not today's neighbour."""
    if policy.reserved is None:
        return None
    first, last = policy.reserved
    count = last - first + 1
    begin = first if state.last_reserved is None else state.last_reserved + 1
    for step in range(count):
        number = first + (begin - first + step) % count
        visit = state.of_number(number)
        if visit is None or visit.state in OVER:
            return number
    return None
