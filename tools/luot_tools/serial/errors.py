"""What can go wrong between this machine and a board, each with a stable code and what to do next.

LuotError                       see luot_controller.errors
  UsageProblem
    PortAddressInvalid          exit 2: no such kind of address
  BoardProblem                  exit 1
    PortMissing                 exit 3: no such port, or nobody there answers
    PortForbidden               exit 3: this user may not open it
    PortBusy                    exit 3: another program has it
    PortLost                    exit 3: it was there and has gone: cable or power
    PortStuck                   exit 4: it takes no more data
    BoardSilent                 exit 4: not one byte came
    BoardNeverPrompts           exit 4: bytes came, the prompt of MicroPython did not
    ProgramTimedOut             exit 4: a program on the board did not end within its limit
    ProgramFailed               a program on the board raised: kind, detail
    BoardTooTalkative           a program on the board printed more than was asked for
    LinePassing                 (transient) trying again may help, and was tried
      BoardGarbled              what came is not what the protocol says
      BoardRestarted            the board started anew while a program ran
"""

from luot_controller.errors import ExitCode, LuotError, UsageProblem

_SHOWN_BYTES = 80


class PortAddressInvalid(UsageProblem):
    """Raised for an address that no kind of port has."""

    code = "port.address"

    def __init__(self, address: str, why: str) -> None:
        super().__init__(
            f"{address}: {why}",
            "Give a port such as /dev/ttyACM0 or COM3, or socket://HOST:PORT, or rfc2217://HOST:PORT.",
        )


class BoardProblem(LuotError):
    """The root of what follows; `address` is the port's."""

    code = "board"

    def __init__(self, address: str, what: str, hint: str) -> None:
        super().__init__(f"{address}: {what}", hint)
        self.address = address


class PortMissing(BoardProblem):
    """Raised when there is no such port."""

    code = "port.missing"
    exit_code = ExitCode.CANNOT_CONNECT

    def __init__(self, address: str, why: str) -> None:
        super().__init__(address, why, "Plug the board in and see what there is: luot device ports")


class PortForbidden(BoardProblem):
    """Raised when this user may not open the port."""

    code = "port.forbidden"
    exit_code = ExitCode.CANNOT_CONNECT

    def __init__(self, address: str) -> None:
        super().__init__(
            address,
            "this user may not open it",
            "On Linux: sudo usermod -aG dialout $USER, then log in again.",
        )


class PortBusy(BoardProblem):
    """Raised when another program has the port."""

    code = "port.busy"
    exit_code = ExitCode.CANNOT_CONNECT

    def __init__(self, address: str) -> None:
        super().__init__(
            address, "another program uses it", "Close that program (luot device bridge, a terminal, mpremote)."
        )


class PortLost(BoardProblem):
    """Raised when a port that was open has gone."""

    code = "port.lost"
    exit_code = ExitCode.CANNOT_CONNECT

    def __init__(self, address: str) -> None:
        super().__init__(
            address,
            "the connection has gone: cable pulled, or no power",
            "Plug it in again and give the same command: what is done already is not done twice.",
        )


class PortStuck(BoardProblem):
    """Raised when the port takes no more data."""

    code = "port.stuck"
    exit_code = ExitCode.TIMED_OUT

    def __init__(self, address: str) -> None:
        super().__init__(address, "it takes no more data", "Pull the cable, plug it in again, and try again.")


class BoardSilent(BoardProblem):
    """Raised when not one byte came."""

    code = "board.silent"
    exit_code = ExitCode.TIMED_OUT

    def __init__(self, address: str, limit_s: float) -> None:
        super().__init__(
            address,
            f"no answer within {limit_s:g} s",
            "See that it is the right port and that MicroPython is on the board: luot device flash",
        )


class BoardNeverPrompts(BoardProblem):
    """Raised when something speaks, but not MicroPython's prompt."""

    code = "board.no_prompt"
    exit_code = ExitCode.TIMED_OUT

    def __init__(self, address: str, limit_s: float, heard: bytes) -> None:
        super().__init__(
            address,
            f"it speaks, but gives no prompt within {limit_s:g} s; it said {shown(heard)}",
            "A program on it may refuse to be interrupted: press reset on the board and try again at once.",
        )


class ProgramTimedOut(BoardProblem):
    """Raised when a program on the board did not end in time; it has been interrupted."""

    code = "program.timed_out"
    exit_code = ExitCode.TIMED_OUT

    def __init__(self, address: str, limit_s: float, heard: bytes) -> None:
        super().__init__(
            address, f"the board was not done within {limit_s:g} s; it said {shown(heard)}", "Reset it and try again."
        )


class ProgramFailed(BoardProblem):
    """Raised when a program on the board raised: `kind` is the exception's name there, `detail` its text."""

    code = "program.failed"

    def __init__(self, address: str, kind: str, detail: str) -> None:
        super().__init__(
            address, f"the board answers {kind}: {detail}", "See what the board can do: luot device selftest"
        )
        self.kind = kind
        self.detail = detail


class BoardTooTalkative(BoardProblem):
    """Raised when a program on the board printed more than was asked for."""

    code = "board.talkative"

    def __init__(self, address: str, most_bytes: int) -> None:
        super().__init__(address, f"it printed more than {most_bytes} bytes", "Reset it and try again.")


class LinePassing(BoardProblem):
    """The line failed once; trying again may help."""

    code = "line"


class BoardGarbled(LinePassing):
    """Raised when what came is not what the protocol says."""

    code = "board.garbled"

    def __init__(self, address: str, heard: bytes) -> None:
        super().__init__(
            address,
            f"its answer was damaged on the way: {shown(heard)}",
            "Try another cable, a shorter one, and again.",
        )


class BoardRestarted(LinePassing):
    """Raised when the board started anew while a program ran."""

    code = "board.restarted"

    def __init__(self, address: str) -> None:
        super().__init__(address, "it started anew in the middle", "See that its power is steady and try again.")


def shown(heard: bytes) -> str:
    """The end of what was heard, safe to print."""
    return repr(bytes(heard[-_SHOWN_BYTES:]))[1:] if heard else "nothing"
