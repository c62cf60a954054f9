"""Verification: every honest day holds, and whatever is changed behind the ledger's back is named."""

import sqlite3
from pathlib import Path
from typing import get_args

import pytest
from any_day import any_day, first_of, kept, tamper, verified
from engine_day import adopted, picture
from old_schema import make_old
from recorded_day import RecordedDay
from told_day import told_afternoon

from luot_controller.engine.events import (
    FACTS,
    TapAnswered,
    TapIgnored,
    VisitCalled,
    VisitFinished,
    VisitOpened,
    VisitReturned,
    VisitStarted,
)
from luot_controller.engine.ledger_facts import LedgerArchived
from luot_controller.engine.model import State
from luot_controller.history.decisions import CLOSINGS, KEYS, TAPS, UNDECIDED
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE

SEEDS = range(1, 13)


@pytest.fixture(scope="module")
def day() -> RecordedDay:
    """One day with calls of all kinds in it."""
    return any_day(6, steps=250)


@pytest.fixture
def file(day: RecordedDay, tmp_path: Path) -> Path:
    """Its ledger, to be tampered with."""
    day.turn.facts = list(enumerate(day.ledger, 1))
    day.state.paced.update(day.state.paces)
    return kept(day, tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_honest_day_holds(seed: int, tmp_path: Path) -> None:
    """Taps of any age at any reader, keys at any desk: chain, decisions, guarantees and state rows all hold."""
    day = any_day(seed)
    report = verified(kept(day, tmp_path))
    assert {} == report.problems
    assert (len(day.ledger), 1, 0) == (report.events, report.first, report.assumed)
    assert sum(isinstance(fact, VisitCalled) for fact in day.ledger) == report.calls


def test_the_days_are_of_every_kind() -> None:
    """What is proved of these days is proved of every kind of fact that a clerk or a tap leads to."""
    seen = {type(fact) for seed in SEEDS for fact in any_day(seed).ledger}
    seen |= {type(fact) for fact in told_afternoon().ledger}
    assert set(FACTS) - {LedgerArchived} == seen


def test_a_day_with_all_that_is_rare_holds(tmp_path: Path) -> None:
    """Appointment, override, a desk of one's own, two services, a lost card, slips, the day's end."""
    report = verified(kept(told_afternoon(), tmp_path))
    assert {} == report.problems
    (override,) = report.overrides
    assert (62, "1", "in pain") == (override.number, override.desk, override.note)


def test_every_kind_is_verified() -> None:
    """A new kind of fact needs the keys or taps that lead to it, or is the ledger's word about itself."""
    assert set(FACTS) == {*KEYS, *TAPS, *CLOSINGS, *get_args(UNDECIDED)}


@pytest.mark.parametrize(
    "change",
    [
        "id = 10000",
        "at_ms = at_ms + 1",
        "wall_ms = wall_ms - 1",
        "kind = 'VisitRecalled'",
        "kind = 'VisitForgotten'",
        "body = replace(body, '\"desk\":', '\"dusk\":')",
        "body = body || ' '",
        "body = '{'",
        "kid = 'k9'",
        "boot = 7",
        "seq = 7",
        "hash = zeroblob(32)",
        "hash = x'00'",
    ],
)
@pytest.mark.parametrize("kind", [VisitCalled, TapAnswered])
def test_a_changed_column_is_named(day: RecordedDay, file: Path, change: str, kind: type) -> None:
    """Whichever column of whichever event is changed: the check of the chain names the event, or the gap it left."""
    at = first_of(day, lambda fact: isinstance(fact, kind) and getattr(fact, "desk", None) is not None)
    tamper(file, f"UPDATE event SET {change} WHERE id = {at}")
    report = verified(file)
    assert not report.holds
    problem = report.problems["chain"]
    assert problem.event_id == (at + 1 if change.startswith("id") else at)


def test_a_missing_event_is_named(file: Path) -> None:
    """An event that was taken out: the one after it does not fit."""
    tamper(file, "DELETE FROM event WHERE id = 40")
    problem = verified(file).problems["chain"]
    assert (41, "event 40 is missing before it") == (problem.event_id, problem.text)


def test_two_events_that_were_exchanged(file: Path) -> None:
    """Their content is true and their order is not: the first of them is named."""
    bodies = "(SELECT kind FROM event WHERE id = {0}), body = (SELECT body FROM event WHERE id = {0})"
    with sqlite3.connect(file) as db:
        one, other = db.execute("SELECT kind, body FROM event WHERE id IN (30, 31) ORDER BY id").fetchall()
    db.close()
    assert one != other
    tamper(file, f"UPDATE event SET kind = {bodies.format(31)} WHERE id = 30")
    assert 30 == verified(file).problems["chain"].event_id


def test_a_tail_that_was_cut_off(day: RecordedDay, file: Path) -> None:
    """The chain of what is left is whole; the rows of the state, and a head that was kept, know better."""
    head = verified(file).head.short
    tamper(file, f"DELETE FROM event WHERE id > {len(day.ledger) - 3}")
    report = verified(file, head=head)
    assert {"head", "state"} <= set(report.problems)
    last, ends = len(day.ledger), len(day.ledger) - 3
    assert f"row office.event_id is {last}, the ledger says {ends}" == report.problems["state"].text
    assert (last, f"the ledger ends before it, at event {ends}") == (
        report.problems["head"].event_id,
        report.problems["head"].text,
    )


FORGED = [
    (VisitCalled, "reason", '"APPOINTMENT_DUE"'),
    (VisitCalled, "key_ms", "5"),
    (VisitCalled, "second_key_ms", "5"),
    (VisitCalled, "over", "99"),
    (VisitCalled, "over_key_ms", "5"),
    (VisitCalled, "number", "99"),
    (VisitCalled, "desk", '"9"'),
    (VisitCalled, "visit", "9999"),
    (VisitOpened, "rank_ms", "5"),
    (VisitOpened, "head_start_ms", "99"),
    (VisitOpened, "service", '"nothing"'),
    (VisitOpened, "visit", "9999"),
    (VisitStarted, "desk", '"9"'),
    (VisitFinished, "served_ms", "5"),
    (VisitReturned, "kept", "null"),
    (TapAnswered, "ahead", "77"),
    (TapAnswered, "lo_min", "77"),
    (TapAnswered, "code", "77"),
    (TapIgnored, "code", "77"),
]


@pytest.mark.parametrize(("kind", "name", "value"), FORGED)
def test_a_forged_decision_is_named(day: RecordedDay, file: Path, kind: type, name: str, value: str) -> None:
    """Somebody who computes the whole chain anew: the engine would have decided otherwise, and says at which event.

    A head that was kept elsewhere does not fit any more.
    """
    head = verified(file).head.full
    at = first_of(day, lambda fact: isinstance(fact, kind) and getattr(fact, name, 1) is not None)
    tamper(file, f"UPDATE event SET body = json_set(body, '$.{name}', json('{value}')) WHERE id = {at}", rehash=True)
    report = verified(file, head=head)
    named = report.problems.get("decisions") or report.problems["chain"]  # a body that cannot be that kind
    assert named.event_id in (at, at - 1)  # the first event of the decision
    assert "head" in report.problems


def test_a_forged_key_is_told_beside_the_right_one(day: RecordedDay, file: Path) -> None:
    """Both values stand in the finding, so that nobody has to work them out."""
    at = first_of(day, lambda fact: isinstance(fact, VisitCalled))
    call = day.ledger[at - 1]
    assert isinstance(call, VisitCalled)
    tamper(file, f"UPDATE event SET body = json_set(body, '$.key_ms', 5) WHERE id = {at}", rehash=True)
    assert f"key_ms is 5, the engine says {call.key_ms}" == verified(file).problems["decisions"].text


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE visit SET body = json_set(body, '$.rank_ms', 5) WHERE id = (SELECT max(id) FROM visit)", "row visit "),
        ("DELETE FROM visit WHERE id = (SELECT min(id) FROM visit)", "row visit "),
        ("INSERT INTO visit SELECT 999, json_set(body, '$.id', 999) FROM visit LIMIT 1", "row visit 999 is "),
        ("UPDATE desk SET body = json_set(body, '$.version', 0) WHERE id = '1'", "row desk 1 is "),
        ("DELETE FROM desk WHERE id = '2'", "row desk 2 is "),
        ("UPDATE pace SET body = json_set(body, '$.older', 5)", "row pace "),
        ("UPDATE office SET visit_id = 3", "row office.visit_id is 3"),
        ("UPDATE office SET at_ms = 3", "row office.at_ms is 3"),
    ],
)
def test_a_changed_row_of_the_state_is_named(file: Path, statement: str, row: str) -> None:
    """What a start would read is what the ledger adds up to, row by row; the ledger itself is found whole."""
    tamper(file, statement)
    report = verified(file)
    assert {"state"} == set(report.problems)
    assert report.problems["state"].text.startswith(row)


def test_each_head_that_ever_was_fits(file: Path, day: RecordedDay) -> None:
    """Any older head is found in the ledger, in both forms; with one letter changed it is not."""
    with sqlite3.connect(file) as db:
        rows = db.execute("SELECT id, hash FROM event WHERE id IN (1, 77, ?)", (len(day.ledger),)).fetchall()
    db.close()
    assert 3 == len(rows)
    for event_id, event_hash in rows:
        assert verified(file, head=f"{event_id}:{event_hash.hex()}").holds
        wrong = ("0" if event_hash.hex()[0] != "0" else "1") + event_hash.hex()[1:]
        report = verified(file, head=f"{event_id}:{wrong}")
        assert {"head": event_id} == {check: problem.event_id for check, problem in report.problems.items()}


def test_a_ledger_from_before_the_chain(tmp_path: Path) -> None:
    """Written by schema 1, without hashes and without its rules: once opened it verifies, under the rules assumed."""
    day = any_day(3, rules=False, rare=False)
    make_old(tmp_path, day.batch(), 1)
    SqliteStore(tmp_path).close()
    report = verified(tmp_path / FILE)
    assert ({}, len(day.ledger)) == (report.problems, report.assumed)


def test_new_rules_in_the_middle_of_a_day(tmp_path: Path) -> None:
    """Each decision is held against the rules of its time: another head start and another desk from noon on."""
    day = any_day(4, steps=80)
    policy = day.policy
    other = type(policy)(
        {"plain": 0, "first": 5 * 60_000},
        policy.typical_ms,
        {**policy.desk_services, "4": frozenset({"land"})},
    )
    day.policy = other
    day.enter(adopted(other, day.now_ms))
    assert "4" in day.state.desks
    for number in range(20, 30):
        day.later(1).tap(number, class_id="first" if number % 3 else "plain")
        day.call_next("1")
    report = verified(kept(day, tmp_path))
    assert {} == report.problems
    assert picture(day.state, other) != picture(State.empty(other), other)


def test_time_that_goes_backwards(tmp_path: Path) -> None:
    """Office time never does: an event from before the one before it is named."""
    day = any_day(5, steps=40)
    day.now_ms = day.ledger[-1].at_ms - 1
    day.tap(None)
    report = verified(kept(day, tmp_path))
    assert (len(day.ledger), "time went backwards") == (
        report.problems["decisions"].event_id,
        report.problems["decisions"].text,
    )
