"""A thousand hostile lines from a seed: each call ends with the right answer or a named error, in bounded time."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from model_board import BANNER, ModelBoard, Tape, run

from luot_controller.errors import LuotError
from luot_tools.device.board import CALL_WITHIN_S, TRIES, Board
from luot_tools.serial.errors import BoardProblem, ProgramFailed
from luot_tools.serial.rawrepl import ENTER_WITHIN_S, RawRepl

LINES = 1000
SHARDS = 10

CALL_AT_MOST_S = TRIES * (ENTER_WITHIN_S + CALL_WITHIN_S + 10)
"""Each try enters, runs, and may wait for the ends of answers, two seconds each, and for a port that is stuck."""


def twice(number: int, text: str) -> list[object]:
    return [2 * number, text + text]


def fails(number: int) -> None:
    raise OSError(number)


def calls_give(printed: bytes, traceback: bytes) -> Callable[[bytes], tuple[bytes, bytes]]:
    """A board on which small programs run and every call ends so."""
    return lambda program: (printed, traceback) if b"hashlib" in program else run(program)


def hostile(seed: int) -> ModelBoard | Tape:
    """The board of this seed: one to three things are wrong with it, or it is no board at all."""
    dice = Random(f"hostile {seed}")
    if dice.random() < 0.15:
        return Tape(dice)
    board = ModelBoard(dice)
    board.pastes = dice.choice((True, True, False, None))
    board.window = dice.choice((1, 16, 32, 128, 65535))

    def runs() -> None:
        board.main = dice.choice((b"", b"." * 200, b">>> \x04\x04>OK", BANNER))
        board.stops = dice.choice(("prompt", "prompt", "restart", "never"))
        board.lasts = dice.choice((0, 0, 1, 5, 40))

    faults = [
        runs,
        lambda: setattr(board, "echo", True),
        lambda: setattr(board, "noise_in", dice.choice((0.000_1, 0.001, 0.02))),
        lambda: setattr(board, "noise_out", dice.choice((0.000_1, 0.001, 0.02, 1.0))),
        lambda: setattr(board, "loss_out", dice.choice((0.000_1, 0.001, 0.02))),
        lambda: setattr(board, "restart_within", dice.randrange(1, 600)),
        lambda: setattr(board, "hang_within", dice.randrange(1, 600)),
        lambda: setattr(board, "lost_after", dice.randrange(1, 60)),
        lambda: setattr(board, "stuck_after", dice.randrange(1, 20)),
        lambda: setattr(board, "wrong_prompts", dice.choice((1, 3, 1000))),
        lambda: setattr(board, "silent", dice.random() < 0.5),
        lambda: setattr(board, "window", 0),
        lambda: setattr(board, "execute", calls_give(b"x" * 100_000, b"")),
        lambda: setattr(board, "execute", calls_give(b"", b"MemoryError: memory allocation failed\r\n")),
    ]
    for fault in dice.sample(faults, dice.choice((0, 1, 1, 2, 3))):
        fault()
    board.power()
    return board


def outcome_of(seed: int) -> list[str]:
    """How two calls on the board of this seed ended; fails when one was answered wrongly or took too long."""
    port, dice = hostile(seed), Random(seed)

    def nonce() -> str:
        return f"{dice.randrange(1 << 32):08x}"

    board = Board(RawRepl(port, port.clock, nonce), nonce)
    outcomes = []
    for call, argument in ((twice, 21), (fails, 28)):
        began_s = port.now_s
        outcome, found = "right", None
        try:
            found = board.call(twice, argument, "ă>\x04") if call is twice else board.call(fails, argument)
        except ProgramFailed as error:
            found = (error.kind, error.detail)
            outcome = error.code if error.kind == "MemoryError" else outcome
        except BoardProblem as error:
            found, outcome = (error.subject, error.hint), error.code
        if outcome == "right":
            assert ([42, "ă>\x04ă>\x04"] if call is twice else ("OSError", "28")) == found, f"seed {seed}"
        outcomes.append(outcome)
        assert port.now_s - began_s <= CALL_AT_MOST_S, f"seed {seed}: {port.now_s - began_s:.0f} s"
    return outcomes


@pytest.mark.parametrize("shard", range(SHARDS))
def test_each_ends_right_or_in_a_named_error(shard: int) -> None:
    """No hang, no foreign exception, and never a wrong answer; the seed of a failure is printed."""
    for seed in range(shard, LINES, SHARDS):
        assert 2 == len(outcome_of(seed))


def test_every_kind_of_end_is_among_them() -> None:
    """The lines are neither all hopeless nor all harmless: each error of the tree that a line can cause is met."""
    ends = Counter(outcome for seed in range(300) for outcome in outcome_of(seed))
    assert {
        "right",
        "port.lost",
        "port.stuck",
        "board.silent",
        "board.no_prompt",
        "board.garbled",
        "program.timed_out",
        "program.failed",
        "board.talkative",
    } <= set(ends)
    assert 0.3 < ends["right"] / ends.total() < 0.8, ends


def test_the_errors_have_codes_of_their_own() -> None:
    """A screen can tell them apart: no two classes of the tree share a code."""

    def below(kind: type[LuotError]) -> list[type[LuotError]]:
        return [kind, *(lower for each in kind.__subclasses__() for lower in below(each))]

    codes = [kind.code for kind in below(BoardProblem)]
    assert len(codes) == len(set(codes))
