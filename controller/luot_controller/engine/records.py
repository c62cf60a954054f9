"""How the many small records of the engine are made: facts, taps. Holds no record itself."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_Record = TypeVar("_Record")


@dataclass_transform(frozen_default=True)
def record(cls: type[_Record]) -> type[_Record]:
    """A dataclass whose fields nobody may set later, as the type checkers see to it.

    Left to them, because a frozen dataclass takes four times as long to make: 2 of the 115 us that a tap costs, each.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
