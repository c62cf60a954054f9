"""Days of every kind, from a seed: taps of any age at any reader, keys at any desk, all of it in a ledger on disk."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from engine_day import DESK_READERS, MINUTE, POLICY, adopted
from recorded_day import RecordedDay

from luot_controller.engine.commands import (
    CallNext,
    DeskCommand,
    Finish,
    Hold,
    NoShow,
    Recall,
    Resume,
    Start,
    Transfer,
    Undo,
)
from luot_controller.engine.model import Role
from luot_controller.history.verify import Report, Verification
from luot_controller.store import chain
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE
from luot_controller.store.sqlite_past import SqlitePast

WALL_MS = 1_700_000_000_000

KEYS = (CallNext, CallNext, CallNext, Start, Start, Finish, NoShow, Recall, Hold, Undo)
DESKS = tuple(POLICY.desk_services)
SERVICES = tuple(POLICY.typical_ms)


def any_day(
    seed: int, steps: int = 150, cards: int = 12, rules: bool = True, day: RecordedDay | None = None
) -> RecordedDay:
    """A day, or more of one, that begins with its rules, unless told otherwise, and takes `steps` taps and keys."""
    chance = random.Random(seed)
    day = day or RecordedDay()
    if rules:
        day.enter(adopted(**DESK_READERS))
    for _ in range(steps):
        day.now_ms += chance.randrange(0, 4 * MINUTE)
        if chance.random() < 0.5:
            role = chance.choice([Role.ENTRY, Role.ENTRY, Role.INFO, Role.DESK])
            day.tap(
                chance.choice([*range(1, cards + 1), None]) if chance.random() < 0.1 else chance.randint(1, cards),
                role,
                age_ms=chance.choice([0, 0, chance.randrange(0, 60 * MINUTE)]),
                service=chance.choice(SERVICES),
                class_id=chance.choice(["plain", "plain", "first"]),
                desk=chance.choice(DESKS) if role is Role.DESK else None,
            )
        else:
            day.do(_any_key(chance, cards))
    return day


def _any_key(chance: random.Random, cards: int) -> DeskCommand:
    desk = chance.choice(DESKS)
    kind = chance.choice([*KEYS, Resume, Transfer])
    if kind is Resume:
        return Resume(desk, number=chance.randint(1, cards))
    if kind is Transfer:
        return Transfer(desk, service=chance.choice(SERVICES))
    return kind(desk)


def kept(day: RecordedDay, folder: Path) -> Path:
    """The day as an office leaves it in `folder`; returns the ledger's file."""
    store = SqliteStore(folder)
    store.commit(day.batch(), WALL_MS)
    store.close()
    return folder / FILE


def verified(file: Path, *, head: str | None = None) -> Report:
    """What verification says of the ledger in this file."""
    past = SqlitePast(file)
    try:
        anchor = None if head is None else chain.read_anchor(head)
        checkpoint = past.checkpoint()
        look = Verification(assumed=adopted(**DESK_READERS), checkpoint=checkpoint, anchor=anchor)
        return look.run(past.rows(0 if checkpoint is None else checkpoint.event_id), past.kept_state())
    finally:
        past.close()


def tamper(file: Path, *statements: str, rehash: bool = False) -> None:
    """Change the file behind the ledger's back; with `rehash` by somebody who can also compute the chain anew."""
    with sqlite3.connect(file, isolation_level=None) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute("DROP INDEX event_tap")
        for statement in statements:
            db.execute(statement)
        if rehash:
            before = chain.GENESIS
            for event_id, wall_ms, kind, stored in db.execute(
                "SELECT id, wall_ms, kind, body FROM event ORDER BY id"
            ).fetchall():
                body = stored.encode() if isinstance(stored, str) else stored
                before = chain.next_hash(before, chain.line(event_id, wall_ms, kind, body))
                db.execute("UPDATE event SET hash = ? WHERE id = ?", (before, event_id))
    db.close()


def first_of(day: RecordedDay, fits: Callable[[object], bool]) -> int:
    """The number of the first event that fits."""
    return next(at for at, fact in enumerate(day.ledger, 1) if fits(fact))
