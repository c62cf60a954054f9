"""Remembers the calls: those on the board, which of them are new, and those that have just left it; shows nothing.

A recall changes nothing in the message `board`; it is heard from the message `desk`, whose count of recalls rises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from luot_controller.language import MINUTE_MS
from luot_controller.screen.fields import office_time, rows, text, whole
from luot_controller.screen.plain import plain

CALLED, SERVING, GONE = "called", "serving", "gone"
"""States of a call: the protocol's two, and ours for one that is no longer on the board."""

FRESH_S, SEEN_S = 15.0, 5.0
"""For so long a call is shown as new while it is awaited, and once the citizen is at the desk."""

KEPT_MS = 15 * MINUTE_MS
"""For this long a call that has left the board is remembered: whoever missed it was not away for longer."""

MOST = 8
"""The protocol's board holds no more; nor are more that are gone remembered."""

MOST_DESK_CELLS = 16


@dataclass(frozen=True, slots=True)
class Call:
    """One number called to one desk.

    `told` rises with every call and recall that this board was told of. `told_s` is when that was on this machine's
    clock; None for what was there already when the board was switched on.
    """

    number: int
    desk: str
    at_ms: int | None
    state: str
    told: int
    told_s: float | None = None
    recalls: int = 0

    def is_fresh(self, now_s: float) -> bool:
        """Whether it is new at `now_s`."""
        return self.told_s is not None and now_s - self.told_s < (FRESH_S if self.state == CALLED else SEEN_S)


class Calls:
    """All calls, as the messages `board` and `desk` tell of them."""

    def __init__(self) -> None:
        self._now: dict[_Key, Call] = {}
        self._gone: list[Call] = []
        self._recalls: dict[str, tuple[int | None, int]] = {}
        self._told = 0
        self._epoch: int | None = None

    def newest(self, now_s: float) -> Call | None:
        """The call to show largest: the latest that is new, else the latest that is awaited, else the latest."""
        calls = list(self._now.values())
        fresh = [call for call in calls if call.is_fresh(now_s)]
        awaited = [call for call in calls if call.state == CALLED]
        return max(fresh or awaited or calls, key=lambda call: call.told, default=None)

    def others(self, now_s: float) -> list[Call]:
        """The other calls on the board, the latest first."""
        newest = self.newest(now_s)
        return sorted((call for call in self._now.values() if call is not newest), key=lambda call: -call.told)

    def gone(self, office_ms: int | None) -> list[Call]:
        """Those that have left the board no longer than KEPT_MS after their call, the latest first."""
        return [
            call for call in self._gone if office_ms is None or call.at_ms is None or office_ms - call.at_ms <= KEPT_MS
        ]

    def hear(self, message: Mapping[str, Any], now_s: float) -> None:
        """Take in the message `board`; an empty one takes back all that was said."""
        epoch = whole(message, "epoch")
        first = epoch != self._epoch
        if first:
            # A restored office may have lost what was called meanwhile: what it says now is not news, but all there is.
            self._now, self._gone, self._epoch = {}, [], epoch
        said = {_key(call): call for row in rows(message, "calls")[:MOST] if (call := _call(row)) is not None}
        on_board: dict[_Key, Call] = {}
        for key, call in reversed(said.items()):
            # Whoever comes back to a desk to go on being served is not called anew.
            known = self._now.get(key) or (self._left(key) if call.state == SERVING else None)
            if known is None:
                self._told += 1
                is_news = not first and call.state == CALLED
                known = replace(call, told=self._told, told_s=now_s if is_news else None)
            on_board[key] = replace(known, state=call.state)
        self._leave([call for key, call in self._now.items() if key not in on_board], on_board)
        self._now = on_board

    def hear_desk(self, desk: str, message: Mapping[str, Any], now_s: float) -> None:
        """Take in the message `desk`: a number there may have been called again."""
        visit, recalls = whole(message, "visit"), whole(message, "recalls") or 0
        before, self._recalls[desk] = self._recalls.get(desk), (visit, recalls)
        if before is None or before[0] != visit or recalls <= before[1]:
            return
        number, name = whole(message, "number"), plain(desk, MOST_DESK_CELLS)
        for key, call in list(self._now.items()):
            if (call.number, call.desk) == (number, name):
                self._told += 1
                self._now[key] = replace(call, told=self._told, told_s=now_s, recalls=recalls)

    def _left(self, key: "_Key") -> Call | None:
        return next((call for call in self._gone if _key(call) == key), None)

    def _leave(self, left: list[Call], on_board: "dict[_Key, Call]") -> None:
        numbers = {call.number for call in on_board.values()}
        gone = {call.number: call for call in sorted([*self._gone, *left], key=lambda call: call.told)}
        kept = [replace(call, state=GONE) for call in gone.values() if call.number not in numbers]
        self._gone = sorted(kept, key=lambda call: -call.told)[:MOST]


_Key = tuple[int, str, int | None]


def _key(call: Call) -> _Key:
    return call.number, call.desk, call.at_ms


def _call(row: Mapping[str, Any]) -> Call | None:
    number, desk = whole(row, "number"), plain(text(row, "desk"), MOST_DESK_CELLS)
    if number is None or not desk:
        return None
    return Call(number, desk, office_time(row, "at_ms"), SERVING if row.get("state") == SERVING else CALLED, 0)
