"""What has happened to visits: entries of the ledger, in the past tense. Holds fields only.

Each holds what a sentence about it needs without the state of that day: number, desk, service, class, keys, why. Fields
with a default came later than the fact: an older entry of the ledger lacks them.
"""

from luot_controller.engine.model import Visit, VisitState
from luot_controller.engine.records import record


@record
class VisitOpened:
    """A citizen is in line. `replaces` is the number's visit before, over by now. `aged`: the tap's time was known.

    `opened_ms` is when the citizen came; `by` whose command it was, `clerk` at which desk, both None for a tap.
    """

    at_ms: int
    visit: int
    number: int
    service: str
    class_id: str
    rank_ms: int
    head_start_ms: int
    aged: bool
    replaces: int | None
    opened_ms: int | None = None
    appointed_ms: int | None = None
    then: tuple[str, ...] = ()
    card: bool = True
    by: str | None = None
    clerk: str | None = None


@record
class VisitCalled:
    """A desk called a visit, and why: its key, the next best, and the one passed over (`over`), by number.

    `finished` is the visit that the same command finished first; `note` is the reason of an override, `by` whose it
    was where not the desk's own.
    """

    at_ms: int
    visit: int
    number: int
    desk: str
    reason: str
    key_ms: int
    second: int | None
    second_key_ms: int | None
    over: int | None
    over_key_ms: int | None
    finished: int | None = None
    service: str = ""
    class_id: str = ""
    rank_ms: int | None = None
    over_rank_ms: int | None = None
    over_service: str | None = None
    over_class_id: str | None = None
    note: str | None = None
    by: str | None = None


@record
class VisitRecalled:
    """The same number was called again."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str = ""
    class_id: str = ""


@record
class VisitStarted:
    """The citizen came to the desk; `waited_ms` since tap or check-in."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str = ""
    class_id: str = ""
    waited_ms: int | None = None


@record
class VisitFinished:
    """The visit is over; `served_ms` is how long it took, from the start, or from the call where none was marked.

    `by_close`: nobody finished it but the close of the day.
    """

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str
    served_ms: int
    class_id: str = ""
    by_close: bool = False


@record
class ServiceFinished:
    """One of the visit's services is done; it waits for `next_service`, at its own key. `served_ms` as in the end."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str
    served_ms: int
    class_id: str
    next_service: str
    then: tuple[str, ...]


@record
class VisitMissed:
    """A no-show, after so many recalls."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str = ""
    class_id: str = ""
    recalls: int = 0


@record
class VisitReturned:
    """A visit is back in line: `rank_ms` is the old one when the place was `kept`, else a new one.

    `was` is where it stood before, `desk` whose desk held it, `to_desk` the desk that it waits for alone; `by` and
    `clerk` as in VisitOpened.
    """

    at_ms: int
    visit: int
    number: int
    rank_ms: int
    kept: bool
    service: str = ""
    class_id: str = ""
    was: VisitState = VisitState.MISSED
    desk: str | None = None
    to_desk: str | None = None
    by: str | None = None
    clerk: str | None = None


@record
class VisitHeld:
    """The visit is put aside and the desk is free; it is not in line, and keeps its key."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str = ""
    class_id: str = ""


@record
class VisitResumed:
    """A visit that `held_at` held was called back to a desk."""

    at_ms: int
    visit: int
    number: int
    desk: str
    held_at: str
    service: str = ""
    class_id: str = ""


@record
class VisitTransferred:
    """The visit is in another line, at its own key: of `service`, or of `to_desk` alone; `then` follow."""

    at_ms: int
    visit: int
    number: int
    desk: str
    service: str
    from_service: str = ""
    class_id: str = ""
    to_desk: str | None = None
    then: tuple[str, ...] = ()


@record
class VisitCancelled:
    """The citizen gave the turn up: at a drop-off reader (`by` None), or by a command.

    `was` is where the visit stood, `desk` the desk it was at, `clerk` the desk whose clerk did it.
    """

    at_ms: int
    visit: int
    number: int
    service: str
    class_id: str
    was: VisitState
    desk: str | None
    by: str | None
    clerk: str | None
    note: str | None


@record
class VisitExpired:
    """The day was closed before the visit came to its end."""

    at_ms: int
    visit: int
    number: int
    service: str
    class_id: str
    was: VisitState
    desk: str | None


@record
class VisitRated:
    """A face was pressed for this visit; which one is counted for its service and hour, and kept nowhere else."""

    at_ms: int
    visit: int
    number: int


@record
class CardDropped:
    """The visit's card was given back at `dropped_ms`. `desk` is where the visit is called, served or held."""

    at_ms: int
    visit: int
    number: int
    dropped_ms: int
    desk: str | None


@record
class CardTaken:
    """Whoever had just dropped the card has it again."""

    at_ms: int
    visit: int
    number: int
    desk: str | None


@record
class CardReplaced:
    """The visit goes on under the number of another card; `replaces` is that card's visit before, over by now."""

    at_ms: int
    visit: int
    number: int
    replacement: int
    replaces: int | None
    desk: str | None
    by: str


@record
class CommandUndone:
    """The desk took its last command back: these visits are again as they were before it."""

    at_ms: int
    desk: str
    restored: tuple[Visit, ...]
