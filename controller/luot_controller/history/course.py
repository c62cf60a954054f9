"""The course of a visit: a heading, then a line for each thing that happened; each call with its reason."""

from collections.abc import Callable, Mapping
from typing import Any

from luot_controller.engine.events import (
    CardDropped,
    CardReplaced,
    CardTaken,
    CommandUndone,
    Fact,
    ServiceFinished,
    VisitCalled,
    VisitCancelled,
    VisitExpired,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitOpened,
    VisitRated,
    VisitRecalled,
    VisitResumed,
    VisitReturned,
    VisitStarted,
    VisitTransferred,
)
from luot_controller.engine.model import VisitState
from luot_controller.history.reasons import reason
from luot_controller.history.story import Story
from luot_controller.history.telling import Telling, joined
from luot_controller.language import MINUTE_MS, _, duration

_LEAST_MS = 10_000


def heading(telling: Telling, story: Story) -> str:
    """Which visit this is about."""
    text = _("Card {number}, {service}, {day} (visit {visit})")
    if story.person.head_start_ms:
        text = _("Card {number}, {service}, with priority, {day} (visit {visit})")
    return text.format(
        number=story.person.number,
        service=telling.service(story.person.service),
        day=telling.day(story.person.came_ms),
        visit=story.person.visit,
    )


def course(telling: Telling, story: Story) -> list[str]:
    """What happened, a line each, with the time."""
    calls = {call.event_id: call for call in story.calls}
    return [
        f"{telling.clock(fact.at_ms)}  "
        + (reason(telling, calls[event_id]) if event_id in calls else WORDS[type(fact)](telling, fact))
        for event_id, fact in story.entries
    ]


def _opened(telling: Telling, fact: VisitOpened) -> str:
    service = joined([telling.service(one) for one in (fact.service, *fact.then)])
    if fact.appointed_ms is not None:
        text = _("came for {service}, with an appointment at {appointed}")
        return text.format(service=service, appointed=telling.clock(fact.appointed_ms))
    if fact.by is not None:
        return _("was put in line for {service}").format(service=service)
    if fact.at_ms - fact.rank_ms >= MINUTE_MS:
        text = _("took a turn for {service}, at {tapped}; the tap arrived now")
        return text.format(service=service, tapped=telling.clock(fact.rank_ms))
    return _("took a turn for {service}").format(service=service)


def _done(telling: Telling, fact: VisitFinished | ServiceFinished) -> str:
    if isinstance(fact, VisitFinished):
        text = _("was done at desk {desk}, after {duration}")
        return text.format(desk=fact.desk, duration=duration(max(fact.served_ms, _LEAST_MS)))
    text = _("was done at desk {desk}, after {duration}; goes on to {service}, with its place")
    return text.format(
        desk=fact.desk, duration=duration(max(fact.served_ms, _LEAST_MS)), service=telling.service(fact.next_service)
    )


def _returned(_telling: Telling, fact: VisitReturned) -> str:
    if fact.was is VisitState.HELD:
        return _("is in line again from hold, with its place")
    return _("came back and kept its place") if fact.kept else _("came back, to the end of the line")


def _transferred(telling: Telling, fact: VisitTransferred) -> str:
    if fact.to_desk is not None:
        text = _("was sent from desk {desk} to desk {to_desk}, with its place")
    elif fact.service == fact.from_service:
        text = _("desk {desk} closed; waits for any desk with {service}, with its place")
    else:
        text = _("was sent from desk {desk} to {service}, with its place")
    return text.format(desk=fact.desk, to_desk=fact.to_desk, service=telling.service(fact.service))


def _cancelled(_telling: Telling, fact: VisitCancelled) -> str:
    if fact.by is None:
        return _("gave the turn up")
    if fact.note:
        return _("the turn was cancelled: {note}").format(note=fact.note)
    return _("the turn was cancelled")


WORDS: Mapping[type[Fact], Callable[[Telling, Any], str]] = {
    VisitOpened: _opened,
    VisitCalled: lambda _telling, fact: _("was called to desk {desk}").format(desk=fact.desk),
    VisitResumed: lambda _telling, fact: _("was called to desk {desk}").format(desk=fact.desk),
    VisitRecalled: lambda _telling, fact: _("was called again to desk {desk}").format(desk=fact.desk),
    VisitStarted: lambda _telling, fact: _("came to desk {desk}").format(desk=fact.desk),
    VisitFinished: _done,
    ServiceFinished: _done,
    VisitMissed: lambda _telling, fact: _("did not come to desk {desk}").format(desk=fact.desk),
    VisitReturned: _returned,
    VisitHeld: lambda _telling, fact: _("was put on hold at desk {desk}").format(desk=fact.desk),
    VisitTransferred: _transferred,
    VisitCancelled: _cancelled,
    VisitExpired: lambda _telling, _fact: _("the day was closed before the turn came to its end"),
    VisitRated: lambda _telling, _fact: _("pressed a face"),
    CardDropped: lambda _telling, _fact: _("gave the card back"),
    CardTaken: lambda _telling, _fact: _("took the card again"),
    CardReplaced: lambda _telling, fact: _("goes on with card {number}, the one before is lost").format(
        number=fact.replacement
    ),
    CommandUndone: lambda _telling, fact: _("desk {desk} took its last step back").format(desk=fact.desk),
}
"""A line for each fact of a visit; a call has a sentence of its own in its place."""
