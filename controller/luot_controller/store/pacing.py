"""What is measured of each service, worked out anew from a ledger that was begun before it was kept. Opens no file."""

from typing import Any

import msgspec

from luot_controller.engine.evolve import apply
from luot_controller.engine.model import Desk, State
from luot_controller.store.bodies import decode_fact, encode


class Pacing:
    """SQLite's aggregate luot_paces(kind, body) over the events in order: service to pace, as JSON.

    Measurements are no part of what a ledger promises: where events do not add up, they begin anew.
    """

    def __init__(self) -> None:
        self._state = State(desks=_AnyDesk())
        self._adds_up = True

    def step(self, *event: Any) -> None:
        """One event more."""
        if self._adds_up:
            kind, body = event
            try:
                apply(self._state, decode_fact(kind, body.encode() if isinstance(body, str) else body))
            except (msgspec.DecodeError, LookupError, ValueError, AttributeError):
                self._adds_up = False

    def finalize(self) -> str:
        """After the last event."""
        return encode(self._state.paces if self._adds_up else {}).decode()


class _AnyDesk(dict[str, Desk]):
    """The site file said which desks there are; the events say it as well."""

    def __missing__(self, desk: str) -> Desk:
        return self.setdefault(desk, Desk(desk))
