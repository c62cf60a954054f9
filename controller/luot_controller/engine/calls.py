"""Who a desk calls next, and why. Looks only; a key of the clerk, or a preview on a screen, makes something of it."""

from luot_controller.engine.events import VisitCalled
from luot_controller.engine.model import Policy, State, Visit
from luot_controller.engine.order import Choice, Entry


def next_call(state: State, policy: Policy, desk: str, now_ms: int, moving: Visit | None = None) -> VisitCalled | None:
    """The call that CallNext at `desk` would make now, with its reason; None when nobody waits for it.

    `moving` is the visit that this key sends on to its next service, in whose line it is not yet.
    """
    lines, everybody = policy.desk_lines[desk], state.lines.choose(policy.rivals)
    choice = state.lines.choose(lines)
    if moving is not None and moving.then:
        everybody = _joined(everybody, moving.entry)
        if moving.then[0] in lines:
            choice = _joined(choice, moving.entry)
    if choice is None:
        return None
    assert everybody is not None
    visit = state.visits[choice.best[2]]
    reason, over = _reason(visit, choice, everybody.best, now_ms)
    passed = None if over is None else state.visits[over[2]]
    return VisitCalled(
        at_ms=now_ms,
        visit=visit.id,
        number=visit.number,
        desk=desk,
        reason=reason,
        key_ms=visit.key_ms,
        second=None if choice.second is None else state.visits[choice.second[2]].number,
        second_key_ms=None if choice.second is None else choice.second[0],
        over=None if passed is None else passed.number,
        over_key_ms=None if passed is None else passed.key_ms,
        finished=state.desks[desk].visit,
        service=visit.then[0] if visit is moving else visit.service,
        class_id=visit.class_id,
        rank_ms=visit.rank_ms,
        over_rank_ms=None if passed is None else passed.rank_ms,
        over_service=None if passed is None else passed.service,
        over_class_id=None if passed is None else passed.class_id,
    )


def _reason(visit: Visit, choice: Choice, best_of_all: Entry, now_ms: int) -> tuple[str, Entry | None]:
    """The reason code, and who was passed over."""
    if choice.oldest != choice.best:
        return "PRIORITY_WITHIN_H", choice.oldest
    if visit.returned:
        return "RETURNED", None
    if best_of_all < choice.best:
        return "DESK_SERVICES", best_of_all
    due = visit.appointed_ms is not None and visit.appointed_ms <= now_ms
    return "APPOINTMENT_DUE" if due else "OLDEST", None


def _joined(choice: Choice | None, entry: Entry) -> Choice:
    """The choice when `entry` is in line as well."""
    if choice is None:
        return Choice(entry, None, entry)
    leading = sorted(one for one in (choice.best, choice.second, entry) if one is not None)
    return Choice(leading[0], leading[1], min(choice.oldest, entry, key=lambda one: one[1:]))
