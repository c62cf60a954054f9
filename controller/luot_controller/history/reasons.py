"""Why somebody was called when they were, in one sentence for citizens; never on which ground they have priority."""

from luot_controller.engine.events import VisitCalled, VisitResumed, VisitReturned
from luot_controller.engine.model import VisitState
from luot_controller.history.guarantees import OVERRIDE
from luot_controller.history.story import Call, Person
from luot_controller.history.telling import Telling
from luot_controller.language import MINUTE_MS, _


def reason(telling: Telling, call: Call) -> str:
    """The sentence for one call."""
    text = _resumed(call.fact) if isinstance(call.fact, VisitResumed) else _reason(call.fact, call)
    return text.format(**_called(telling, call), **_passed(telling, call.over))


def promise(telling: Telling, person: Person) -> str | None:
    """What everybody may rely on, in one sentence; None where nobody has a head start."""
    widest_ms = max(telling.site.policy.head_start_ms.values(), default=0)
    if not widest_ms:
        return None
    text = _("Nobody who comes more than {minutes} minutes after you is called before you at a desk that serves both.")
    minutes = max(0, widest_ms - person.head_start_ms) // MINUTE_MS
    if not minutes:
        text = _("Nobody who comes after you is called before you at a desk that serves both.")
    return text.format(minutes=minutes)


def _reason(fact: VisitCalled, call: Call) -> str:
    """The sentence for a reason code, to be filled in."""
    person, over, back = call.person, call.over, call.back
    if fact.reason == OVERRIDE:
        if over is None:
            return _("{number} was called to desk {desk} out of turn, as {by} decided: {note}.")
        return _("{number} was called to desk {desk} before {over}, whose turn it was, as {by} decided: {note}.")
    if fact.reason == "PRIORITY_WITHIN_H" and over is not None:
        if over.head_start_ms:
            return _(
                "{number} was called to desk {desk} before {over}, because {number} {came}, which with its priority"
                " counts as {counts}, while {over} {over_came}, which counts as {over_counts}."
            )
        return _(
            "{number} was called to desk {desk} before {over}, because {number} has priority and {came}, which"
            " counts as {counts}, while {over} {over_came}."
        )
    if fact.reason == "DESK_SERVICES" and over is not None:
        if over.bound is not None:
            return _(
                "{number} was called to desk {desk} before {over}, because {over} waits for desk {over_desk} alone."
            )
        return _(
            "{number} was called to desk {desk} before {over}, because {over} waits for {over_service}, which desk"
            " {desk} does not serve."
        )
    if fact.reason == "RETURNED" and back is not None:
        return _back(back)
    if fact.reason == "APPOINTMENT_DUE":
        return _(
            "{number} was called to desk {desk}, because its appointment at {rank} was due and nobody who waited for"
            " this desk was ahead of it."
        )
    if fact.second is None:
        return _("{number} was called to desk {desk}, because nobody else waited for this desk.")
    if person.expected:
        return _(
            "{number} was called to desk {desk}, because it {came}, and nobody who waited for it came before that."
        )
    return _("{number} was called to desk {desk}, because it came first of all who waited for this desk, at {rank}.")


def _back(back: VisitReturned) -> str:
    if back.was is VisitState.CANCELLED:
        return _(
            "{number} was called to desk {desk}, because it had given the card back by mistake, came back at once and"
            " so kept its place of {rank}."
        )
    if back.was is VisitState.HELD:
        return _("{number} was called to desk {desk}, because it had been on hold and kept its place of {rank}.")
    if back.kept:
        return _(
            "{number} was called to desk {desk}, because it had come back after nobody came to an earlier call, soon"
            " enough to keep its place of {rank}."
        )
    return _(
        "{number} was called to desk {desk}, because it had come back after nobody came to an earlier call, and of all"
        " who waited for this desk it was first since then, from {rank} on."
    )


def _resumed(fact: VisitResumed) -> str:
    if fact.held_at != fact.desk:
        return _("{number} was called to desk {desk}, because desk {held_at} had put it on hold.")
    return _("{number} was called back to desk {desk}, because this desk had put it on hold.")


def _called(telling: Telling, call: Call) -> dict[str, object]:
    fact, person = call.fact, call.person
    by = getattr(fact, "by", None) or ""
    clerk = _("desk {desk}").format(desk=by.removeprefix("desk-")) if by.startswith("desk-") else by
    return {
        "number": person.number,
        "desk": fact.desk,
        "held_at": getattr(fact, "held_at", None),
        "rank": telling.clock(person.rank_ms),
        "came": telling.came(person.rank_ms, person.expected),
        "counts": telling.clock(person.key_ms),
        "by": clerk,
        "note": (getattr(fact, "note", None) or "").rstrip("."),
    }


def _passed(telling: Telling, over: Person | None) -> dict[str, object]:
    if over is None:
        return {}
    return {
        "over": over.number,
        "over_came": telling.came(over.rank_ms, over.expected),
        "over_counts": telling.clock(over.key_ms),
        "over_service": telling.service(over.service),
        "over_desk": over.bound,
    }
