"""Days of every kind, from a seed: taps of any age at any reader, keys at any desk, all of it in a ledger on disk."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from engine_day import DESK_READERS, MINUTE, POLICY, adopted
from recorded_day import RecordedDay

from luot_controller.engine.commands import (
    BlockCard,
    CallNext,
    CallVisit,
    CancelVisit,
    CloseDay,
    CloseDesk,
    Command,
    Finish,
    Hold,
    NoShow,
    OpenDay,
    OpenDesk,
    OpenVisit,
    PauseDesk,
    Recall,
    ReplaceCard,
    Resume,
    ReturnVisit,
    Start,
    Transfer,
    UnblockCard,
    Undo,
)
from luot_controller.engine.model import Role
from luot_controller.history.verify import Report, Verification
from luot_controller.store import chain
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE
from luot_controller.store.sqlite_past import SqlitePast

WALL_MS = 1_700_000_000_000

MORNING_AFTER = 60
"""The step before which the day is closed and another begins."""

KEYS = (CallNext, CallNext, CallNext, Start, Start, Finish, NoShow, Recall, Hold, Undo)
DESKS = tuple(POLICY.desk_services)
SERVICES = tuple(POLICY.typical_ms)


def any_day(
    seed: int,
    steps: int = 150,
    cards: int = 12,
    rules: bool = True,
    day: RecordedDay | None = None,
    rare: bool = True,
) -> RecordedDay:
    """A day, or more of one, that begins with its rules, unless told otherwise, and takes `steps` taps and keys.

    Without `rare` nothing is said but what the first version knew.
    """
    chance = random.Random(seed)
    day = day or RecordedDay()
    if rules:
        day.enter(adopted(**DESK_READERS))
    for step in range(steps):
        day.now_ms += chance.randrange(0, 4 * MINUTE)
        if rare and step == MORNING_AFTER:
            _next_morning(day)
        if chance.random() < 0.5:
            role = chance.choice([Role.ENTRY, Role.ENTRY, Role.ENTRY, Role.INFO, Role.DESK, *[Role.DROPOFF] * rare])
            day.tap(
                chance.choice([*range(1, cards + 1), None]) if chance.random() < 0.1 else chance.randint(1, cards),
                role,
                age_ms=chance.choice([0, 0, chance.randrange(0, 60 * MINUTE)]),
                service=chance.choice(SERVICES),
                class_id=chance.choice(["plain", "plain", "first"]),
                desk=chance.choice(DESKS) if role is Role.DESK else None,
                face=chance.choice([None, 1, 3, -1]) if role is Role.DROPOFF else None,
            )
            if role is Role.DROPOFF and chance.random() < 0.5:
                # Whoever changes their mind has the card again at once.
                last = day.ledger[-1]
                day.now_ms += chance.randrange(0, 2 * MINUTE)
                day.tap(getattr(last, "number", None), chance.choice([Role.ENTRY, Role.INFO, Role.DROPOFF]))
        else:
            day.do(_any_key(chance, cards, rare))
    return day


def _next_morning(day: RecordedDay) -> None:
    """The day closes and another begins, with a card that was found again."""
    found = [UnblockCard("supervisor", number=number) for number in sorted(day.state.hall.blocked)]
    opening = [OpenDesk(desk, by="supervisor") for desk in DESKS]
    for command in (BlockCard("supervisor", number=1), *found, CloseDay("supervisor")):
        day.do(command)
    day.now_ms += 600 * MINUTE
    wanted = OpenVisit("kiosk", services=SERVICES, class_id="plain")
    for command in (UnblockCard("supervisor", number=1), OpenDay("supervisor"), *opening, wanted):
        day.do(command)
    number = getattr(day.ledger[-1], "number", 0)
    called = CallVisit(DESKS[0], number=number, reason="faint")
    for command in (called, Hold(DESKS[0]), Resume(DESKS[0], number=number), Finish(DESKS[0])):
        day.do(command)
    day.tap(50, service=SERVICES[0])
    day.do(CallVisit(DESKS[0], number=50, reason="faint"))
    for role in (Role.DROPOFF, Role.INFO):
        day.later(0.2).tap(50, role)
    day.do(NoShow(DESKS[0]))


def _any_key(chance: random.Random, cards: int, rare: bool) -> Command:
    desk, number = chance.choice(DESKS), chance.randint(1, cards)
    if rare and chance.random() < 0.2:
        return _anything_else(chance, desk, number, cards)
    kind = chance.choice([*KEYS, Resume, Resume, Transfer])
    if kind is Resume:
        return Resume(desk, number=number)
    if kind is Transfer:
        then, to_desk = chance.choice([(), (), SERVICES * rare]), chance.choice([None, None, *DESKS * rare])
        return Transfer(desk, service=chance.choice(SERVICES), then=then, to_desk=to_desk)
    return kind(desk)


def _anything_else(chance: random.Random, desk: str, number: int, cards: int) -> Command:
    """What is said more rarely; a day that is closed, or a desk, is opened again before long."""
    by, clerk = chance.choice([("supervisor", None), (f"desk-{desk}", desk)])
    wanted = chance.choice([("papers",), ("land",), ("papers", "land")])
    rare: list[Command] = [CloseDay("supervisor"), CloseDesk(desk), PauseDesk(desk, reason="tea")]
    return chance.choice(
        [
            *(OpenDay("supervisor"), OpenDesk(desk), OpenDesk(desk, by="supervisor")) * 2,
            chance.choice(rare),
            OpenVisit(by, clerk, services=wanted, class_id="plain", number=chance.choice([None, number])),
            OpenVisit(by, clerk, services=wanted, class_id="first", appointed_ms=chance.choice([None, 10**9])),
            CallVisit(desk, number=number, reason="faint", by=chance.choice([None, "supervisor"])),
            CancelVisit(by, clerk, number=number, reason=chance.choice([None, "left"])),
            ReturnVisit(by, clerk, number=number),
            BlockCard(by, number=number, reason="lost"),
            *[UnblockCard(by, number=number)] * 2,
            ReplaceCard(by, number=number, replacement=cards + chance.randint(1, 9)),
        ]
    )


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
