"""What someone in line may expect, read off the state: people ahead, exactly, and a range. Changes nothing.

Desks that also serve other lines are shared with those in them who are ahead, as far as these have no desks elsewhere.
"""

from collections import defaultdict
from math import inf

from luot_controller.engine.estimate import AT_ONCE, Outlook, Wait, outlook, shown, work_before
from luot_controller.engine.model import Policy, State
from luot_controller.engine.order import Entry
from luot_controller.engine.pace import Pace

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
    desks = policy.desks_for[service]
    ahead, work_ms, own_ms, spread = 0, 0.0, 0.0, 1.0
    rush: defaultdict[int, float] = defaultdict(float)
    for rival, shared in policy.shared[service].items():
        before = state.lines.ahead((rival,), entry)
        pace = state.paces.get(rival, _UNKNOWN)
        mean_ms = pace.mean_ms(policy.typical_ms[rival])
        ahead += before
        work_ms += before * shared * mean_ms
        if pace.stream.shares:
            load = pace.stream.per_ms(now_ms) * shared * mean_ms / len(desks)
            for head_start_ms, share in pace.stream.shares:
                rush[head_start_ms] += share * load
        if rival == service:
            own_ms, spread = mean_ms, pace.spread()
    if not desks:
        return ahead, None
    # The free desks take the first of those ahead.
    turns = ahead - sum(state.desks[desk].visit is None for desk in desks)
    if turns < 0:
        return ahead, AT_ONCE
    # Someone who comes at t passes with t - H < key; nobody comes once the doors are shut.
    open_ms = inf if closing_ms is None else closing_ms - now_ms
    windows = [(min(entry[0] + head_start_ms - now_ms, open_ms), load) for head_start_ms, load in rush.items()]
    per_turn_ms = work_ms / ahead if ahead else own_ms
    return ahead, outlook(
        turns,
        work_before(turns, len(desks), per_turn_ms, spread),
        [(window_ms, load) for window_ms, load in windows if window_ms > 0],
    )
