"""Takes messages apart field by field: one that is not what the protocol says is as if it were not there."""

from collections.abc import Mapping
from typing import Any

MAX_OFFICE_MS = 250_000_000_000_000
"""In the year 9892: a clock cannot be read much beyond."""

_MAX_INT = 1 << 53


def whole(message: Mapping[str, Any], key: str) -> int | None:
    """A number of things, or a time: an int from 0 to what every JSON reader keeps exactly."""
    value = message.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_INT else None


def office_time(message: Mapping[str, Any], key: str) -> int | None:
    """An office time in ms that a clock can show."""
    value = whole(message, key)
    return None if value is None else min(value, MAX_OFFICE_MS)


def text(message: Mapping[str, Any], key: str) -> str | None:
    """A text as it came: good for comparing, not for showing."""
    value = message.get(key)
    return value if isinstance(value, str) else None


def items(message: Mapping[str, Any], key: str) -> list[Any]:
    """What is in a list, whatever it is."""
    value = message.get(key)
    return value if isinstance(value, list) else []


def rows(message: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The maps in a list."""
    return [row for row in items(message, key) if isinstance(row, dict)]


def named(message: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The maps in a list that have a text as their `id`."""
    return [row for row in rows(message, key) if isinstance(row.get("id"), str)]
