"""Writes plain data (maps, lists, text, numbers, flags, null) as YAML in block style; reads none and folds no lines.

The same data gives the same text, whatever library is installed: what is generated can be compared with what is kept.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

_PLAIN = re.compile(r"""(?:[^\W\d_]|[$])(?:[\w ,;.'"`(){}/=-]*[\w.")}`])?""")
_RESERVED = re.compile("null|true|false|yes|no|on|off|y|n", re.IGNORECASE)
"""YAML 1.1 and 1.2 take the first for text without quotes, except for the second."""


def dump(value: dict[str, Any]) -> str:
    """The whole document; keys stay in their order."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            inner = list(_lines(item))
            if _is_block(item):
                yield f"{_scalar(key)}:"
                yield from (f"  {line}" for line in inner)
            else:
                yield f"{_scalar(key)}: {inner[0]}"
    elif _is_block(value):
        for item in value:
            for at, line in enumerate(_lines(item)):
                yield f"{'  ' if at else '- '}{line}"
    else:
        yield _scalar(value)


def _is_block(value: Any) -> bool:
    """True for what takes lines of its own; lists of nothing but scalars, and what is empty, stay on one."""
    return bool(value) and (
        isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict | list) for item in value))
    )


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and not _RESERVED.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
