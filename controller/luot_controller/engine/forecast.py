"""What someone in line may expect, read off the state: people ahead, exactly, and a range. Changes nothing.

Desks that also serve other lines are shared with those in them who are ahead, as far as these have no desks elsewhere.
A desk whose clerk seems to be away does not count, until it calls again.
"""

from collections import defaultdict
from math import inf

from luot_controller.engine.estimate import AT_ONCE, Outlook, Wait, outlook, shown, work_before
from luot_controller.engine.model import Policy, State
from luot_controller.engine.order import Entry
from luot_controller.engine.pace import Pace

EMPTY_MS = 10 * 60_000

_UNKNOWN = Pace()


def wait_for(
    state: State, policy: Policy, service: str, entry: Entry, now_ms: int, closing_ms: int | None = None
) -> tuple[int, Wait | None]:
    """People ahead of `entry` in the line of `service`, in line itself or not, and the range that it is told.

    `closing_ms` is when the doors shut, None where nobody knows. The range is None where no desk serves.
    """
    ahead, expected = outlook_for(state, policy, service, entry, now_ms, closing_ms)
    if expected is None:
        return ahead, None
    if closing_ms is None:
        return ahead, shown(expected)
    mean_ms = state.paces.get(service, _UNKNOWN).mean_ms(policy.typical_ms[service])
    return ahead, shown(expected, closing_ms - now_ms, mean_ms)


def outlook_for(
    state: State, policy: Policy, service: str, entry: Entry, now_ms: int, closing_ms: int | None = None
) -> tuple[int, Outlook | None]:
    """People ahead of `entry`, and its wait; None where no desk serves."""
    before = {rival: state.lines.ahead((rival,), entry) for rival in policy.shared[service]}
    ahead = sum(before.values())
    staffed = {desk for desk in policy.desk_services if not is_empty(state, policy, desk, now_ms)} if ahead else None
    desks = [desk for desk in policy.desks_for[service] if staffed is None or desk in staffed]
    if not desks:
        return ahead, None
    # The free desks take the first of those ahead.
    turns = ahead - sum(state.desks[desk].visit is None for desk in desks)
    if turns < 0:
        return ahead, AT_ONCE
    work_ms, own_ms, spread = 0.0, 0.0, 1.0
    rush: defaultdict[int, float] = defaultdict(float)
    for rival, people in before.items():
        pace = state.paces.get(rival, _UNKNOWN)
        desk_ms = pace.mean_ms(policy.typical_ms[rival])
        if rival == service:
            own_ms, spread = desk_ms, pace.spread()
        our_ms = desk_ms * _share(policy, service, rival, desks, staffed)
        work_ms += people * our_ms
        if pace.stream.shares:
            load = pace.stream.per_ms(now_ms) * our_ms / len(desks)
            for head_start_ms, share in pace.stream.shares:
                rush[head_start_ms] += share * load
    # Someone who comes at t passes with t - H < key; nobody comes once the doors are shut.
    open_ms = inf if closing_ms is None else closing_ms - now_ms
    windows = [(min(entry[0] + head_start_ms - now_ms, open_ms), load) for head_start_ms, load in rush.items()]
    per_turn_ms = work_ms / ahead if ahead else own_ms
    return ahead, outlook(
        turns,
        work_before(turns, len(desks), per_turn_ms, spread),
        [(window_ms, load) for window_ms, load in windows if window_ms > 0],
    )


def is_empty(state: State, policy: Policy, desk: str, now_ms: int) -> bool:
    """True for a desk that has been free for EMPTY_MS although somebody whom it serves waits: nobody sits there."""
    at = state.desks[desk]
    if at.visit is not None or now_ms - at.at_ms <= EMPTY_MS:
        return False
    choice = state.lines.choose(policy.desk_services[desk])
    return choice is not None and now_ms - choice.oldest[1] > EMPTY_MS


def _share(policy: Policy, service: str, rival: str, desks: list[str], staffed: set[str] | None) -> float:
    """Which share of those of `rival` comes to `desks`, the staffed ones of `service`."""
    if staffed is None or len(staffed) == len(policy.desk_services):
        return policy.shared[service][rival]
    theirs = [desk for desk in policy.desks_for[rival] if desk in staffed]
    return sum(desk in desks for desk in theirs) / max(1, len(theirs))
