"""What someone in line may expect, read off the state: people ahead, exactly, and a range. Changes nothing.

Desks that also serve other lines are shared with those in them who are ahead, as far as these have no desks elsewhere.
A desk whose clerk seems to be away does not count, until it calls again.
"""

from collections import defaultdict
from math import inf

from luot_controller.engine.estimate import AT_ONCE, Outlook, Wait, outlook, shown, work_before
from luot_controller.engine.model import Duty, Policy, State, is_of_desk
from luot_controller.engine.order import Entry
from luot_controller.engine.pace import Pace

EMPTY_MS = 10 * 60_000

_UNKNOWN = Pace()
_OPEN = Duty.OPEN


def wait_for(
    state: State,
    policy: Policy,
    service: str,
    entry: Entry,
    now_ms: int,
    line: str | None = None,
) -> tuple[int, Wait]:
    """People ahead of `entry` in the line of `service`, in line itself or not, and the range that it is told.

    `line` is that of one desk, for who waits for it alone.
    """
    closing_ms = state.hall.closing_ms
    ahead, expected = outlook_for(state, policy, service, entry, now_ms, closing_ms, line)
    if closing_ms is None:
        return ahead, shown(expected)
    mean_ms = state.paces.get(service, _UNKNOWN).mean_ms(policy.typical_ms[service])
    return ahead, shown(expected, closing_ms - now_ms, mean_ms)


def outlook_for(
    state: State,
    policy: Policy,
    service: str,
    entry: Entry,
    now_ms: int,
    closing_ms: int | None = None,
    line: str | None = None,
) -> tuple[int, Outlook | None]:
    """People ahead of `entry`, and its wait; None where no desk that is open serves.

    `closing_ms` is when the doors shut, None where nobody knows.
    """
    line = line or service
    before = state.lines.ahead_in_each(policy.shared[line], entry)
    ahead = sum(before.values())
    staffed = _staffed(state, policy, ahead, now_ms)
    desks = [desk for desk in policy.desks_for.get(line, ()) if desk in staffed]
    if not desks:
        return ahead, None
    # The free desks take the first of those ahead.
    turns = ahead - sum(state.desks[desk].visit is None for desk in desks)
    if turns < 0:
        return ahead, AT_ONCE
    own = state.paces.get(service, _UNKNOWN)
    own_ms = own.mean_ms(policy.typical_ms[service])
    work_ms = 0.0
    rush: defaultdict[int, float] = defaultdict(float)
    for rival, people in before.items():
        pace = state.paces.get(rival, _UNKNOWN)
        if not people and not pace.stream.shares:
            continue  # nobody is there, and nobody who may pass will come
        # Who waits for one desk alone is taken to need as long as this one.
        as_own = rival == service or is_of_desk(rival)
        mean_ms = own_ms if as_own else pace.mean_ms(policy.typical_ms[rival])
        our_ms = mean_ms * _share(policy, line, rival, desks, staffed)
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
        work_before(turns, len(desks), per_turn_ms, own.spread()),
        [(window_ms, load) for window_ms, load in windows if window_ms > 0],
    )


def _staffed(state: State, policy: Policy, ahead: int, now_ms: int) -> set[str]:
    """The desks that can be expected to call, with so many people ahead."""
    staffed = set()
    for desk in policy.desk_services:
        found = state.desks[desk]
        if found.duty is not _OPEN:
            continue
        is_idle = found.visit is None and now_ms - found.at_ms > EMPTY_MS
        if not (ahead and is_idle and _is_missed(state, policy, desk, now_ms)):
            staffed.add(desk)
    return staffed


def _is_missed(state: State, policy: Policy, desk: str, now_ms: int) -> bool:
    """True when somebody whom this idle desk serves has waited for EMPTY_MS all the same: nobody sits there."""
    oldest_ms = state.lines.oldest_ms(policy.desk_lines[desk])
    return oldest_ms is not None and now_ms - oldest_ms > EMPTY_MS


def _share(policy: Policy, line: str, rival: str, desks: list[str], staffed: set[str]) -> float:
    """Which share of those of `rival` comes to `desks`, the staffed ones of `line`."""
    if len(staffed) == len(policy.desk_services):
        return policy.shared[line][rival]
    theirs = [desk for desk in policy.desks_for.get(rival, ()) if desk in staffed]
    return sum(desk in desks for desk in theirs) / max(1, len(theirs))
