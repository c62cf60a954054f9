"""What each tap leads to: one function a cell of the tap table in `transitions`. Changes nothing itself.

Never looks at a clock: a tap is judged at `tap.tap_ms`, the time it was made, and entered at `now_ms`.
"""

from collections.abc import Callable

from luot_controller.engine.acts import bound_to, started
from luot_controller.engine.commands import EnrolTap, Tap
from luot_controller.engine.events import (
    CardDropped,
    CardEnrolled,
    Event,
    ServiceRated,
    TapAnswered,
    TapIgnored,
    VisitCancelled,
    VisitOpened,
    VisitRated,
    VisitReturned,
)
from luot_controller.engine.forecast import wait_for
from luot_controller.engine.model import Policy, State, Visit, VisitState
from luot_controller.engine.order import Entry
from luot_controller.engine.records import record
from luot_protocol import codes

_HOUR_MS = 3_600_000


@record
class Heard:
    """All that a tap's meaning may look at. `number` is the card's, `visit` its latest, None where it has none."""

    state: State
    policy: Policy
    tap: Tap
    number: int
    visit: Visit | None
    now_ms: int

    @property
    def here(self) -> Visit:
        """The visit, in a cell that has one."""
        assert self.visit is not None
        return self.visit

    def since_drop_ms(self) -> int | None:
        """From when the card was given back to this tap; None while it is out."""
        return None if self.here.dropped_ms is None else self.tap.tap_ms - self.here.dropped_ms


Meaning = Callable[[Heard], list[Event]]


def ignored(tap: Tap, now_ms: int, code: int) -> TapIgnored:
    """The fact that settles a tap which changes nothing."""
    return TapIgnored(now_ms, tap.reader, tap.kid, tap.boot, tap.seq, code, tap.number)


def enrol(command: EnrolTap, now_ms: int) -> list[Event]:
    """A card at a reader that enrols gets its number, once; it opens no visit and asks after none."""
    tap, number, code = command.tap, command.tap.number, codes.ALREADY_ENROLLED
    enrolled: list[Event] = []
    if number is None:
        if command.given is None:
            return [ignored(tap, now_ms, codes.UNKNOWN_CARD)]
        number, code = command.given, codes.ENROLLED
        enrolled = [CardEnrolled(now_ms, number, tap.reader, command.by)]
    return [*enrolled, TapAnswered(now_ms, tap.reader, tap.kid, tap.boot, tap.seq, code, number)]


def say(code: int) -> Meaning:
    """Only say so."""

    def saying(heard: Heard) -> list[Event]:
        return [_said(heard, code)]

    return saying


def open_visit(heard: Heard) -> list[Event]:
    """A new visit, for the reader's service or the button's."""
    tap, before = heard.tap, heard.visit
    if not heard.state.hall.open:
        return [ignored(tap, heard.now_ms, codes.CLOSED)]
    if tap.service is None or tap.class_id is None:
        return [ignored(tap, heard.now_ms, codes.UNKNOWN_BUTTON)]
    head_start_ms = heard.policy.head_start_ms[tap.class_id]
    opened = VisitOpened(
        at_ms=heard.now_ms,
        visit=heard.state.visit_id + 1,
        number=heard.number,
        service=tap.service,
        class_id=tap.class_id,
        rank_ms=tap.tap_ms,
        head_start_ms=head_start_ms,
        aged=tap.aged,
        replaces=None if before is None else before.id,
        opened_ms=tap.tap_ms,
    )
    entry = (tap.tap_ms - head_start_ms, tap.tap_ms, opened.visit)
    return [opened, _placed(heard, codes.OPENED, opened.visit, tap.service, entry)]


def show_place(heard: Heard) -> list[Event]:
    """People ahead, and how long that may take."""
    visit = heard.here
    return [_placed(heard, codes.WAITING, visit.id, visit.service, visit.entry, visit.line)]


def come_back(heard: Heard) -> list[Event]:
    """A no-show is back in line: at its own key soon after, at a new one later."""
    return _back(heard, heard.tap.tap_ms - heard.here.since_ms <= heard.policy.return_window_ms)


def after_the_end(heard: Heard) -> list[Event]:
    """Soon after the visit its card is asked for; later, or once it was given back, this is a new citizen."""
    soon = heard.tap.tap_ms - heard.here.since_ms <= heard.policy.drop_window_ms
    if soon and heard.here.dropped_ms is None:
        return [_said(heard, codes.THANK_YOU)]
    return open_visit(heard)


def thank(heard: Heard) -> list[Event]:
    """The visit is over: its card is asked for, unless it was given back."""
    return [_said(heard, codes.THANK_YOU if heard.here.dropped_ms is None else codes.NOT_IN_LINE)]


def after_giving_up(heard: Heard) -> list[Event]:
    """Whoever dropped the card by mistake goes on, at the old key if it was in line; later this is a new citizen."""
    since_ms = heard.since_drop_ms()
    if since_ms is not None and since_ms <= heard.policy.regret_ms:
        return _back(heard, heard.here.was is VisitState.WAITING)
    return open_visit(heard)


def arrive(heard: Heard) -> list[Event]:
    """At the desk that called, service begins; at another, that desk is named."""
    tap, visit = heard.tap, heard.here
    if tap.desk != visit.desk:
        return [_said(heard, codes.OTHER_DESK)]
    if tap.tap_ms < visit.since_ms:
        # Held here before the call, delivered after it: nobody has come yet.
        return [_said(heard, codes.YOUR_TURN)]
    return [started(visit, tap.desk or "", heard.now_ms), _said(heard, codes.STARTED)]


def give_up(heard: Heard) -> list[Event]:
    """The card comes back before the call: the citizen does not wait any more."""
    visit = heard.here
    cancelled = VisitCancelled(
        heard.now_ms,
        visit.id,
        visit.number,
        visit.service,
        visit.class_id,
        was=visit.state,
        desk=None,
        by=None,
        clerk=None,
        note=None,
    )
    dropped = CardDropped(heard.now_ms, visit.id, visit.number, heard.tap.tap_ms, None)
    return [cancelled, dropped, _said(heard, codes.CANCELLED)]


def leave(heard: Heard) -> list[Event]:
    """The card comes back after the call: the clerk is told not to wait."""
    return [*_dropped(heard), _said(heard, codes.LEAVING)]


def drop(heard: Heard) -> list[Event]:
    """The card is back."""
    return [*_dropped(heard), _said(heard, codes.IN_TRAY)]


def drop_and_rate(heard: Heard) -> list[Event]:
    """The card is back after the service, or during it; a face that is pressed soon after counts, once."""
    face, since_ms, visit = heard.tap.face, heard.since_drop_ms() or 0, heard.here
    if face is None or since_ms > heard.policy.rating_window_ms:
        return drop(heard)
    facts: list[Event] = _dropped(heard)
    if not visit.rated:
        hour_ms = heard.tap.tap_ms - heard.tap.tap_ms % _HOUR_MS
        facts += [
            VisitRated(heard.now_ms, visit.id, visit.number),
            ServiceRated(visit.service, hour_ms, face),
        ]
    return [*facts, _said(heard, codes.RATED)]


def _back(heard: Heard, kept: bool) -> list[Event]:
    visit, tap = heard.here, heard.tap
    if not heard.state.hall.open:
        return [ignored(tap, heard.now_ms, codes.CLOSED)]
    rank_ms = visit.rank_ms if kept else tap.tap_ms
    returned = VisitReturned(
        heard.now_ms,
        visit.id,
        visit.number,
        rank_ms,
        kept,
        service=visit.service,
        class_id=visit.class_id,
        was=visit.state,
        to_desk=bound_to(heard.state, visit),
    )
    entry = (rank_ms - visit.head_start_ms, rank_ms, visit.id)
    line = visit.service if returned.to_desk is None else visit.line
    return [returned, _placed(heard, codes.BACK_IN_LINE, visit.id, visit.service, entry, line)]


def _dropped(heard: Heard) -> list[Event]:
    visit = heard.here
    if visit.dropped_ms is not None:
        return []
    at = visit.desk if visit.state in (VisitState.CALLED, VisitState.SERVING, VisitState.HELD) else None
    return [CardDropped(heard.now_ms, visit.id, visit.number, heard.tap.tap_ms, at)]


def _said(heard: Heard, code: int) -> TapAnswered:
    tap, visit = heard.tap, heard.visit
    at, desk = (None, None) if visit is None else (visit.id, visit.desk)
    return TapAnswered(heard.now_ms, tap.reader, tap.kid, tap.boot, tap.seq, code, heard.number, visit=at, desk=desk)


def _placed(heard: Heard, code: int, visit: int, service: str, entry: Entry, line: str | None = None) -> TapAnswered:
    tap = heard.tap
    ahead, wait = wait_for(heard.state, heard.policy, service, entry, heard.now_ms, line=line)
    return TapAnswered(
        heard.now_ms,
        tap.reader,
        tap.kid,
        tap.boot,
        tap.seq,
        code,
        heard.number,
        visit,
        ahead,
        wait.lo_min,
        wait.hi_min,
        closes_first=wait.closes_first,
    )
