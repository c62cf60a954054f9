"""One example of each JSON message, out of one minute of a small office; made up by hand, used by no program."""

from typing import Any

_AT_MS = 1_767_578_400_000  # a Monday morning in office time
_DESK = {
    "version": 41,
    "state": "called",
    "number": 17,
    "visit": 12,
    "service": "land",
    "class": "plain",
    "since_ms": _AT_MS,
    "recalls": 0,
    "reason": "OLDEST",
}
_PERSON = {"number": 17, "class": "plain", "service": "land", "rank_ms": _AT_MS - 600_000}

EXAMPLES: dict[str, dict[str, Any]] = {
    "office": {
        "state": "open",
        "epoch": 1,
        "at_ms": _AT_MS,
        "speed": 1.0,
        "waiting": 6,
        "counters": {"taps": 18, "taps_repeated": 1, "frame.mac": 1},
    },
    "site": {
        "name": "Bộ phận một cửa",
        "language": "vi",
        "services": [{"id": "land", "name": "Đất đai"}],
        "desks": [{"id": "3", "services": ["land"]}],
        "classes": [
            {"id": "plain", "name": "Thường", "head_start_ms": 0},
            {"id": "priority", "name": "Ưu tiên", "head_start_ms": 2_700_000},
        ],
    },
    "board": {
        "epoch": 1,
        "version": 41,
        "calls": [{"number": 17, "desk": "3", "at_ms": _AT_MS, "state": "called"}],
        "waiting": 6,
    },
    "service": {"epoch": 1, "version": 41, "waiting": 6, "head": [_PERSON], "lo_min": 10, "hi_min": 15},
    "desk": {"epoch": 1, **_DESK},
    "card": {"epoch": 1, "version": 41, "state": "called", "desk": "3"},
    "reader": {
        "role": "entry",
        "key": True,
        "link": "ready",
        "last_seen_ms": _AT_MS,
        "depth": 2,
        "faults": ["chip.absent"],
        "health": {"boot": 3, "count": 12, "uptime_s": 720, "version": "0.1.0", "depth": 2, "chip_starts": 4},
    },
    "alert": {
        "reader": "entry-1",
        "alert": "chip.absent",
        "state": "cleared",
        "at_ms": _AT_MS,
        "since_ms": _AT_MS - 240_000,
    },
    "event": {"id": 41, "at_ms": _AT_MS, "kind": "VisitCalled", "number": 17, "desk": "3", "reason": "OLDEST"},
    "command": {"id": "5f2c9a", "command": "CallNext", "desk": "3", "expects": 38, "expires_ms": _AT_MS + 5_000},
    "reply": {"id": "5f2c9a", "ok": True, "desk": {"epoch": 1, **_DESK}, "called": 17},
    "ask": {"id": "77b01e", "ask": "next", "desk": "3"},
    "answer": {"id": "77b01e", "ok": True, "next": {**_PERSON, "reason": "OLDEST"}},
    "link_state": {"state": "ready"},
}
"""Message name to fields."""
