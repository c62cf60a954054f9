"""What a technician says while the office is open: cards are enrolled and retired, taps of a dead reader handed in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clocked_rig import ClockedRig

from luot_controller.engine.events import CardEnrolled, CardRetired, TapAnswered, VisitOpened
from luot_controller.errors import StoreFailed
from luot_controller.history.verify import Verification
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_past import SqlitePast
from luot_protocol import codes

NEW = range(2001, 2100)
"""Numbers that Rig.tap makes the UIDs of; the site has no such cards."""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ClockedRig]:
    rig = ClockedRig(tmp_path)
    yield rig
    rig.store.close()


def enrol(rig: ClockedRig, number: int | None = 101, reader: str = "entry-1", **more: Any) -> dict[str, Any]:
    return rig.supervise(
        "EnrolCards", reader=reader, for_s=30, **({} if number is None else {"number": number}), **more
    )


def hand_in(rig: ClockedRig, taps: list[list[Any]], reader: str = "entry-1", kid: str = "0a01") -> dict[str, Any]:
    return rig.supervise("HandInTaps", reader=reader, kid=kid, taps=taps)


def row(rig: ClockedRig, seq: int, number: int, age_ms: int | None, button: int = 0) -> list[Any]:
    return [1, seq, rig.hash_of(number).hex(), age_ms, button]


def verified(rig: ClockedRig) -> bool:
    """Whether the ledger's decisions are the engine's."""
    past = SqlitePast(rig.store.path)
    try:
        return Verification(assumed=rig.site.adopted(0, "test")).run(past.rows(0), past.kept_state()).holds
    finally:
        past.close()


def test_cards_get_their_numbers_in_order(rig: ClockedRig) -> None:
    """New ones the next free number, known ones are told theirs; none opens a visit; all of it outlives a kill."""
    assert {"ok": True, "number": 41} == only(enrol(rig, 39), "ok", "number")
    assert 41 == rig.last("reader", "entry-1")["enrols"]
    first, again, known, second = rig.tap(NEW[0]), rig.tap(NEW[0]), rig.tap(5), rig.tap(NEW[1])
    assert [(codes.ENROLLED, 41), (codes.ALREADY_ENROLLED, 41), (codes.ALREADY_ENROLLED, 5), (codes.ENROLLED, 42)] == [
        (one.code, one.number) for one in (first, again, known, second)
    ]
    assert [41, 42] == [fact.number for fact in rig.facts if isinstance(fact, CardEnrolled)]
    assert [] == [fact for fact in rig.facts if isinstance(fact, VisitOpened)]
    assert rig.supervise("EndEnrolment", reader="entry-1")["ok"]
    rig.clock.ms += 1
    assert codes.OPENED == rig.tap(NEW[0]).code
    assert verified(rig)
    rig.again()
    assert {41, 42} <= set(rig.store.cards().values())
    assert rig.live() == rig.recovered() == rig.folded()


def only(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: fields[name] for name in names}


def test_the_same_frame_is_enrolled_once(rig: ClockedRig) -> None:
    """Sent again, also after a kill, it gets the same receipt and no other number."""
    enrol(rig)
    frame = rig.frame(NEW[0])
    rig.send(frame, frame)
    rig.again()
    rig.send(frame)
    assert [(codes.ENROLLED, 101)] == [(one.code, one.number) for one in rig.receipts()]
    assert 1 == list(rig.store.cards().values()).count(101)


def test_it_ends_by_itself(rig: ClockedRig) -> None:
    """Without being said again; a tap made in its time and heard after it is neither enrolled nor a visit."""
    enrol(rig)
    rig.clock.ms += 29_000
    assert 101 == enrol(rig, None)["number"]
    rig.clock.ms += 29_000
    assert codes.ENROLLED == rig.tap(NEW[0]).code
    rig.clock.ms += 10_000
    late, known = rig.tap(NEW[1], age_ms=9_500), rig.tap(5, age_ms=9_500)
    assert (codes.UNKNOWN_CARD, codes.ALREADY_ENROLLED) == (late.code, known.code)
    assert (codes.OPENED, codes.UNKNOWN_CARD) == (rig.tap(5).code, rig.tap(NEW[2]).code)
    assert "enrols" not in rig.last("reader", "entry-1")
    assert "not_enrolling" == enrol(rig, None)["code"]
    assert verified(rig)


def test_a_tap_from_before_is_a_visit(rig: ClockedRig) -> None:
    """A citizen who tapped before it began, and one whose tap has no age, are in line."""
    rig.clock.ms += 60_000
    enrol(rig)
    rig.clock.ms += 1_000
    assert [codes.OPENED, codes.OPENED] == [rig.tap(5, age_ms=5_000).code, rig.tap(6, age_ms=None).code]


def test_only_that_reader(rig: ClockedRig) -> None:
    """Citizens go on tapping at the others, and a new card there is unknown."""
    enrol(rig, reader="info-1")
    assert [codes.OPENED, codes.UNKNOWN_CARD] == [rig.tap(5).code, rig.tap(NEW[0]).code]
    assert codes.ENROLLED == rig.tap(NEW[0], "info-1").code


def test_a_pause(rig: ClockedRig) -> None:
    """Cards get no numbers, and are no visits either; then it goes on where it was."""
    enrol(rig)
    enrol(rig, None, paused=True)
    assert 0 == rig.last("reader", "entry-1")["enrols"]
    assert [codes.UNKNOWN_CARD, codes.ALREADY_ENROLLED] == [rig.tap(NEW[0]).code, rig.tap(5).code]
    enrol(rig, None)
    assert (codes.ENROLLED, 101) == ((receipt := rig.tap(NEW[0])).code, receipt.number)


def test_after_the_highest(rig: ClockedRig) -> None:
    """Number 0 stands for the one after the highest; there is an end to numbers."""
    assert 41 == enrol(rig, 0)["number"]
    assert 9999 == enrol(rig, 9999)["number"]
    rig.tap(NEW[0])
    assert codes.UNKNOWN_CARD == rig.tap(NEW[1]).code
    assert "no_number_free" == enrol(rig, 9999)["code"]


def test_a_card_is_retired(rig: ClockedRig) -> None:
    """No reader knows it any more; its number, also a blocked one, is free for another; not while its visit goes on."""
    rig.tap(5)
    assert "card_in_use" == rig.supervise("RetireCard", number=5)["code"]
    assert "unknown_card" == rig.supervise("RetireCard", number=41)["code"]
    rig.supervise("BlockCard", number=7)
    assert rig.supervise("RetireCard", number=7, reason="broken")["ok"]
    assert codes.UNKNOWN_CARD == rig.tap(7).code
    assert [(7, "broken")] == [(fact.number, fact.note) for fact in rig.facts if isinstance(fact, CardRetired)]
    assert "unknown_card" == rig.supervise("RetireCard", number=7)["code"]
    assert 7 == enrol(rig, 7)["number"]
    assert (codes.ENROLLED, 7) == ((receipt := rig.tap(NEW[0])).code, receipt.number)
    rig.supervise("EndEnrolment", reader="entry-1")
    rig.clock.ms += 1
    assert codes.OPENED == rig.tap(NEW[0]).code
    assert verified(rig)
    rig.again()
    assert rig.live() == rig.recovered() == rig.folded()


def test_a_store_that_fails_costs_no_number(rig: ClockedRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not committed was not enrolled: the card, sent again, gets the number that it was to have."""
    enrol(rig)
    frame = rig.frame(NEW[0])

    def fail(*_: object) -> None:
        raise StoreFailed("no room")

    with monkeypatch.context() as patch:
        patch.setattr(rig.store, "commit", fail)
        rig.send(frame)
    assert [] == rig.receipts()
    rig.send(frame)
    assert [(codes.ENROLLED, 101)] == [(one.code, one.number) for one in rig.receipts()]
    assert codes.ALREADY_ENROLLED == rig.tap(NEW[0]).code


def test_only_a_supervisor(rig: ClockedRig) -> None:
    """No clerk and no other system turns a reader, hands in taps, or takes a card out of use."""
    said: list[tuple[str, dict[str, Any]]] = [
        ("EnrolCards", {"reader": "entry-1", "for_s": 30}),
        ("EndEnrolment", {"reader": "entry-1"}),
        ("HandInTaps", {"reader": "entry-1", "kid": "0a", "taps": []}),
        ("RetireCard", {"number": 5}),
    ]
    for command, fields in said:
        assert "forbidden" == rig.command(command, **fields)["code"]
        assert "forbidden" == rig.integrate(command, **fields)["code"]
        if "reader" in fields:
            assert "unknown_reader" == rig.supervise(command, **{**fields, "reader": "entry-9", "number": 1})["code"]


def test_taps_that_are_handed_in(rig: ClockedRig) -> None:
    """Each at its own time, so before who came between; handed in again they are known, and change nothing."""
    rig.clock.ms += 600_000
    rig.tap(9, age_ms=250_000)
    taps = [row(rig, 1, 11, 300_000), row(rig, 2, 12, 200_000, button=2), row(rig, 3, NEW[0], 100_000)]
    assert {"new": 3, "known": 0, "clashing": 0} == hand_in(rig, taps)["taps"]
    opened = {fact.number: fact for fact in rig.facts if isinstance(fact, VisitOpened)}
    assert [11, 9, 12] == sorted(opened, key=lambda number: opened[number].rank_ms)
    assert rig.clock.ms - 300_000 == opened[11].rank_ms
    assert ("papers", "land") == (opened[11].service, opened[12].service)
    before = len(rig.facts)
    assert {"new": 0, "known": 3, "clashing": 0} == hand_in(rig, taps)["taps"]
    assert before == len(rig.facts)
    assert verified(rig)


def test_what_the_reader_had_sent_counts_once(rig: ClockedRig) -> None:
    """A tap whose receipt was lost is in the outbox still: under its own key it is known, and so it is when sent."""
    kid = rig.keys["entry-1"].kid.hex()
    rig.tap(11, seq=500)
    counts = hand_in(rig, [[1, 500, rig.hash_of(11).hex(), 0, 0], [1, 501, rig.hash_of(12).hex(), 0, 0]], kid=kid)
    assert {"new": 1, "known": 1, "clashing": 0} == counts["taps"]
    receipt = rig.tap(12, seq=501)
    assert (codes.OPENED, 12) == (receipt.code, receipt.number)
    assert 2 == sum(isinstance(fact, VisitOpened) for fact in rig.facts)


def test_taps_without_a_time_keep_their_order(rig: ClockedRig) -> None:
    """After a loss of power they rank by now, one after another, and are marked so."""
    hand_in(rig, [row(rig, seq, number, None) for seq, number in enumerate((14, 12, 13), 1)])
    rig.tap(9)
    opened = [fact for fact in rig.facts if isinstance(fact, VisitOpened)]
    assert [14, 12, 13, 9] == [fact.number for fact in sorted(opened, key=lambda one: (one.rank_ms, one.visit))]
    assert [False, False, False, True] == [fact.aged for fact in opened]


def test_a_name_that_another_tap_has(rig: ClockedRig) -> None:
    """It is counted, and the others are taken; the ledger says what it said."""
    hand_in(rig, [row(rig, 1, 11, 0)])
    assert {"new": 1, "known": 0, "clashing": 1} == hand_in(rig, [row(rig, 1, 12, 0), row(rig, 2, 13, 0)])["taps"]
    assert [11, 13] == [fact.number for fact in rig.facts if isinstance(fact, TapAnswered)]
    assert 1 == rig.counted("tap.name")


@pytest.mark.parametrize(
    "taps",
    [
        [[1, 2]],
        [[1, 2, "aa", 0, 0]],
        [[1, 2, "zz" * 16, 0, 0]],
        [[1, -2, "aa" * 16, 0, 0]],
        [[1, 2, "aa" * 16, True, 0]],
        [[1, 2, "aa" * 16, "x", 0]],
        [[1, 2, "aa" * 16, 0, 0, 0]],
        [[1, 2, 7, 0, 0]],
        ["tap"],
        [None],
    ],
)
def test_taps_that_are_none(rig: ClockedRig, taps: list[Any]) -> None:
    """Nothing of such a list is taken, not its good rows either."""
    assert "unreadable_taps" == hand_in(rig, [row(rig, 1, 11, 0), *taps])["code"]
    assert "unreadable_taps" == hand_in(rig, [], kid="key")["code"]
    assert [] == rig.facts


def test_a_card_enrolled_elsewhere_meanwhile(rig: ClockedRig) -> None:
    """A list that is imported while a stack is enrolled: its numbers are passed over."""
    enrol(rig, 41)
    other = SqliteStore(rig.folder)
    other.add_cards([(41, rig.hash_of(NEW[5]))])
    other.close()
    assert (codes.ENROLLED, 42) == ((receipt := rig.tap(NEW[0])).code, receipt.number)
    assert (codes.ALREADY_ENROLLED, 41) == ((receipt := rig.tap(NEW[5])).code, receipt.number)
