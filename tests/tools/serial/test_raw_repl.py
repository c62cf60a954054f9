"""The raw REPL's own rules, on a modelled board whose faults are chosen one by one."""

from random import Random

import pytest
from model_board import GREETING, ModelBoard, run

from luot_tools.device.board import TRIES, Board
from luot_tools.serial.errors import (
    BoardGarbled,
    BoardNeverPrompts,
    BoardRestarted,
    BoardSilent,
    BoardTooTalkative,
    PortStuck,
    ProgramFailed,
    ProgramTimedOut,
)
from luot_tools.serial.rawrepl import ENTER_WITHIN_S, RawRepl


@pytest.fixture
def board() -> ModelBoard:
    return ModelBoard(Random(1))


def repl_on(board: ModelBoard) -> RawRepl:
    board.power()
    return RawRepl(board, board.clock)


def twice(number: int) -> int:
    return 2 * number


@pytest.mark.parametrize("pastes", [True, False, None], ids=["pastes", "declines", "too old"])
@pytest.mark.parametrize("echo", [False, True], ids=["clean", "echo"])
def test_a_program_is_run(board: ModelBoard, pastes: bool | None, echo: bool) -> None:
    """With raw-paste mode, without it, on a board that does not know it, and on a line that echoes."""
    board.pastes, board.echo = pastes, echo
    repl = repl_on(board)
    repl.enter()
    assert echo == repl.line.echoes
    for number in range(3):
        long_program = b"#" * 1000 + b"\nprint(%d)" % number
        assert (b"%d\r\n" % number, b"") == repl.run(long_program, 5)


@pytest.mark.parametrize("window", [1, 2, 31, 65535])
def test_no_more_is_sent_than_the_window_allows(board: ModelBoard, window: int) -> None:
    """A board has no room for more, and would lose it."""
    board.window = window
    repl = repl_on(board)
    repl.enter()
    assert (b"1\r\n", b"") == repl.run(b"#" * 300 + b"\nprint(1)", 5)
    assert 0 == board.overruns


def test_a_window_of_nothing_is_refused(board: ModelBoard) -> None:
    """It would let nothing through, for ever."""
    board.window = 0
    repl = repl_on(board)
    repl.enter()
    with pytest.raises(BoardGarbled):
        repl.run(b"print(1)", 5)


def test_what_a_program_raises_comes_back(board: ModelBoard) -> None:
    """The traceback is handed over beside what was printed before."""
    repl = repl_on(board)
    repl.enter()
    assert (b"a", b"ValueError: b\n") == repl.run(b"print('a', end='')\nraise ValueError('b')", 5)


@pytest.mark.parametrize("stops", ["prompt", "restart"])
def test_a_running_program_is_stopped(board: ModelBoard, stops: str) -> None:
    """Also one that prints without end, that ignores the first interrupts, or that starts anew when it is stopped."""
    board.main, board.stops, board.lasts = b"tap\r\n" * 100, stops, 3
    repl = repl_on(board)
    repl.enter()
    assert (b"1\r\n", b"") == repl.run(b"print(1)", 5)


@pytest.mark.parametrize("begins_ms", [12, 15, 20, 25, 29, 40])
def test_a_program_that_starts_anew_in_step_with_the_interrupts(board: ModelBoard, begins_ms: int) -> None:
    """However long its start takes, one of them comes before it has begun."""
    board.main, board.stops, board.begins_s, board.lasts = b"", "restart", begins_ms / 1000, 1
    repl = repl_on(board)
    board.now_s = 1.0
    repl.enter()
    assert board.now_s < 2


def test_a_program_that_cannot_be_stopped(board: ModelBoard) -> None:
    """The error shows the end of what it prints, and says what to do; the limit holds."""
    board.main, board.stops = b"tap\r\n" * 100, "never"
    with pytest.raises(BoardNeverPrompts) as raised:
        repl_on(board).enter()
    assert "tap" in raised.value.subject
    assert "press reset" in raised.value.hint
    assert ENTER_WITHIN_S <= board.now_s <= ENTER_WITHIN_S + 2


def test_a_silent_board(board: ModelBoard) -> None:
    """Not a byte within the limit: the wrong port, or nothing on the board."""
    board.silent = True
    with pytest.raises(BoardSilent) as raised:
        repl_on(board).enter(3)
    assert "no answer within 3 s" in raised.value.subject
    assert 3 <= board.now_s <= 5


def test_a_port_that_takes_nothing(board: ModelBoard) -> None:
    """The write's own limit ends it."""
    board.stuck_after = 0
    with pytest.raises(PortStuck):
        repl_on(board).enter()


def test_prompts_that_come_wrong_are_asked_for_again(board: ModelBoard) -> None:
    """A board that just starts, or a noisy line, may spoil the first ones."""
    board.wrong_prompts = 2
    repl_on(board).enter()
    assert board.now_s < 3


def test_a_program_that_does_not_end(board: ModelBoard) -> None:
    """It is interrupted at its limit, and the board can be entered again."""
    repl = repl_on(board)
    repl.enter()
    board.hang_within = 20
    with pytest.raises(ProgramTimedOut) as raised:
        repl.run(b"print('x' * 100)", 2)
    assert "not done within 2 s" in raised.value.subject
    assert board.now_s < 5
    board.hang_within = None
    repl.enter()
    assert (b"1\r\n", b"") == repl.run(b"print(1)", 5)


@pytest.mark.parametrize("pastes", [True, False])
def test_a_program_of_which_a_byte_was_lost(board: ModelBoard, pastes: bool) -> None:
    """The board waits for the rest, or for its end: that is found in seconds, however long the program may take."""
    board.pastes = pastes
    repl = repl_on(board)
    repl.enter()
    take = board._take
    board._take = lambda byte: None if byte == 0x04 else take(byte)  # type: ignore[method-assign]
    began_s = board.now_s
    with pytest.raises(BoardGarbled):
        repl.run(b"print(1)", 60)
    assert board.now_s - began_s < 5
    board._take = take  # type: ignore[method-assign]
    repl.enter()
    assert (b"1\r\n", b"") == repl.run(b"print(1)", 5)


def test_a_program_that_prints_too_much(board: ModelBoard) -> None:
    """Memory here is bounded whatever the board prints."""
    repl = repl_on(board)
    repl.enter()
    with pytest.raises(BoardTooTalkative):
        repl.run(b"print('x' * 5000)", 5, most_bytes=1000)
    repl.enter()
    assert (b"1\r\n", b"") == repl.run(b"print(1)", 5)


def test_a_restart_in_the_middle_is_told_apart(board: ModelBoard) -> None:
    """A power cut while a program ran is not the same as a program that hangs."""
    repl = repl_on(board)
    repl.enter()
    board.restart_within = 20
    with pytest.raises(BoardRestarted):
        repl.run(b"print('x' * 100)", 2)
    repl.enter()
    assert (b"1\r\n", b"") == repl.run(b"print(1)", 5)


def test_an_older_restart_is_not_blamed(board: ModelBoard) -> None:
    """Only what came since the program was sent tells why it did not end."""
    repl = repl_on(board)
    repl.enter()
    repl.restart()
    board.hang_within = 8
    with pytest.raises(ProgramTimedOut):
        repl.run(b"print('x' * 100)", 2)


def test_a_call_survives_one_restart_and_one_loss(board: ModelBoard) -> None:
    """What a call asks for may be done twice, so it is simply asked again."""
    board.restart_within = 200
    assert 42 == Board(repl_on(board)).call(twice, 21)
    board.restart_within = 60
    assert 42 == Board(repl_on(board)).call(twice, 21)


def test_a_board_that_always_restarts(board: ModelBoard) -> None:
    """After a few tries the error says that its power is not steady."""

    def weak(program: bytes) -> tuple[bytes, bytes]:
        if b"hashlib" not in program:
            return run(program)
        board.restart_within = 1
        return b"x", b""

    board.execute = weak
    with pytest.raises(BoardRestarted) as raised:
        Board(repl_on(board)).call(twice, 21)
    assert "power" in raised.value.hint
    assert 2 * TRIES == board.programs


def test_a_program_damaged_on_the_way_is_not_run(board: ModelBoard) -> None:
    """Every byte of a call that noise may change, changed: the answer is right or there is none, never another one."""
    answers = []

    def damaged(program: bytes) -> tuple[bytes, bytes]:
        if b"hashlib" not in program or not positions:
            return run(program)
        at = positions.pop()
        return run(program[:at] + b"7" + program[at + 1 :])

    board.execute = damaged
    board.pastes = False
    positions = list(range(0, 700, 7))
    caller = Board(repl_on(board))
    while positions:
        try:
            answers.append(caller.call(twice, 21))
        except BoardGarbled:
            answers.append(42)
    assert {42} == set(answers)


def test_what_the_board_raises_is_named(board: ModelBoard) -> None:
    """The name of the exception there and its text."""

    with pytest.raises(ProgramFailed) as raised:
        Board(repl_on(board)).call(twice, None)  # type: ignore[arg-type]
    assert "TypeError" == raised.value.kind
    assert "NoneType" in raised.value.detail


def test_a_board_without_hashes(board: ModelBoard) -> None:
    """What the envelope itself lacks is reported as the board's words, once they came twice."""
    board.execute = lambda program: (
        run(program) if b"hashlib" not in program else (b"", b"ImportError: no module named 'hashlib'\r\n")
    )
    with pytest.raises(ProgramFailed) as raised:
        Board(repl_on(board)).call(twice, 21)
    assert ("ImportError", "no module named 'hashlib'") == (raised.value.kind, raised.value.detail)


def test_restart_clears_the_board_and_keeps_the_prompt(board: ModelBoard) -> None:
    """After it programs run as before."""
    repl = repl_on(board)
    repl.enter()
    repl.restart()
    assert (b"1\r\n", b"") == repl.run(b"print(1)", 5)


def test_leave_gives_the_friendly_prompt(board: ModelBoard) -> None:
    """Whoever opens the port next, an editor for instance, finds the board as it expects it."""
    repl = repl_on(board)
    repl.enter()
    repl.leave()
    assert GREETING == repl.line.skip_past(GREETING, repl.line.deadline(1)) + GREETING
