"""One thing that was looked at, and how it is. Holds no check."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    """The office can serve; something should be done all the same."""
    FAIL = "fail"
    """The office cannot serve, or must not be trusted, until something is done."""


class Finding(NamedTuple):
    """`word` is stable and begins with what was looked at; `what` and `todo` are in the language in use."""

    level: Level
    word: str
    what: str
    todo: str = ""


def ok(word: str, what: str) -> Finding:
    """Nothing is the matter."""
    return Finding(Level.OK, word, what)


def warn(word: str, what: str, todo: str) -> Finding:
    """See Level.WARN."""
    return Finding(Level.WARN, word, what, todo)


def fail(word: str, what: str, todo: str) -> Finding:
    """See Level.FAIL."""
    return Finding(Level.FAIL, word, what, todo)
