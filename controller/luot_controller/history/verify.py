"""Holds the whole past against its promises: the chain, each decision, the guarantees, the rows of the state.

Takes events in order, once, and remembers the first that breaks each check. Reads no file and changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import groupby

import msgspec

from luot_controller.engine.events import Fact, TapAnswered, TapIgnored, VisitCalled
from luot_controller.engine.evolve import apply
from luot_controller.engine.ledger_facts import LedgerArchived, SiteAdopted
from luot_controller.engine.model import State
from luot_controller.history import decisions, kept_state
from luot_controller.history.digest import digest_of, snapshot, state_of
from luot_controller.history.guarantees import OVERRIDE, Account
from luot_controller.language import _
from luot_controller.store import chain
from luot_controller.store.bodies import decode_fact
from luot_controller.store.chain import Anchor, Head, Row
from luot_controller.store.port import Checkpoint, KeptState

Entry = tuple[int, Fact]
"""(event id, what happened)"""

Sealed = tuple[str, str | None, dict[str, tuple[int, int]]]
"""Of a checkpoint: the event's hash, the digest of the state after it if that can be worked out, the newest taps."""

CHECKS = ("chain", "decisions", "guarantees", "state", "head")

BEGINNING = Head(0, chain.GENESIS)

TOLD_EVERY = 5_000
"""Events between two words of progress."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The first event at which a check fails; `event_id` None where it is no event."""

    event_id: int | None
    kind: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Override:
    """A call against the order, which its clerk answers for."""

    event_id: int
    at_ms: int
    number: int
    desk: str
    note: str | None


@dataclass(slots=True)
class Report:
    """What was found. A check that is not in `problems` holds, as far as it could be made."""

    first: int = 0
    events: int = 0
    head: Head = BEGINNING
    problems: dict[str, Problem] = field(default_factory=dict)
    assumed: int = 0
    calls: int = 0
    most_overtaken: int = 0
    overrides: list[Override] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    digest: str = ""

    @property
    def holds(self) -> bool:
        """Whether all of it does."""
        return not self.problems


class Verification:
    """One look at a past that begins with its first event, or with a checkpoint."""

    def __init__(
        self,
        *,
        assumed: SiteAdopted,
        checkpoint: Checkpoint | None = None,
        marks: Iterable[int] = (),
        anchor: Anchor | None = None,
    ) -> None:
        """`assumed` are the rules of events from before any were entered; `anchor` is a head kept elsewhere.

        `marks` are the events with which archives end: what their checkpoints must have held is worked out again.
        """
        self.report = Report()
        self._anchor = anchor
        self._anchored: bool | None = None
        self.site, self._known = assumed, False
        self._version, self._all_ours = assumed.version, True
        self.state, self._before = State.empty(assumed.policy), BEGINNING
        self._marks: dict[int, Sealed | None] = dict.fromkeys(marks)
        self._hashes: dict[int, bytes] = {}
        floors: dict[str, tuple[int, int]] = {}
        if checkpoint is not None:
            self.state, site = state_of(checkpoint.state)
            self.site, self._known = site or assumed, site is not None
            self._before, floors = Head(checkpoint.event_id, checkpoint.hash), checkpoint.floors
        self._account = Account.of(self.state, self.site.policy, floors)
        if checkpoint is not None:
            self._marks[checkpoint.event_id] = (checkpoint.hash.hex(), digest_of(checkpoint.state), floors)
        self._look_for_anchor(self._before)

    @property
    def floors(self) -> dict[str, tuple[int, int]]:
        """The newest tap, (boot, seq), by reader key."""
        return dict(self._account.newest)

    @property
    def rules(self) -> SiteAdopted | None:
        """The rules in force, None where none were ever entered."""
        return self.site if self._known else None

    def run(
        self, rows: Iterable[Row], kept: KeptState | None, tell: Callable[[int], None] = lambda _events: None
    ) -> Report:
        """Take all `rows`; `kept` are the rows of the state after them, None where only events are at hand."""
        for _at_ms, moment in groupby(self._chained(rows, tell), key=lambda entry: entry[1].at_ms):
            self._take(list(moment))
        self._finish(kept)
        return self.report

    def _is_ours(self) -> bool:
        """Whether these events were decided by the version that now looks back; its estimates are then the same."""
        return self._known and self.site.version == self._version

    def _chained(self, rows: Iterable[Row], tell: Callable[[int], None]) -> Iterator[Entry]:
        """The facts of the rows, each as soon as it is found in its place; ends where one cannot be read."""
        for row in rows:
            self.report.events += 1
            self.report.first = self.report.first or row.id
            if self.report.events % TOLD_EVERY == 0:
                tell(self.report.events)
            expected = chain.next_hash(self._before.hash, chain.line(row.id, row.wall_ms, row.kind, row.body))
            if row.id != self._before.event_id + 1:
                text = _("event {missing} is missing before it")
                self._fail("chain", row.id, row.kind, text.format(missing=self._before.event_id + 1))
            elif row.hash != expected:
                self._fail("chain", row.id, row.kind, _("its hash is not that of its content after the event before"))
            self._before = Head(row.id, row.hash)
            self._look_for_anchor(self._before)
            if row.id in self._marks:
                self._hashes[row.id] = row.hash
            try:
                fact = decode_fact(row.kind, row.body)
            except msgspec.DecodeError as error:
                self._fail("chain", row.id, row.kind, _("it cannot be read: {error}").format(error=error))
                return
            copied = (
                fact.at_ms,
                *((fact.kid, fact.boot, fact.seq) if isinstance(fact, TapAnswered | TapIgnored) else (None,) * 3),
            )
            if copied != (row.at_ms, row.kid, row.boot, row.seq):
                self._fail("chain", row.id, row.kind, _("its columns are not those of its body"))
            yield row.id, fact

    def _take(self, moment: list[Entry]) -> None:
        """Facts that were entered at one time: whole decisions, one after the other."""
        while moment:
            # After an event that is missing, the versions of desks and visits go on from where the ledger does.
            self.state.event_id = moment[0][0] - 1
            count = 1 if "decisions" in self.report.problems else self._decide([fact for _event_id, fact in moment])
            for event_id, fact in moment[:count]:
                self._enter(event_id, fact)
                if event_id in self._marks:
                    state = digest_of(snapshot(self.state, self.rules)) if self._all_ours else None
                    self._marks[event_id] = (self._hashes[event_id].hex(), state, self.floors)
            del moment[:count]

    def _decide(self, facts: list[Fact]) -> int:
        first, event_id = facts[0], self.state.event_id + 1
        if first.at_ms < self.state.at_ms:
            self._fail("decisions", event_id, type(first).__name__, _("time went backwards"))
            return 1
        try:
            count = decisions.decided(facts, self.state, self.site, self._is_ours())
            wanted = None if count else decisions.expected(facts, self.state, self.site)
        except (KeyError, ValueError, AssertionError, IndexError):
            count, wanted = 0, None
        if not count:
            self._fail("decisions", event_id, type(first).__name__, _difference(first, wanted))
        return count or 1

    def _enter(self, event_id: int, fact: Fact) -> None:
        kind = type(fact).__name__
        if isinstance(fact, SiteAdopted):
            self.site, self._known = fact, True
            self.report.versions.append(fact.version)
        elif not self._known:
            self.report.assumed += 1
        self._all_ours = self._all_ours and self._is_ours()
        if isinstance(fact, LedgerArchived):
            self._vouch(event_id, fact)
        if isinstance(fact, VisitCalled) and fact.reason == OVERRIDE:
            note = getattr(fact, "note", None)
            self.report.overrides.append(Override(event_id, fact.at_ms, fact.number, fact.desk, note))
        if "guarantees" not in self.report.problems:
            try:
                for broken in self._account.check(fact):
                    self._fail("guarantees", event_id, kind, f"{broken.promise}: {broken.text}")
            except (KeyError, ValueError):
                self._fail("guarantees", event_id, kind, _("it does not fit what was before it"))
        if "state" not in self.report.problems:
            try:
                apply(self.state, fact)
                return
            except (KeyError, ValueError, IndexError, AttributeError):
                self._fail("state", event_id, kind, _("it does not fit what was before it"))
        self.state.event_id, self.state.at_ms = event_id, fact.at_ms

    def _vouch(self, event_id: int, fact: LedgerArchived) -> None:
        """A checkpoint is as good as the event that tells of it."""
        sealed = self._marks.pop(fact.through, None)
        if sealed is None:
            return
        event_hash, state, floors = sealed
        if (event_hash, state or fact.state, floors) != (fact.hash, fact.state, fact.floors):
            self._fail("state", event_id, "LedgerArchived", _("the checkpoint is not the one that was made then"))

    def _look_for_anchor(self, at: Head) -> None:
        if self._anchor is not None and self._anchor.event_id == at.event_id:
            self._anchored = self._anchor.fits(at.hash)
            if not self._anchored:
                self._fail("head", at.event_id, None, _("its hash is not the one that was kept elsewhere"))

    def _finish(self, kept: KeptState | None) -> None:
        report = self.report
        report.head = self._before
        report.calls, report.most_overtaken = self._account.calls, self._account.most_overtaken
        report.digest = digest_of(snapshot(self.state, self.rules))
        if any(self._marks.values()):
            self._fail("state", None, None, _("no event tells of the checkpoint with which the ledger begins"))
        if kept is not None and not report.problems:
            for text in kept_state.differences(kept, self.state, measured=self._all_ours):
                self._fail("state", None, None, text)
        if self._anchor is not None and self._anchored is None:
            text = _("the ledger ends before it, at event {last}")
            if self._anchor.event_id < report.first:
                text = _("it is in an archive: name that with --archive")
            self._fail("head", self._anchor.event_id, None, text.format(last=self._before.event_id))

    def _fail(self, check: str, event_id: int | None, kind: str | None, text: str) -> None:
        self.report.problems.setdefault(check, Problem(event_id, kind, text))


def _difference(fact: Fact, wanted: Fact | None) -> str:
    """What is in the ledger, and what the engine would have entered."""
    if wanted is None:
        return _("by these rules the engine would not have decided so")
    differing = [row.name for row in fields(fact) if getattr(fact, row.name) != getattr(wanted, row.name)]
    if not differing:
        return _("what has to follow it is missing or different")
    text = _("{name} is {kept}, the engine says {wanted}")
    return "; ".join(
        text.format(name=name, kept=getattr(fact, name), wanted=getattr(wanted, name)) for name in differing
    )
