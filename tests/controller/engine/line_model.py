"""The line as a child would keep it: a list, sorted again at every question. Shares nothing with the engine."""

from dataclasses import dataclass, field


@dataclass
class Person:
    """One citizen: who, for what, and by which key."""

    number: int
    service: str
    key_ms: int
    rank_ms: int
    order: int
    state: str = "waiting"
    desk: str | None = None
    only: str | None = None
    then: tuple[str, ...] = ()


@dataclass
class NaiveLine:
    """Everybody of the day. Desks are names; `serves` says what they do."""

    serves: dict[str, frozenset[str]]
    people: list[Person] = field(default_factory=list)
    shut: set[str] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    opened: int = 0

    def of(self, number: int) -> Person | None:
        """Whoever has this number now."""
        return next((one for one in reversed(self.people) if one.number == number), None)

    def at(self, desk: str) -> Person | None:
        """Whoever is called to this desk, or served there."""
        return next((one for one in self.people if one.desk == desk and one.state in ("called", "serving")), None)

    def open(self, number: int, service: str, rank_ms: int, head_start_ms: int, then: tuple[str, ...] = ()) -> None:
        """One more at the end of the list; whoever had the number has it no more."""
        self.people = [one for one in self.people if one.number != number]
        self.opened += 1
        self.people.append(Person(number, service, rank_ms - head_start_ms, rank_ms, self.opened, then=then))

    def finish(self, who: Person) -> None:
        """Done here: on to the next service at the old key, or done."""
        who.state, who.desk, who.only = "waiting" if who.then else "finished", None, None
        who.service, who.then = (*who.then, who.service)[0], who.then[1:]

    def next_for(self, desk: str) -> Person | None:
        """Whoever has the smallest key of all whom this desk may call; none while it is shut."""
        waiting = [one for one in self.people if one.state == "waiting" and desk not in self.shut]
        mine = [one for one in waiting if one.only == desk or (one.only is None and one.service in self.serves[desk])]
        return min(mine, key=lambda one: (one.key_ms, one.rank_ms, one.order), default=None)

    def counts(self) -> dict[str, int]:
        """How many stand where."""
        states = [one.state for one in self.people]
        return {state: states.count(state) for state in set(states)}
