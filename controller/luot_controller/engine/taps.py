"""What a tap means: the reader's role and the state of the card's visit decide, by the table at the end.

Never looks at a clock: a tap is judged at `tap.tap_ms`, the time it was made, and entered at `now_ms`.
"""

from collections.abc import Callable

from luot_controller.engine.commands import Tap
from luot_controller.engine.events import Fact, TapAnswered, TapIgnored, VisitOpened, VisitReturned, VisitStarted
from luot_controller.engine.forecast import wait_for
from luot_controller.engine.model import Policy, Role, State, Visit, VisitState
from luot_controller.engine.order import Entry
from luot_protocol import codes


def settle_tap(state: State, policy: Policy, tap: Tap, now_ms: int) -> list[Fact]:
    """The facts of one tap; the last of them is its TapSettled."""
    if tap.number is None:
        return [_ignored(tap, now_ms, codes.UNKNOWN_CARD)]
    visit = state.of_number(tap.number)
    if visit is not None and visit.state in (VisitState.MISSED, VisitState.FINISHED) and tap.tap_ms <= visit.since_ms:
        # Made before the visit was over, delivered after: it belongs to what is past.
        return [_ignored(tap, now_ms, codes.TOO_OLD)]
    return _MEANING[tap.role, None if visit is None else visit.state](state, policy, tap, visit, now_ms)


_Meaning = Callable[[State, Policy, Tap, Visit | None, int], list[Fact]]


def _open(state: State, policy: Policy, tap: Tap, visit: Visit | None, now_ms: int) -> list[Fact]:
    assert tap.number is not None
    if tap.service is None or tap.class_id is None:
        return [_ignored(tap, now_ms, codes.UNKNOWN_BUTTON)]
    head_start_ms = policy.head_start_ms[tap.class_id]
    opened = VisitOpened(
        at_ms=now_ms,
        visit=state.visit_id + 1,
        number=tap.number,
        service=tap.service,
        class_id=tap.class_id,
        rank_ms=tap.tap_ms,
        head_start_ms=head_start_ms,
        aged=tap.aged,
        replaces=None if visit is None else visit.id,
    )
    entry = (tap.tap_ms - head_start_ms, tap.tap_ms, opened.visit)
    return [opened, _placed(state, policy, tap, now_ms, codes.OPENED, opened.visit, tap.service, entry)]


def _place(state: State, policy: Policy, tap: Tap, visit: Visit | None, now_ms: int) -> list[Fact]:
    assert visit is not None
    return [_placed(state, policy, tap, now_ms, codes.WAITING, visit.id, visit.service, visit.entry)]


def _come_back(state: State, policy: Policy, tap: Tap, visit: Visit | None, now_ms: int) -> list[Fact]:
    assert visit is not None
    kept = tap.tap_ms - visit.since_ms <= policy.return_window_ms
    rank_ms = visit.rank_ms if kept else tap.tap_ms
    entry = (rank_ms - visit.head_start_ms, rank_ms, visit.id)
    return [
        VisitReturned(now_ms, visit.id, visit.number, rank_ms, kept),
        _placed(state, policy, tap, now_ms, codes.BACK_IN_LINE, visit.id, visit.service, entry),
    ]


def _after_the_end(state: State, policy: Policy, tap: Tap, visit: Visit | None, now_ms: int) -> list[Fact]:
    assert visit is not None
    if tap.tap_ms - visit.since_ms <= policy.drop_window_ms:
        return _say(codes.THANK_YOU)(state, policy, tap, visit, now_ms)
    return _open(state, policy, tap, visit, now_ms)


def _arrive(state: State, policy: Policy, tap: Tap, visit: Visit | None, now_ms: int) -> list[Fact]:
    assert visit is not None
    if tap.desk != visit.desk:
        return _say(codes.OTHER_DESK)(state, policy, tap, visit, now_ms)
    if tap.tap_ms < visit.since_ms:
        # Held here before the call, delivered after it: nobody has come yet.
        return _say(codes.YOUR_TURN)(state, policy, tap, visit, now_ms)
    started = VisitStarted(now_ms, visit.id, visit.number, tap.desk or "")
    return [started, *_say(codes.STARTED)(state, policy, tap, visit, now_ms)]


def _say(code: int) -> _Meaning:
    def say(_state: State, _policy: Policy, tap: Tap, visit: Visit | None, now_ms: int) -> list[Fact]:
        assert tap.number is not None
        if visit is None:
            return [TapAnswered(now_ms, tap.reader, tap.kid, tap.boot, tap.seq, code, tap.number)]
        return [
            TapAnswered(now_ms, tap.reader, tap.kid, tap.boot, tap.seq, code, tap.number, visit.id, desk=visit.desk)
        ]

    return say


def _placed(
    state: State, policy: Policy, tap: Tap, now_ms: int, code: int, visit: int, service: str, entry: Entry
) -> TapAnswered:
    assert tap.number is not None
    ahead, wait = wait_for(state, policy, service, entry, now_ms)
    lo_min, hi_min = (None, None) if wait is None else (wait.lo_min, wait.hi_min)
    return TapAnswered(now_ms, tap.reader, tap.kid, tap.boot, tap.seq, code, tap.number, visit, ahead, lo_min, hi_min)


def _ignored(tap: Tap, now_ms: int, code: int) -> TapIgnored:
    return TapIgnored(now_ms, tap.reader, tap.kid, tap.boot, tap.seq, code, tap.number)


_MEANING: dict[tuple[Role, VisitState | None], _Meaning] = {
    (Role.ENTRY, None): _open,
    (Role.ENTRY, VisitState.WAITING): _place,
    (Role.ENTRY, VisitState.CALLED): _say(codes.YOUR_TURN),
    (Role.ENTRY, VisitState.SERVING): _say(codes.BEING_SERVED),
    (Role.ENTRY, VisitState.HELD): _say(codes.HELD),
    (Role.ENTRY, VisitState.MISSED): _come_back,
    (Role.ENTRY, VisitState.FINISHED): _after_the_end,
    (Role.INFO, None): _say(codes.NOT_IN_LINE),
    (Role.INFO, VisitState.WAITING): _place,
    (Role.INFO, VisitState.CALLED): _say(codes.YOUR_TURN),
    (Role.INFO, VisitState.SERVING): _say(codes.BEING_SERVED),
    (Role.INFO, VisitState.HELD): _say(codes.HELD),
    (Role.INFO, VisitState.MISSED): _come_back,
    (Role.INFO, VisitState.FINISHED): _say(codes.THANK_YOU),
    (Role.DESK, None): _say(codes.NOT_IN_LINE),
    (Role.DESK, VisitState.WAITING): _place,
    (Role.DESK, VisitState.CALLED): _arrive,
    (Role.DESK, VisitState.SERVING): _say(codes.BEING_SERVED),
    (Role.DESK, VisitState.HELD): _say(codes.HELD),
    (Role.DESK, VisitState.MISSED): _come_back,
    (Role.DESK, VisitState.FINISHED): _say(codes.NOT_IN_LINE),
}
