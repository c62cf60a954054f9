"""Is the ledger whole, can this program go on with it, does the clock agree with it. Writes nothing."""

import time
from collections.abc import Iterator
from pathlib import Path

from luot_controller.bootstrap import open_past
from luot_controller.doctor.finding import Finding, fail, ok, warn
from luot_controller.errors import DataFolderMissing, LedgerNewer, LedgerOlder, StoreFailed
from luot_controller.language import _, duration
from luot_controller.site_rows import Site
from luot_controller.store.chain import line, next_hash
from luot_controller.store.port import Past

TAIL = 1000
"""So many of the newest events are hashed again; luot verify does it with all."""
BEHIND_MS = 60_000
AHEAD_MS = 400 * 86_400_000
EARLIEST_MS = 1_767_225_600_000
"""The beginning of 2026: no machine on which this runs has seen an earlier time."""


def look(data: Path, site: Site | None) -> Iterator[Finding]:
    """Of a data folder; nothing where no office has run."""
    try:
        with open_past(data, untouched=True) as past:
            damage = past.damage()
            if damage is not None:
                yield fail("ledger.damaged", _("the ledger is damaged: {damage}").format(damage=damage), _restore())
                return
            yield from _chain(past)
            yield from _registry(past, site)
            yield from _clock(past.wall_ms(), int(time.time() * 1000))
    except DataFolderMissing:
        yield from _clock(0, int(time.time() * 1000))
    except LedgerNewer as problem:
        yield fail("ledger.newer", problem.subject, problem.hint)
    except LedgerOlder as problem:
        yield warn("ledger.older", problem.subject, _("Back it up; the office's next start brings it up to date."))
    except StoreFailed as problem:
        yield fail("ledger.damaged", problem.subject, problem.hint)


def _chain(past: Past) -> Iterator[Finding]:
    head, before, kept = past.head(), None, past.kept_state().event_id
    for row in past.rows(max(0, head.event_id - TAIL - 1)):
        hashed = None if before is None else next_hash(before, line(row.id, row.wall_ms, row.kind, row.body))
        if hashed not in (None, row.hash):
            what = _("event {event} is not what was written: its hash is another").format(event=row.id)
            yield fail("ledger.changed", what, _("Keep a copy, and see with luot verify what was changed."))
            return
        before = row.hash
    if kept != head.event_id:
        what = _("the state is of event {state}, the ledger ends with {event}").format(state=kept, event=head.event_id)
        yield fail("ledger.state", what, _restore())
    else:
        yield ok("ledger", _("the ledger is whole; head {head}").format(head=head.short))


def _registry(past: Past, site: Site | None) -> Iterator[Finding]:
    cards, keyed = past.registered()
    if not cards:
        yield warn("cards.none", _("no card is known: every tap is refused"), "luot card import cards.csv")
    else:
        yield ok("cards", _("{count} cards").format(count=cards))
    bare = [] if site is None else [row.id for row in site.readers if row.id not in keyed]
    for reader in bare:
        yield warn("reader.none", _("{reader} is not set up yet").format(reader=reader), f"luot device setup {reader}")


def _clock(wall_ms: int, now_ms: int) -> Iterator[Finding]:
    todo = _("Set the clock, and give the machine a clock battery or a time server.")
    if now_ms < max(EARLIEST_MS, wall_ms - BEHIND_MS):
        by = duration(max(EARLIEST_MS, wall_ms) - now_ms)
        yield warn("clock.behind", _("the clock is behind by {time} or more").format(time=by), todo)
    elif wall_ms and now_ms > wall_ms + AHEAD_MS:
        what = _("the clock is {days} days after the last event").format(days=(now_ms - wall_ms) // 86_400_000)
        yield warn("clock.ahead", what, _("If the office was not closed so long, set the clock."))
    else:
        yield ok("clock", _("the clock is not behind the ledger"))


def _restore() -> str:
    return _("Keep a copy of it, then put the latest backup in its place.")
