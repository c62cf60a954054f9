"""Pins what the board remembers of calls: which is the newest, which is new, which has gone, and what is forgotten."""

from typing import Any

import pytest
from fake_hall import MINUTE_MS, START_MS, board, call, desk

from luot_controller.board.calls import CALLED, FRESH_S, GONE, KEPT_MS, SEEN_S, SERVING, Calls


def heard(*messages: dict[str, Any], at_s: float = 0.0) -> Calls:
    """Calls after these messages `board`, each a second after the one before."""
    calls = Calls()
    for later, message in enumerate(messages):
        calls.hear(message, at_s + later)
    return calls


def numbers(calls: Calls, now_s: float = 1.0) -> list[int]:
    """The newest and the others, in their order."""
    newest = calls.newest(now_s)
    return [each.number for each in ([newest] if newest else []) + calls.others(now_s)]


def test_a_call_is_new_for_a_while() -> None:
    """From the message that brings it until FRESH_S later."""
    calls = heard(board(), board(call(17, "3")))
    newest = calls.newest(1.0)
    assert newest is not None
    assert (17, "3", CALLED) == (newest.number, newest.desk, newest.state)
    assert newest.is_fresh(1.0)
    assert newest.is_fresh(1.0 + FRESH_S - 0.01)
    assert not newest.is_fresh(1.0 + FRESH_S)


def test_who_is_at_the_desk_is_not_announced_for_long() -> None:
    """But seen by those who sit farther away."""
    calls = heard(board(), board(call(17, "3")), board(call(17, "3", state=SERVING)))
    newest = calls.newest(2.0)
    assert newest is not None
    assert newest.is_fresh(1.0 + SEEN_S - 0.01)
    assert not newest.is_fresh(1.0 + SEEN_S)


def test_what_was_there_at_the_start_is_not_new() -> None:
    """A board that is switched on does not announce the last hour."""
    calls = heard(board(call(17, "3"), call(9, "1", 5)))
    assert [17, 9] == numbers(calls)
    assert not any(each.is_fresh(0.0) for each in calls.others(0.0))


def test_the_order_is_newest_first() -> None:
    """As called, whatever came in one message."""
    calls = heard(board(call(1, "1", 9)), board(call(4, "4"), call(3, "3", 1), call(2, "2", 2), call(1, "1", 9)))
    assert [4, 3, 2, 1] == numbers(calls)


def test_the_same_message_again_changes_nothing() -> None:
    """After a reconnection the broker sends it all once more."""
    calls = heard(board(), board(call(17, "3")), board(call(17, "3")))
    newest = calls.newest(FRESH_S + 1.5)
    assert newest is not None
    assert not newest.is_fresh(FRESH_S + 1.5)


def test_what_was_called_while_nobody_listened_is_new() -> None:
    """The hall has not seen it yet."""
    calls = heard(board(call(9, "1", 5)), board(call(17, "3", 2), call(9, "1", 5)), at_s=0.0)
    newest = calls.newest(1.0)
    assert newest is not None
    assert (17, True) == (newest.number, newest.is_fresh(1.0))


def test_who_is_still_awaited_comes_before_who_is_served() -> None:
    """Once it is no longer new, a later call that has been answered makes room for an earlier one that has not."""
    calls = heard(board(), board(call(17, "3", 1)), board(call(18, "1"), call(17, "3", 1)))
    calls.hear(board(call(18, "1", state=SERVING), call(17, "3", 1)), 3.0)
    assert [18, 17] == numbers(calls, 3.0)
    assert [17, 18] == numbers(calls, FRESH_S + 5.0)


def test_the_last_served_stands_large_when_nobody_is_awaited() -> None:
    """An empty place would say less."""
    assert [18, 17] == numbers(heard(board(call(18, "1", 1, SERVING), call(17, "3", 2, SERVING))))
    assert [] == numbers(heard(board()))


def test_a_call_that_has_left_is_remembered() -> None:
    """With its time, as gone, the latest first."""
    calls = heard(board(call(17, "3", 1), call(9, "1", 4), call(5, "2", 6)), board(call(17, "3", 1)))
    assert [17] == numbers(calls)
    gone = calls.gone(START_MS)
    assert [(9, GONE), (5, GONE)] == [(each.number, each.state) for each in gone]
    assert START_MS - 4 * MINUTE_MS == gone[0].at_ms


def test_what_has_gone_is_forgotten_after_a_while() -> None:
    """KEPT_MS of office time after the call; without office time it stays."""
    calls = heard(board(call(9, "1")), board())
    assert [9] == [each.number for each in calls.gone(START_MS + KEPT_MS)]
    assert [] == calls.gone(START_MS + KEPT_MS + 1)
    assert [9] == [each.number for each in calls.gone(None)]


def test_a_number_called_anew_is_no_longer_gone() -> None:
    """A card has one place on the board."""
    calls = heard(board(call(9, "1", 5)), board(), board(call(9, "2")))
    assert [9] == numbers(calls, 2.0)
    assert [] == calls.gone(START_MS)
    calls.hear(board(), 3.0)
    assert ["2"] == [each.desk for each in calls.gone(START_MS)]


def test_no_more_than_eight_gone_are_remembered() -> None:
    """A busy day does not fill the memory."""
    calls = Calls()
    for number in range(100):
        calls.hear(board(call(number, "1")), float(number))
    assert list(range(98, 90, -1)) == [each.number for each in calls.gone(START_MS)]


def test_who_goes_on_being_served_is_not_called_anew() -> None:
    """Held and resumed: back in the old place, and nothing lights up."""
    both = board(call(17, "3", 1, SERVING), call(9, "1", 4, SERVING))
    calls = heard(both, board(call(17, "3", 1, SERVING)), both)
    assert [17, 9] == numbers(calls, 3.0)
    assert not any(each.is_fresh(3.0) for each in calls.others(3.0))


def test_a_recall_is_new_again() -> None:
    """The board's message does not change, the desk's does."""
    calls = heard(board(call(18, "1"), call(17, "3", 1)))
    calls.hear_desk("3", desk(17, recalls=0), 2.0)
    assert [18, 17] == numbers(calls, 2.0)
    calls.hear_desk("3", desk(17, recalls=1), 60.0)
    newest = calls.newest(60.0)
    assert newest is not None
    assert (17, 1, True) == (newest.number, newest.recalls, newest.is_fresh(60.0))
    assert [17, 18] == numbers(calls, 60.0 + FRESH_S)


@pytest.mark.parametrize(
    "later",
    [
        desk(17, recalls=1),
        desk(17, recalls=0),
        desk(4, recalls=2, visit=8),
        {"epoch": 1, "version": 2, "state": "free"},
        {},
    ],
    ids=["the same", "fewer", "another visit", "free", "emptied"],
)
def test_what_is_no_recall_is_not_new(later: dict[str, Any]) -> None:
    """Only a count that rises within one visit is one."""
    calls = heard(board(call(17, "3")))
    calls.hear_desk("3", desk(17, recalls=1), 2.0)
    calls.hear_desk("3", later, 3.0)
    newest = calls.newest(3.0)
    assert newest is not None
    assert (17, False) == (newest.number, newest.is_fresh(3.0))


def test_an_emptied_board_takes_everything_back() -> None:
    """What the office has withdrawn is not shown as past either, and what it says next is not news."""
    calls = heard(board(call(17, "3")), {})
    assert ([], []) == (numbers(calls), calls.gone(START_MS))
    calls.hear(board(call(9, "1")), 3.0)
    newest = calls.newest(3.0)
    assert newest is not None
    assert not newest.is_fresh(3.0)


def test_a_restored_office_is_believed() -> None:
    """A higher epoch: what was called in the lost time never was."""
    calls = heard(board(call(17, "3"), epoch=1, version=90), board(call(9, "1"), epoch=2, version=3))
    assert ([9], []) == (numbers(calls), calls.gone(START_MS))


@pytest.mark.parametrize(
    "row",
    [
        "17",
        None,
        {"number": "17", "desk": "3"},
        {"number": -1, "desk": "3"},
        {"number": True, "desk": "3"},
        {"number": 1 << 60, "desk": "3"},
        {"number": 17},
        {"number": 17, "desk": 3},
        {"number": 17, "desk": "\x1b\u202e\n"},
    ],
)
def test_a_row_that_is_no_call_is_passed_over(row: object) -> None:
    """The others are shown all the same."""
    message = board(call(9, "1")) | {"calls": [row, call(9, "1")]}
    assert [9] == numbers(heard(message))


@pytest.mark.parametrize("calls", [None, "x", 7, {"number": 1}])
def test_calls_that_are_no_list_are_none(calls: object) -> None:
    """A broken message is an empty board, not a broken screen."""
    assert [] == numbers(heard(board() | {"calls": calls}))


def test_an_unknown_state_counts_as_called() -> None:
    """A newer office may know more states; who is on the board is to come."""
    assert [CALLED] == [heard(board(call(9, "1", state="x"))).newest(0.0).state]  # type: ignore[union-attr]


def test_a_time_beyond_all_clocks_is_bounded() -> None:
    """Otherwise it could not be shown."""
    newest = heard(board(call(9, "1") | {"at_ms": 1 << 52})).newest(0.0)
    assert newest is not None
    assert newest.at_ms is not None
    assert newest.at_ms < 1 << 48
