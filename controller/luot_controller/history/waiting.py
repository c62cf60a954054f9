"""Why somebody who waits has not been called yet, and what can still come before, in plain sentences."""

from luot_controller.engine.model import Visit
from luot_controller.history.standing import Standing
from luot_controller.history.telling import MOST_NAMED, Telling, joined, numbers_of
from luot_controller.language import _, ngettext, wait_range


def waiting(telling: Telling, now: Standing, at_ms: int) -> list[str]:
    """Why somebody who waits has not been called yet, and what can still come before."""
    visit = now.visit
    said = [
        _("At {time}, {number} is waiting for {service}: it {came}.").format(
            time=telling.clock(at_ms),
            number=visit.number,
            service=telling.service(visit.service),
            came=telling.came(visit.rank_ms, visit.appointed_ms is not None),
        )
    ]
    if not now.day_open:
        said.append(_("The day is closed."))
    if not now.ahead:
        said.append(_("Nobody is ahead."))
    else:
        text = ngettext("{count} person is ahead.", "{count} people are ahead.", now.ahead)
        said.append(text.format(count=now.ahead))
    if now.earlier:
        said.append(_("{numbers} came earlier.").format(numbers=numbers_of(now.earlier)))
    said += [_priority(telling, other, visit) for other in now.priority[:MOST_NAMED]]
    said += _desks(telling, now)
    if now.away:
        text = ngettext(
            "{numbers} is away just now and, once back, goes first.",
            "{numbers} are away just now and, once back, go first.",
            len(now.away),
        )
        said.append(text.format(numbers=numbers_of(now.away)))
    if now.going_on:
        text = ngettext(
            "{numbers} is at a desk, comes to another service after that, and then goes first.",
            "{numbers} are at a desk, come to another service after that, and then go first.",
            len(now.going_on),
        )
        said.append(text.format(numbers=numbers_of(now.going_on)))
    text = _("Nobody who comes now can be called first, whatever their priority.")
    if now.safe_ms > at_ms:
        text = _("Somebody with priority who comes before {time} may still be called first; nobody who comes later.")
    said.append(text.format(time=telling.clock(now.safe_ms)))
    wait = wait_range(now.wait.lo_min, now.wait.hi_min)
    if wait:
        said.append(_("Expected wait: {wait}.").format(wait=wait))
    if now.wait.closes_first and now.closing_ms is not None:
        text = _("The office closes at {time}: {number} may not be served before that.")
        said.append(text.format(time=telling.clock(now.closing_ms), number=visit.number))
    return said


def _priority(telling: Telling, other: Visit, visit: Visit) -> str:
    text = _("{number} has priority and {came}, which counts as {counts}; {me} {my_came}.")
    if visit.head_start_ms:
        text = _("{number} {came}, which with its priority counts as {counts}; {me} counts as {my_counts}.")
    return text.format(
        number=other.number,
        came=telling.came(other.rank_ms, other.appointed_ms is not None),
        counts=telling.clock(other.key_ms),
        me=visit.number,
        my_came=telling.came(visit.rank_ms, visit.appointed_ms is not None),
        my_counts=telling.clock(visit.key_ms),
    )


def _desks(telling: Telling, now: Standing) -> list[str]:
    service, said = telling.service(now.visit.service), []
    if now.desks:
        text = ngettext("Desk {desks} serves {service}.", "Desks {desks} serve {service}.", len(now.desks))
        if now.visit.bound is not None:
            text = _("Desk {desks} alone may call.")
        said.append(text.format(desks=joined(now.desks), service=service))
    else:
        said.append(_("No desk that serves {service} is calling now.").format(service=service))
    if now.shut:
        text = ngettext("Desk {desks} is paused or closed.", "Desks {desks} are paused or closed.", len(now.shut))
        said.append(text.format(desks=joined(now.shut)))
    return said
