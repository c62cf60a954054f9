"""What someone in line may expect, read off the state: people ahead, exactly, and a range. Changes nothing.

Desks that also serve other lines are shared with those in them who are ahead, as far as these have no desks elsewhere.
A desk whose clerk seems to be away does not count, until it calls again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    absent = _absent(state, policy, ahead, now_ms)
    desks: Sequence[str] = policy.desks_for.get(line, ())
    if absent:
        desks = [desk for desk in desks if desk not in absent]
    if not desks:
        return ahead, None
    turns = ahead
    for desk in desks:
        if state.desks[desk].visit is None:
            turns -= 1  # a free desk takes the first of those ahead
    if turns < 0:
        return ahead, AT_ONCE
    own = state.paces.get(service, _UNKNOWN)
    own_ms = own.mean_ms(policy.typical_ms[service])
    shares = _shares(policy, line, desks, absent)
    work_ms = 0.0
    rush: defaultdict[int, float] = defaultdict(float)
    for rival, people in before.items():
        pace = state.paces.get(rival, _UNKNOWN)
        if not people and not pace.stream.shares:
            continue  # nobody is there, and nobody who may pass will come
        # Who waits for one desk alone is taken to need as long as this one.
        as_own = rival == service or is_of_desk(rival)
        mean_ms = own_ms if as_own else pace.mean_ms(policy.typical_ms[rival])
        our_ms = mean_ms * shares[rival]
        work_ms += people * our_ms
        if pace.stream.shares:
            load = pace.stream.per_ms(now_ms) * our_ms / len(desks)
            for head_start_ms, share in pace.stream.shares:
                rush[head_start_ms] += share * load
    per_turn_ms = work_ms / ahead if ahead else own_ms
    work_ms = work_before(turns, len(desks), per_turn_ms, own.spread())
    if not rush:
        return ahead, outlook(turns, work_ms)
    # Someone who comes at t passes with t - H < key; nobody comes once the doors are shut.
    open_ms = inf if closing_ms is None else closing_ms - now_ms
    windows = [(min(entry[0] + head_start_ms - now_ms, open_ms), load) for head_start_ms, load in rush.items()]
    return ahead, outlook(turns, work_ms, [(window_ms, load) for window_ms, load in windows if window_ms > 0])


def _absent(state: State, policy: Policy, ahead: int, now_ms: int) -> set[str]:
    """The desks that cannot be expected to call, with so many people ahead."""
    long_ago_ms = now_ms - EMPTY_MS
    absent = set()
    idle = []
    for desk in policy.desk_lines:
        found = state.desks[desk]
        if found.duty is not _OPEN:
            absent.add(desk)
        elif found.visit is None and found.at_ms < long_ago_ms:
            idle.append(desk)
    # Somebody whom an idle desk serves has waited for so long all the same: nobody sits there.
    if idle and ahead and state.lines.wait_since(state.lines.services(), long_ago_ms):
        absent.update(desk for desk in idle if state.lines.wait_since(policy.desk_lines[desk], long_ago_ms))
    return absent


def _shares(policy: Policy, line: str, desks: Sequence[str], absent: set[str]) -> Mapping[str, float]:
    """For each rival of `line`, which share of those in it comes to `desks`, those of `line` that are not absent."""
    if not absent:
        return policy.shared[line]
    shares = {}
    for rival in policy.shared[line]:
        theirs = [desk for desk in policy.desks_for.get(rival, ()) if desk not in absent]
        shares[rival] = sum(desk in desks for desk in theirs) / max(1, len(theirs))
    return shares
