"""MicroPython's raw REPL: takes a board over, whatever it does, and runs programs on it. Knows nothing of files.

Raw-paste mode, with its flow control, where the board offers it, else the older mode in small pieces.
Source: MicroPython documentation, "The MicroPython Interactive Interpreter Mode", sections raw mode and raw-paste mode.
"""

import contextlib
import itertools
import secrets
from collections.abc import Callable

from luot_tools.serial.errors import (
    BoardGarbled,
    BoardNeverPrompts,
    BoardProblem,
    BoardRestarted,
    BoardSilent,
    BoardTooTalkative,
    ProgramTimedOut,
)
from luot_tools.serial.line import Clock, Deadline, Line, Silence, TooMuch
from luot_tools.serial.port import Port

ENTER_WITHIN_S = 8.0
MOST_OUTPUT_BYTES = 1 << 20

BANNER = b"raw REPL; CTRL-B to exit\r\n>"
_STOP, _RAW, _FRIENDLY, _END = b"\x03", b"\x01", b"\x02", b"\x04"
_PASTE = b"\x05A\x01"
_PASTE_YES, _PASTE_NO = b"R\x01", b"R\x00"
_MORE = b"\x01"

_FIRST_TRY_S = 0.25
"""For a prompt after an interrupt; each further try waits twice as long, up to _LONGEST_TRY_S."""
_LONGEST_TRY_S = 2.0
_AGAIN_S = (0.03, 0.01, 0.02, 0.05, 0.04)
"""In turn, between interrupts of a board that starts: were they all equal, each could meet it at the same wrong moment.

A board buffers a few hundred bytes, which so last for seconds.
"""
_REST_WITHIN_S = 2.0
"""For what a board says at once: a window, that it has a program, the end of an answer whose beginning has come."""
_PIECE_BYTES = 256
_PIECE_PAUSE_S = 0.01
_PROMPT = b'Type "help()" for more information.\r\n>>> '
_RESTART = b"soft reboot\r\n"


class RawRepl:
    """A board's raw REPL at a port; enter() comes first, and again after any error."""

    def __init__(self, port: Port, clock: Clock, make_nonce: Callable[[], str] = lambda: secrets.token_hex(4)) -> None:
        self.line = Line(port, clock, alarm_mark=_RESTART)
        self._make_nonce = make_nonce
        self._pastes: bool | None = None

    def enter(self, limit_s: float = ENTER_WITHIN_S) -> None:
        """Stop what runs and get the prompt, checked by a small program; raises BoardSilent or BoardNeverPrompts."""
        deadline = self.line.deadline(limit_s)
        self._pastes = None
        heard_before = self.line.heard
        try_s = _FIRST_TRY_S
        while not deadline.passed():
            try:
                if self._try_to_enter(deadline.sooner(try_s), deadline):
                    return
            except Silence:
                pass
            try_s = min(2 * try_s, _LONGEST_TRY_S)
        if self.line.heard == heard_before:
            raise BoardSilent(self.line.address, limit_s)
        raise BoardNeverPrompts(self.line.address, limit_s, self.line.said)

    def run(self, program: bytes, limit_s: float, most_bytes: int = MOST_OUTPUT_BYTES) -> tuple[bytes, bytes]:
        """Run it to its end; returns what it printed, and the traceback when it raised, else b"".

        Raises ProgramTimedOut, BoardTooTalkative, BoardGarbled or BoardRestarted; enter() again after each.
        """
        deadline = self.line.deadline(limit_s)
        self._mark_beginning()
        try:
            self._send(program, deadline)
            printed = self.line.until(_END, deadline, most_bytes)
            traceback = self.line.until(_END, deadline.sooner(_REST_WITHIN_S), most_bytes)
            if self.line.take(1, deadline.sooner(_REST_WITHIN_S)) != b">":
                raise BoardGarbled(self.line.address, self.line.said)
        except Silence:
            raise self._why_silent(deadline) from None
        except TooMuch:
            self._interrupt()
            raise BoardTooTalkative(self.line.address, most_bytes) from None
        return printed, traceback

    def restart(self, limit_s: float = ENTER_WITHIN_S) -> None:
        """Start MicroPython anew without main.py, and enter again: no variable and no open file is left."""
        deadline = self.line.deadline(limit_s)
        self.line.write(_END, deadline)
        with contextlib.suppress(Silence):  # enter() finds out what the board does instead
            self.line.skip_past(_RESTART, deadline.sooner(_LONGEST_TRY_S))
        self.enter(deadline.left_s())

    def leave(self) -> None:
        """Give the board its friendly prompt back."""
        self.line.write(_FRIENDLY, self.line.deadline(_REST_WITHIN_S))

    def start_program(self) -> None:
        """Start MicroPython anew as power does, main.py included; the board is not ours any more."""
        self.leave()
        self.line.write(_END, self.line.deadline(_REST_WITHIN_S))

    def last_words(self, within_s: float) -> bytes | None:
        """After start_program(): what the program said last if it ends in that time, else None."""
        deadline = self.line.deadline(within_s)
        try:
            self.line.skip_past(_RESTART, deadline)
            self._mark_beginning()
            said = self.line.skip_past(_PROMPT, deadline)
        except Silence:
            # One that exits is started over and over.
            return self.line.said.rpartition(_RESTART)[0] if self.line.alarm else None
        return said.rpartition(b"MicroPython ")[0].rpartition(_RESTART)[2]

    def _try_to_enter(self, deadline: Deadline, whole: Deadline) -> bool:
        self.line.echoes = False
        self._mark_beginning()
        # The first ends a program, the second what its clean-up does; both end a paste and a half-typed line.
        self.line.write(_STOP + _STOP, deadline)
        self.line.write(_RAW, deadline)
        self._await_banner(deadline, whole)
        nonce = self._make_nonce()
        # Taken apart, so that an echo of the program is not its answer.
        program = f"print('luot'+'{nonce}')".encode()
        for piece in (program, _END):
            self.line.write(piece, deadline)
        before = self.line.skip_past(f"luot{nonce}".encode(), deadline.sooner(_REST_WITHIN_S))
        end = self.line.until(b">", whole.sooner(_REST_WITHIN_S), _PIECE_BYTES)
        self.line.echoes = f"'{nonce}'".encode() in before
        return end.strip(b"\r\n") == _END + _END

    def _await_banner(self, deadline: Deadline, whole: Deadline) -> None:
        for again_s in itertools.cycle(_AGAIN_S):
            try:
                self.line.skip_past(BANNER, deadline.sooner(again_s))
                return
            except Silence:
                if self.line.alarm:
                    # The program exits when it is interrupted, so that the board starts it again, for ever: only
                    # before it has begun does an interrupt end in a prompt.
                    deadline = whole
                    self.line.write(_STOP + _RAW, deadline)
                if deadline.passed():
                    raise

    def _send(self, program: bytes, deadline: Deadline) -> None:
        if self._offers_paste(deadline):
            self._paste(program, deadline)
            return
        for at in range(0, len(program), _PIECE_BYTES):
            self.line.write(program[at : at + _PIECE_BYTES], deadline)
            self.line.pause(_PIECE_PAUSE_S)
        self.line.write(_END, deadline)
        if self.line.take(2, deadline.sooner(_REST_WITHIN_S)) != b"OK":
            raise BoardGarbled(self.line.address, self.line.said)

    def _offers_paste(self, deadline: Deadline) -> bool:
        """Ask, until the board has said no once; when it says yes it waits for the program."""
        # Its windows come while we write, so that an echo could not be told from them.
        if self._pastes is False or self.line.echoes:
            return False
        self.line.write(_PASTE, deadline)
        answer = self.line.take(2, deadline.sooner(_REST_WITHIN_S))
        self._pastes = answer == _PASTE_YES
        if not self._pastes and answer != _PASTE_NO:
            # A board from before raw-paste mode takes the last byte for "raw mode" and greets again.
            if not BANNER.startswith(answer):
                raise BoardGarbled(self.line.address, self.line.said)
            self.line.skip_past(BANNER[len(answer) :], deadline.sooner(_REST_WITHIN_S))
        return self._pastes

    def _paste(self, program: bytes, deadline: Deadline) -> None:
        window = int.from_bytes(self.line.take(2, deadline.sooner(_REST_WITHIN_S)), "little")
        if not window:
            raise BoardGarbled(self.line.address, self.line.said)
        room, at = window, 0
        while at < len(program):
            while not room or self.line.any_waiting():
                said = self.line.take(1, deadline.sooner(_REST_WITHIN_S))
                if said == _END:  # it cannot compile this, and waits for us to see it
                    self.line.write(_END, deadline)
                    return
                if said != _MORE:
                    raise BoardGarbled(self.line.address, self.line.said)
                room += window
            piece = program[at : at + room]
            self.line.write(piece, deadline)
            at += len(piece)
            room -= len(piece)
        self.line.write(_END, deadline)
        for _ in range(len(program) // window + 2):  # windows that were still under way
            said = self.line.take(1, deadline.sooner(_REST_WITHIN_S))
            if said == _END:
                return
            if said != _MORE:
                break
        raise BoardGarbled(self.line.address, self.line.said)

    def _why_silent(self, deadline: Deadline) -> BoardProblem:
        if self.line.alarm or _PROMPT in self.line.said:
            return BoardRestarted(self.line.address)
        if not deadline.passed():
            return BoardGarbled(self.line.address, self.line.rest())
        self._interrupt()
        return ProgramTimedOut(self.line.address, deadline.limit_s, self.line.rest())

    def _mark_beginning(self) -> None:
        """What is said, and a restart, count from now on."""
        self.line.said = b""
        self.line.alarm = False

    def _interrupt(self) -> None:
        """Whatever it does; nothing is expected to come back."""
        self.line.echoes = False
        self.line.write(_STOP, self.line.deadline(_REST_WITHIN_S))
