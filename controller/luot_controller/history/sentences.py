"""Puts the past into sentences that a citizen understands, in the language in use. Never says on which ground somebody
has priority, and tells the time of the site, on whatever machine.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from luot_controller.engine.events import (
    CardDropped,
    CardReplaced,
    CardTaken,
    CommandUndone,
    Fact,
    ServiceFinished,
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
from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Visit
from luot_controller.history.standing import Standing
from luot_controller.history.story import Call, Person, Story
from luot_controller.language import MINUTE_MS, _, duration, ngettext

MOST_NAMED = 8
"""People ahead who are named one by one; the others are counted."""


class Teller:
    """Speaks for one site: its names, its time zone."""

    def __init__(self, site: SiteAdopted) -> None:
        self._site = site
        self._zone = ZoneInfo(site.timezone)

    def heading(self, story: Story) -> str:
        """Which visit this is about."""
        text = _("Card {number}, {service}, {day} (visit {visit})")
        if story.person.head_start_ms:
            text = _("Card {number}, {service}, with priority, {day} (visit {visit})")
        return text.format(
            number=story.person.number,
            service=self._service(story.person.service),
            day=self._day(story.opened.rank_ms),
            visit=story.person.visit,
        )

    def course(self, story: Story) -> list[str]:
        """What happened, a line each, with the time; each call with its reason."""
        calls = {call.event_id: call for call in story.calls}
        return [
            f"{self._clock(fact.at_ms)}  {self.call(calls[event_id]) if event_id in calls else self._event(fact)}"
            for event_id, fact in story.entries
        ]

    def call(self, call: Call) -> str:
        """Why this one was called then, in one sentence."""
        fact, person = call.fact, call.person
        if isinstance(fact, VisitResumed):
            return self._resumed(fact)
        who = {"number": person.number, "desk": fact.desk}
        over = call.over
        if fact.reason == "PRIORITY_WITHIN_H" and over is not None:
            text = _(
                "{number} was called to desk {desk} before {over}, because {number} has priority and came at {came},"
                " which counts as {counts}, while {over} came at {over_came}."
            )
            if over.head_start_ms:
                text = _(
                    "{number} was called to desk {desk} before {over}, because {number} came at {came}, which with its"
                    " priority counts as {counts}, while {over} came at {over_came}, which counts as {over_counts}."
                )
            return text.format(**who, **self._times(person), **self._passed(over))
        if fact.reason == "DESK_SERVICES" and over is not None:
            text = _(
                "{number} was called to desk {desk} before {over}, because {over} waits for {service}, which desk"
                " {desk} does not serve."
            )
            return text.format(**who, over=over.number, service=self._service(over.service))
        if fact.reason == "OVERRIDE":
            text = _("{number} was called to desk {desk} out of turn: {note}")
            return text.format(**who, note=fact.note or "")
        if fact.reason == "APPOINTMENT_DUE":
            text = _("{number} was called to desk {desk}, because its appointment at {came} was due.")
            return text.format(**who, **self._times(person))
        if fact.reason == "RETURNED" and call.back is not None:
            text = _(
                "{number} was called to desk {desk}, because it had come back after nobody came to an earlier call,"
                " soon enough to keep its place of {came}."
            )
            if not call.back.kept:
                text = _(
                    "{number} was called to desk {desk}, because it had come back after nobody came to an earlier call,"
                    " and of all who waited for this desk it was first since then, from {came} on."
                )
            return text.format(**who, **self._times(person))
        text = _(
            "{number} was called to desk {desk}, because it came first of all who waited for this desk, at {came}."
        )
        if fact.second is None:
            text = _("{number} was called to desk {desk}, because nobody else waited for this desk.")
        return text.format(**who, **self._times(person))

    def promise(self, person: Person) -> str | None:
        """What everybody may rely on, in one sentence; None where nobody has a head start."""
        widest_ms = max(self._site.policy.head_start_ms.values(), default=0)
        if not widest_ms:
            return None
        text = _(
            "Nobody who comes more than {minutes} minutes after you is called before you at a desk that serves both."
        )
        minutes = max(0, widest_ms - person.head_start_ms) // MINUTE_MS
        if not minutes:
            text = _("Nobody who comes after you is called before you at a desk that serves both.")
        return text.format(minutes=minutes)

    def waiting(self, now: Standing, at_ms: int) -> list[str]:
        """Why somebody who waits has not been called yet, and what can still come before."""
        visit = now.visit
        said = [
            _("At {time}, {number} is waiting for {service}, since {came}.").format(
                time=self._clock(at_ms),
                number=visit.number,
                service=self._service(visit.service),
                came=self._clock(visit.rank_ms),
            )
        ]
        if not now.ahead:
            said.append(_("Nobody is ahead."))
        else:
            said.append(
                ngettext("{count} person is ahead.", "{count} people are ahead.", now.ahead).format(count=now.ahead)
            )
        if now.earlier:
            text = ngettext("{numbers} came earlier.", "{numbers} came earlier.", len(now.earlier))
            said.append(text.format(numbers=_numbers(now.earlier)))
        for other in now.priority[:MOST_NAMED]:
            text = _("{number} has priority and came at {came}, which counts as {counts}; {me} came at {my_time}.")
            if visit.head_start_ms:
                text = _(
                    "{number} came at {came}, which with its priority counts as {counts}; {me} counts as {my_time}."
                )
            said.append(
                text.format(
                    number=other.number,
                    came=self._clock(other.rank_ms),
                    counts=self._clock(other.key_ms),
                    me=visit.number,
                    my_time=self._clock(visit.key_ms if visit.head_start_ms else visit.rank_ms),
                )
            )
        said.append(self._desks(now))
        if now.away:
            text = ngettext(
                "{numbers} is away just now and, once back, goes first.",
                "{numbers} are away just now and, once back, go first.",
                len(now.away),
            )
            said.append(text.format(numbers=_numbers(now.away)))
        if now.safe_ms > at_ms:
            text = _(
                "Somebody with priority who comes before {time} may still be called first; nobody who comes later."
            )
        else:
            text = _("Nobody who comes now can be called first, whatever their priority.")
        said.append(text.format(time=self._clock(now.safe_ms)))
        return said

    def _event(self, fact: Fact) -> str:
        match fact:
            case VisitOpened():
                text = _("took a turn for {service}")
                if fact.at_ms - fact.rank_ms >= MINUTE_MS:
                    text = _("took a turn for {service}, at {tapped}; the tap arrived now")
                return text.format(service=self._service(fact.service), tapped=self._clock(fact.rank_ms))
            case VisitRecalled():
                return _("was called again to desk {desk}").format(desk=fact.desk)
            case VisitStarted():
                return _("came to desk {desk}").format(desk=fact.desk)
            case VisitFinished():
                text = _("was done at desk {desk}, after {duration}")
                return text.format(desk=fact.desk, duration=duration(fact.served_ms))
            case VisitMissed():
                return _("did not come to desk {desk}").format(desk=fact.desk)
            case VisitReturned():
                return _("came back and kept its place") if fact.kept else _("came back, to the end of the line")
            case VisitHeld():
                return _("was put on hold at desk {desk}").format(desk=fact.desk)
            case VisitTransferred():
                text = _("was sent from desk {desk} to {service}, with its place")
                return text.format(desk=fact.desk, service=self._service(fact.service))
            case ServiceFinished():
                text = _("was finished at desk {desk} after {duration}, and waits for {service} now")
                service = self._service(fact.next_service)
                return text.format(desk=fact.desk, duration=duration(fact.served_ms), service=service)
            case VisitCancelled():
                text = _("gave the card back before being served") if fact.by is None else _("was cancelled by {by}")
                return text.format(by=fact.by)
            case VisitExpired():
                return _("was still here when the day was closed")
            case CardDropped():
                return _("gave the card back")
            case CardTaken():
                return _("took the card again")
            case CardReplaced():
                return _("goes on as number {number}").format(number=fact.replacement)
            case VisitRated():
                return _("pressed a face")
            case CommandUndone():
                return _("desk {desk} took its last step back").format(desk=fact.desk)
            case _:
                raise TypeError(f"no words for {type(fact).__name__}")

    def _resumed(self, fact: VisitResumed) -> str:
        text = _("{number} was called back to desk {desk}, because this desk had put it on hold.")
        if fact.held_at != fact.desk:
            text = _("{number} was called to desk {desk}, because desk {held_at} had put it on hold.")
        return text.format(number=fact.number, desk=fact.desk, held_at=fact.held_at)

    def _desks(self, now: Standing) -> str:
        service = self._service(now.visit.service)
        if not now.desks:
            return _("No desk serves {service} now.").format(service=service)
        text = ngettext("Desk {desks} serves {service}.", "Desks {desks} serve {service}.", len(now.desks))
        return text.format(desks=joined(now.desks), service=service)

    def _times(self, person: Person) -> dict[str, str]:
        return {"came": self._clock(person.rank_ms), "counts": self._clock(person.key_ms)}

    def _passed(self, over: Person) -> dict[str, object]:
        came, counts = self._clock(over.rank_ms), self._clock(over.key_ms)
        return {"over": over.number, "over_came": came, "over_counts": counts}

    def _service(self, service: str) -> str:
        return self._site.services.get(service, service)

    def _clock(self, at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms / 1000, self._zone).strftime("%H:%M")

    def _day(self, at_ms: int) -> str:
        at = datetime.fromtimestamp(at_ms / 1000, self._zone)
        return _("{year:04}-{month:02}-{day:02}").format(year=at.year, month=at.month, day=at.day)


def joined(words: Sequence[str]) -> str:
    """Words as a list in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def _numbers(visits: Sequence[Visit]) -> str:
    words = [str(visit.number) for visit in visits[:MOST_NAMED]]
    more = len(visits) - len(words)
    if more > 0:
        words.append(ngettext("{count} other", "{count} others", more).format(count=more))
    return joined(words)
