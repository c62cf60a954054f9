"""What happened to one visit: picks its facts out of the ledger, with what a sentence about each call needs. Pure.

Reads the facts once, in order, and keeps no more of the others than who has which number.
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
    """Whoever has a number just then: what they wait for, since when, and how much earlier that counts."""

    visit: int
    number: int
    service: str
    class_id: str
    rank_ms: int
    head_start_ms: int
    came_ms: int

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit, or those of a number: the last one, or all of one `day` in the site's time zone."""

    visit: int | None = None
    number: int | None = None
    day: date | None = None

    def is_meant(self, opened: VisitOpened, site: SiteAdopted) -> bool:
        """Whether this opening begins a story that is asked for."""
        if self.visit is not None:
            return opened.visit == self.visit
        if opened.number != self.number:
            return False
        return (
            self.day is None
            or self.day == datetime.fromtimestamp(opened.rank_ms / 1000, ZoneInfo(site.timezone)).date()
        )


def tell(entries: Iterable[Entry], wanted: Wanted, assumed: SiteAdopted) -> list[Story]:
    """The stories asked for, the oldest first; `assumed` are the rules from before any were entered."""
    site, stories, persons = assumed, dict[int, Story](), dict[int, Person]()
    for event_id, fact in entries:
        if isinstance(fact, SiteAdopted):
            site = fact
            continue
        if isinstance(fact, VisitOpened):
            persons[fact.number] = _person(fact)
            if wanted.is_meant(fact, site):
                if wanted.day is None:
                    stories.clear()
                stories[fact.visit] = Story(fact, persons[fact.number], site)
        else:
            _follow(persons, fact)
        for visit in visits_of(fact):
            story = stories.get(visit)
            if story is not None:
                _add(story, event_id, fact, persons, site)
    return list(stories.values())


def _add(story: Story, event_id: int, fact: Fact, persons: dict[int, Person], site: SiteAdopted) -> None:
    story.entries.append((event_id, fact))
    story.site = site
    number = next(number for visit, number in visits_of(fact).items() if visit == story.person.visit)
    story.person = persons[number]
    if isinstance(fact, VisitReturned):
        story.back = fact
    elif isinstance(fact, VisitCalled | VisitResumed):
        over = fact.over if isinstance(fact, VisitCalled) else None
        passed = None if over is None else persons.get(over)
        story.calls.append(Call(event_id, fact, story.person, passed, story.back))


def _person(opened: VisitOpened) -> Person:
    return Person(
        visit=opened.visit,
        number=opened.number,
        service=opened.service,
        class_id=opened.class_id,
        rank_ms=opened.rank_ms,
        head_start_ms=opened.head_start_ms,
        came_ms=opened.rank_ms,
    )


def _follow(persons: dict[int, Person], fact: Fact) -> None:
    """What a fact changes in who somebody is: the place in line, or what they wait for."""
    if isinstance(fact, VisitReturned):
        persons[fact.number] = replace(persons[fact.number], rank_ms=fact.rank_ms)
    elif isinstance(fact, CardReplaced):
        persons[fact.replacement] = replace(persons.pop(fact.number), number=fact.replacement)
    elif isinstance(fact, ServiceFinished):
        persons[fact.number] = replace(persons[fact.number], service=fact.next_service)
    elif isinstance(fact, VisitTransferred):
        persons[fact.number] = replace(persons[fact.number], service=fact.service)
    elif isinstance(fact, CommandUndone):
        for visit in fact.restored:
            persons[visit.number] = replace(persons[visit.number], service=visit.service, rank_ms=visit.rank_ms)
