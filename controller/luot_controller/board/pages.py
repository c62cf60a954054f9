"""Turns pages by itself, for a screen that has no keys; knows not what is on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PAGE_S = 8.0
"""Long enough to find one's own line among a dozen."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of the items: page number `at` (from 1) of `of`."""

    items: Sequence[Item]
    at: int = 1
    of: int = 1


def page(items: Sequence[Item], slots: int, turn: int) -> Page[Item]:
    """The page of at most `slots` items whose turn it is; pages are as even as they can be."""
    if len(items) <= slots or slots < 1:
        return Page(items[: max(0, slots)])
    pages = -(-len(items) // slots)
    at = turn % pages
    return Page(items[len(items) * at // pages : len(items) * (at + 1) // pages], at + 1, pages)
