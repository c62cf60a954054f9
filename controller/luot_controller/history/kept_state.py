"""Are the rows of the state, which a start reads, what the ledger adds up to? Names the first that is not. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from luot_controller.engine.model import Desk, State
from luot_controller.language import _
from luot_controller.store.port import KeptState


def differences(kept: KeptState, state: State, measured: bool) -> Iterator[str]:
    """A sentence for each row that differs from the folded `state`; `measured`: those of desk times, too."""
    for name in ("event_id", "visit_id", "at_ms"):
        yield from _differs(f"office.{name}", getattr(kept, name), getattr(state, name))
    yield from _tables("visit", kept.visits, state.visits, {})
    fresh = {desk: Desk(desk) for desk in state.desks}
    yield from _tables("desk", kept.desks, state.desks, fresh)
    yield from _differs("hall", kept.hall, state.hall)
    if measured:
        yield from _tables("pace", kept.paces, state.paces, {})


def _tables(
    table: str, kept: Mapping[Any, Any], folded: Mapping[Any, Any], unwritten: Mapping[Any, Any]
) -> Iterator[str]:
    for key in sorted({*kept, *folded}):
        yield from _differs(f"{table} {key}", kept.get(key, unwritten.get(key)), folded.get(key))


def _differs(row: str, kept: object, folded: object) -> Iterator[str]:
    if kept != folded:
        yield _("row {row} is {kept}, the ledger says {folded}").format(row=row, kept=kept, folded=folded)
