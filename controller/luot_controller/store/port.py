"""What the office needs of a store; any store that keeps these promises will do. Holds no implementation.

A commit is all or nothing and durable when it returns. A store raises StoreFailed, after which the caller must recover.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from luot_controller.engine.events import Fact, ServiceRated, TapSettled
from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Desk, Hall, Policy, State, Visit
from luot_controller.engine.pace import Pace
from luot_controller.store.chain import Head, Row


@dataclass(slots=True)
class Batch:
    """Everything one commit writes.

    facts: (event id, fact) in order. visits: the state of each visit that changed, None where it is gone.
    paces: by service. replies: command id to the reply's bytes. published: the last event published.
    hall: the day and the cards, where they changed. ratings: how many of each to add. cards: hash by number of those
    that were enrolled, None of those that were retired.
    """

    facts: list[tuple[int, Fact]] = field(default_factory=list)
    visits: dict[int, Visit | None] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    replies: dict[str, bytes] = field(default_factory=dict)
    published: int = 0
    hall: Hall | None = None
    ratings: Counter[ServiceRated] = field(default_factory=Counter)
    cards: dict[int, bytes | None] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing to write."""
        return not (self.facts or self.replies)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a store had.

    epoch counts restores; published is the last event known to be published; wall_ms is what the wall clock said at
    the last commit, 0 before the first.
    """

    state: State
    epoch: int
    published: int
    wall_ms: int


@dataclass(frozen=True, slots=True)
class ReaderKey:
    """One reader's key; `kid` names it in frames."""

    kid: bytes
    reader: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Stands for the events up to `event_id`, which has this hash: the state after it, and each key's newest tap."""

    event_id: int
    hash: bytes
    state: bytes
    floors: dict[str, tuple[int, int]]


class Past(Protocol):
    """A ledger as it is at one moment, to be read; an office may go on writing it meanwhile."""

    def head(self) -> Head:
        """The newest event and its hash; (0, GENESIS) where there is none."""
        ...

    def rows(self, after: int) -> Iterator[Row]:
        """The events after event `after`, in order, as they are kept."""
        ...

    def checkpoint(self) -> Checkpoint | None:
        """Where the ledger begins when its older events are in an archive."""
        ...

    def kept_state(self) -> "KeptState":
        """The rows of the state beside the ledger."""
        ...

    def wall_ms(self) -> int:
        """What the wall clock said at the last commit, 0 before the first."""
        ...

    def registered(self) -> tuple[int, frozenset[str]]:
        """How many cards are known, and the readers that have a key."""
        ...

    def damage(self) -> str | None:
        """What is wrong with the file itself, None where all of it can be read."""
        ...


@dataclass(frozen=True, slots=True)
class KeptState:
    """The rows of the state as they are; a desk that has never changed has none."""

    event_id: int
    visit_id: int
    at_ms: int
    visits: dict[int, Visit]
    desks: dict[str, Desk]
    paces: dict[str, Pace]
    hall: Hall


class Store(Protocol):
    """The ledger and the state."""

    def recover(self, policy: Policy) -> Recovered:
        """Read the state back; costs what the line is long, whatever the length of the ledger."""
        ...

    def commit(self, batch: Batch, wall_ms: int) -> None:
        """Write a batch; `wall_ms` is the wall clock's word, a label only."""
        ...

    def settled(self, kid: str, boot: int, seq: int) -> TapSettled | None:
        """How this tap was settled, or None when it never was: the test for a duplicate."""
        ...

    def reply(self, command_id: str) -> bytes | None:
        """The reply that a command got."""
        ...

    def facts(self, after: int, limit: int) -> list[tuple[int, Fact]]:
        """The facts that follow event `after`, at most `limit`."""
        ...

    def head(self) -> Head:
        """The newest event and its hash; (0, GENESIS) where there is none."""
        ...

    def adopted(self) -> SiteAdopted | None:
        """The rules that the office adopted last; None before the first, and where they are in an archive."""
        ...

    def archive(self, checkpoint: Checkpoint, batch: Batch, wall_ms: int) -> None:
        """Commit `batch`, let `checkpoint` stand for the events up to its own, and drop those, all or nothing."""
        ...

    def ratings(self) -> list[tuple[ServiceRated, int]]:
        """How often each face was pressed, by service and hour."""
        ...

    def registry_version(self) -> int:
        """Changes whenever another program has changed the registry."""
        ...

    def reader_keys(self) -> list[ReaderKey]:
        """The keys in force."""
        ...

    def cards(self) -> dict[bytes, int]:
        """Card hash to number."""
        ...

    def close(self) -> None:
        """Leave the files in order."""
        ...


class Registry(Protocol):
    """Cards and reader keys, as a technician changes them; may be used while an office runs on the same data."""

    def card_key(self) -> bytes:
        """The site's 32-byte key for card hashes; made at the first call."""
        ...

    def add_cards(self, cards: Iterable[tuple[int, bytes]]) -> None:
        """Enrol (number, hash) pairs, all or none; UsageProblem names a number or card that is there already."""
        ...

    def cards(self) -> dict[bytes, int]:
        """Card hash to number."""
        ...

    def renew_reader_key(self, reader: str) -> ReaderKey:
        """A new key for a reader, in place of any it had."""
        ...

    def reader_keys(self) -> list[ReaderKey]:
        """The keys in force."""
        ...
