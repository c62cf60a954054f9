"""The promises, each broken by hand: the account notices without asking the engine, and keeps quiet where they hold."""

import pytest
from any_day import any_day
from engine_day import HEAD_START_MS, MINUTE, POLICY

from luot_controller.engine.events import (
    Fact,
    TapIgnored,
    VisitCalled,
    VisitFinished,
    VisitHeld,
    VisitMissed,
    VisitOpened,
    VisitResumed,
    VisitReturned,
    VisitStarted,
)
from luot_controller.engine.ledger_facts import LedgerArchived
from luot_controller.history.guarantees import Account

T = 1_000 * MINUTE


def opened(visit: int, minute: float, first: bool = False, service: str = "papers", number: int = 0) -> VisitOpened:
    """Visit n has card n; it came at this minute."""
    rank_ms, class_id = T + int(minute * MINUTE), "first" if first else "plain"
    head_start_ms = HEAD_START_MS if first else 0
    return VisitOpened(rank_ms, visit, number or visit, service, class_id, rank_ms, head_start_ms, True, None)


def called(visit: int, desk: str = "2", reason: str = "OLDEST") -> VisitCalled:
    return VisitCalled(T + 100 * MINUTE, visit, visit, desk, reason, 0, None, None, None, None)


def finished(visit: int, desk: str = "2") -> VisitFinished:
    return VisitFinished(T + 100 * MINUTE, visit, visit, desk, "papers", 1)


def missed(visit: int, desk: str = "2") -> VisitMissed:
    return VisitMissed(T + 100 * MINUTE, visit, visit, desk)


def broken(*facts: Fact) -> list[str]:
    """The promises that these facts break, in order."""
    account = Account(POLICY)
    return [found.promise for fact in facts for found in account.check(fact)]


@pytest.mark.parametrize(
    ("facts", "promises"),
    [
        pytest.param([opened(1, 0), opened(2, 45, first=True), called(2)], [], id="exactly-H-later"),
        pytest.param([opened(1, 0), opened(2, 45.001, first=True), called(2)], ["G1"], id="more-than-H-later"),
        pytest.param([opened(1, 0), opened(2, 1), called(2)], ["G1", "G2"], id="same-class-out-of-order"),
        pytest.param([opened(1, 0, first=True), opened(2, 1, first=True), called(2)], ["G2"], id="both-with-priority"),
        pytest.param([opened(1, 0, service="land"), opened(2, 1), called(2, "1")], [], id="desk-does-not-serve-both"),
        pytest.param([opened(1, 0, service="land"), opened(2, 1), called(2, "2")], ["G1"], id="desk-serves-both"),
        pytest.param([opened(1, 0), opened(2, 90), called(2, reason="OVERRIDE")], [], id="override"),
        pytest.param([opened(1, 0, service="land"), called(1, "1")], ["one_desk"], id="desk-without-the-service"),
        pytest.param([opened(1, 0), opened(2, 1), called(1), called(2)], ["one_desk"], id="two-at-one-desk"),
        pytest.param([opened(1, 0), called(1), called(1, "1")], ["one_place"], id="at-two-desks"),
        pytest.param([called(1)], ["one_place"], id="never-opened"),
        pytest.param([opened(1, 0), finished(1)], ["one_place", "one_desk"], id="finished-in-line"),
        pytest.param([opened(1, 0), called(1), finished(1, "1")], ["one_desk"], id="finished-elsewhere"),
        pytest.param(
            [opened(1, 0), called(1), finished(1), finished(1)], ["one_place", "one_desk"], id="finished-twice"
        ),
        pytest.param([opened(1, 0), called(1), finished(1), called(1)], ["one_place"], id="called-after-the-end"),
        pytest.param([opened(1, 0), opened(1, 1)], ["one_place", "one_number"], id="opened-twice"),
        pytest.param([opened(1, 0), opened(2, 1, number=1)], ["one_number"], id="number-in-use"),
        pytest.param(
            [opened(1, 0), called(1), VisitStarted(T, 1, 9, "2")], ["one_number"], id="another-number-than-its-own"
        ),
        pytest.param([opened(1, 0), called(1), missed(1), called(1)], ["one_place"], id="called-while-away"),
        pytest.param(
            [opened(1, 0), called(1), missed(1), VisitReturned(T, 1, 1, T, True), called(1)], [], id="came-back"
        ),
        pytest.param(
            [
                opened(1, 0),
                opened(2, 1),
                called(1),
                VisitHeld(T, 1, 1, "2"),
                called(2),
                VisitResumed(T, 1, 1, "2", "2"),
            ],
            ["one_desk"],
            id="resumed-to-a-busy-desk",
        ),
    ],
)
def test_a_broken_promise(facts: list[Fact], promises: list[str]) -> None:
    """G1, G2, one place, one desk and one number, each just kept and just broken."""
    assert promises == broken(*facts)


def tap(seq: int, kid: str = "k", boot: int = 1) -> TapIgnored:
    return TapIgnored(T, "r1", kid, boot, seq, 64, None)


@pytest.mark.parametrize(
    ("facts", "promises"),
    [
        ([tap(1), tap(2), tap(1, "other"), tap(1, boot=2)], []),
        ([tap(1), tap(2), tap(1)], ["tap_once"]),
        ([LedgerArchived(T, 1, "", "", {"k": (1, 5)}), tap(6), tap(1, boot=2), tap(1, "other")], []),
        ([LedgerArchived(T, 1, "", "", {"k": (1, 5)}), tap(5)], ["tap_once"]),
    ],
)
def test_a_tap_counts_once(facts: list[Fact], promises: list[str]) -> None:
    """By its reader's key, boot and number; also where the first time is in an archive."""
    assert promises == broken(*facts)


def test_as_many_overtake_as_came_with_priority() -> None:
    """G4: three with priority within H after somebody may go first, and a fourth from nowhere is noticed."""
    first, ranks = opened(1, 0), (1, 2, 3)
    facts: list[Fact] = [first, *(opened(10 + n, n, first=True) for n in ranks)]
    for n in ranks:
        facts += [called(10 + n), finished(10 + n)]
    assert [] == broken(*facts, called(1))
    account = Account(POLICY)
    for fact in facts:
        assert [] == list(account.check(fact))
    account._overtakers[1].add(99)
    assert ["G4"] == [found.promise for found in account.check(called(1))]
    assert 4 == account.most_overtaken


def test_the_account_of_a_snapshot_goes_on() -> None:
    """Begun from the state in the middle of a day, it finds the rest of the day as sound as from the beginning."""
    day = any_day(2, steps=100)
    account = Account.of(day.state, POLICY, {"k1": (1, 3)})
    began = len(day.ledger)
    again = any_day(2, steps=200)
    assert day.ledger == again.ledger[:began]
    assert [] == [found for fact in again.ledger[began:] for found in account.check(fact)]
