"""What happened to one visit: picks its facts out of the ledger, with what a sentence about each call needs. Pure.

Reads the facts once, in order, and keeps those of each number's latest visit, besides the visits that are asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from luot_controller.engine.events import (
    CardReplaced,
    CommandUndone,
    Fact,
    ServiceFinished,
    VisitCalled,
    VisitOpened,
    VisitResumed,
    VisitReturned,
    VisitTransferred,
    visits_of,
)
from luot_controller.engine.ledger_facts import SiteAdopted

Entry = tuple[int, Fact]


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever has a number just then: what they wait for, since when, and how much earlier that counts.

    `bound` is the one desk that may call them; `expected` that `rank_ms` is an appointed time.
    """

    visit: int
    number: int
    service: str
    class_id: str
    rank_ms: int
    head_start_ms: int
    came_ms: int
    expected: bool = False
    bound: str | None = None

    @property
    def key_ms(self) -> int:
        """When they count as having come."""
        return self.rank_ms - self.head_start_ms


@dataclass(frozen=True, slots=True)
class Call:
    """One call, who was called and who was passed over, as they were then; `back` is how they had come back, if so."""

    event_id: int
    fact: VisitCalled | VisitResumed
    person: Person
    over: Person | None
    back: VisitReturned | None


@dataclass(slots=True)
class Story:
    """A visit from its opening on. `site` are the rules that were in force at the last of its events."""

    opened: VisitOpened
    person: Person
    site: SiteAdopted
    entries: list[Entry] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    back: VisitReturned | None = None
    numbers: set[int] = field(default_factory=set)

    @property
    def day(self) -> date:
        """The day on which it began, where the site is."""
        return datetime.fromtimestamp(self.person.came_ms / 1000, ZoneInfo(self.site.timezone)).date()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit, or those of a number: the last one, or all of one `day` in the site's time zone."""

    visit: int | None = None
    number: int | None = None
    day: date | None = None

    def is_meant(self, story: Story) -> bool:
        """Whether this may be a story that is asked for."""
        if self.visit is not None:
            return story.person.visit == self.visit
        return self.number in story.numbers and self.day in (None, story.day)


def tell(entries: Iterable[Entry], wanted: Wanted, assumed: SiteAdopted) -> list[Story]:
    """The stories asked for, the oldest first; `assumed` are the rules from before any were entered."""
    site, latest, over = assumed, dict[int, Story](), list[Story]()
    by_number: dict[int, int] = {}
    for event_id, fact in entries:
        if isinstance(fact, SiteAdopted):
            site = fact
        elif isinstance(fact, VisitOpened):
            _end(latest, over, wanted, fact.replaces)
            person = _person(fact)
            latest[fact.visit] = Story(fact, person, site, numbers={fact.number})
            by_number[fact.number] = fact.visit
        elif isinstance(fact, CardReplaced):
            _end(latest, over, wanted, fact.replaces)
            by_number[fact.replacement] = fact.visit
        for visit in visits_of(fact):
            if visit in latest:
                _add(latest[visit], event_id, fact, site, latest, by_number)
    found = sorted((story for story in [*over, *latest.values()] if wanted.is_meant(story)), key=_began)
    return found if wanted.day is not None or wanted.visit is not None else found[-1:]


def _began(story: Story) -> int:
    return story.entries[0][0]


def _end(latest: dict[int, Story], over: list[Story], wanted: Wanted, visit: int | None) -> None:
    """A number has another visit now: the one before is forgotten, unless it is asked for."""
    story = None if visit is None else latest.pop(visit, None)
    if story is not None and wanted.is_meant(story):
        over.append(story)


def _add(
    story: Story, event_id: int, fact: Fact, site: SiteAdopted, latest: dict[int, Story], by_number: dict[int, int]
) -> None:
    story.entries.append((event_id, fact))
    story.site = site
    story.person = _after(story.person, fact)
    story.numbers.add(story.person.number)
    if isinstance(fact, VisitReturned):
        story.back = fact
    elif isinstance(fact, VisitCalled | VisitResumed):
        number = fact.over if isinstance(fact, VisitCalled) else None
        passed = None if number is None else latest.get(by_number.get(number, 0))
        story.calls.append(Call(event_id, fact, story.person, None if passed is None else passed.person, story.back))


def _person(opened: VisitOpened) -> Person:
    return Person(
        visit=opened.visit,
        number=opened.number,
        service=opened.service,
        class_id=opened.class_id,
        rank_ms=opened.rank_ms,
        head_start_ms=opened.head_start_ms,
        came_ms=opened.rank_ms if opened.opened_ms is None else opened.opened_ms,
        expected=opened.appointed_ms is not None,
    )


def _after(person: Person, fact: Fact) -> Person:
    """What a fact changes in who somebody is: the place in line, what they wait for, the number."""
    match fact:
        case VisitReturned():
            return replace(person, rank_ms=fact.rank_ms, expected=person.expected and fact.kept)
        case VisitTransferred():
            return replace(person, service=fact.service, bound=fact.to_desk)
        case ServiceFinished():
            return replace(person, service=fact.next_service, bound=None)
        case CardReplaced():
            return replace(person, number=fact.replacement)
        case CommandUndone():
            was = next(visit for visit in fact.restored if visit.id == person.visit)
            return replace(
                person,
                service=was.service,
                bound=was.bound,
                rank_ms=was.rank_ms,
                expected=was.appointed_ms is not None,
            )
        case _:
            return person
