"""Calls functions on a board and believes only answers that are whole: both ways carry a hash. Knows no function.

A call that a noisy line or a restart spoilt is made again, so what is called must bear being called twice.
"""

import ast
import base64
import contextlib
import hashlib
import inspect
import json
import re
import secrets
import textwrap
import time
from collections.abc import Callable, Mapping
from functools import cache
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from luot_controller.errors import LuotError
from luot_tools.serial.errors import BoardGarbled, LinePassing, ProgramFailed
from luot_tools.serial.line import Clock
from luot_tools.serial.port import BAUD, Port, open_port
from luot_tools.serial.rawrepl import RawRepl

CALL_WITHIN_S = 10.0
TRIES = 4
MOST_ANSWER_BYTES = 1 << 16

_HASH_BYTES = 4
_P = ParamSpec("_P")
_T = TypeVar("_T")

_PROGRAM = """\
import json
def _a(v):
 v=_b(json.dumps(v).encode()).strip();print('\\n<luot','{nonce}',_h(b'{nonce}'+v).decode(),v.decode()+'>')
try:
{body}
except Exception as e:_a([type(e).__name__,str(e)])
else:_a([r])
"""
"""Answers [value], or [name, text] of what was raised."""

_ENVELOPE = """\
import hashlib
from binascii import b2a_base64 as _b
_h=lambda x:_b(hashlib.sha256(x).digest()[:4]).strip()
_s={program!r}
if _h(_s)=={check!r}:exec(_s)
"""
"""Runs a program that came over whole. All else is inside the program, so that no noise can change what it says."""

_ANSWER = re.compile(rb"<luot (\w+) ([\w+/=]+) ([\w+/=]*)>")


class Board:
    """One board at a port. Open it with `connect`, or give it a RawRepl; it is taken over at the first call."""

    def __init__(self, repl: RawRepl, make_nonce: Callable[[], str] = lambda: secrets.token_hex(4)) -> None:
        self.repl = repl
        self._make_nonce = make_nonce
        self._is_ours = False
        self._complaint = b""
        """Of the envelope itself, the last time: once it may be noise, twice in the same words it is the board's."""

    @property
    def address(self) -> str:
        """The port's."""
        return self.repl.line.address

    def call(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run a function of `onboard` there, and return what it returns, which must be JSON.

        Raises ProgramFailed when it raised, BoardGarbled or BoardRestarted after TRIES tries, and any BoardProblem.
        """
        return self.call_within(CALL_WITHIN_S, function, *args, **kwargs)

    def call_within(self, limit_s: float, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """The same for what may take longer; the limit is for each try."""
        assert not kwargs, "only plain arguments travel"
        body = f"{source(function)}\nr={function.__name__}{args!r}"
        for _ in range(TRIES - 1):
            try:
                answer = self._try(body, limit_s)
                break
            except LinePassing:
                self._is_ours = False
        else:
            answer = self._try(body, limit_s)
        if len(answer) == 2:
            raise ProgramFailed(self.address, answer[0], answer[1])
        value: _T = answer[0]
        return value

    def enter(self) -> None:
        """Take it over, if that was not done: what runs there is stopped."""
        if not self._is_ours:
            self.repl.enter()
            self._is_ours = True

    def restart(self) -> None:
        """Start MicroPython anew without our program, so that nothing of an earlier one is in memory."""
        self.enter()
        self._is_ours = False
        self.repl.restart()
        self._is_ours = True

    def start_program(self) -> None:
        """Start what is on it, as power does."""
        self.enter()
        self._is_ours = False
        self.repl.start_program()

    def leave(self) -> None:
        """Leave it waiting at its friendly prompt."""
        self.enter()
        self._is_ours = False
        self.repl.leave()

    def close(self) -> None:
        """Start its program again, if we stopped it and the line still holds, and give the port free."""
        if self._is_ours:
            with contextlib.suppress(LuotError):
                self.start_program()
        self.repl.line.port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _try(self, body: str, limit_s: float) -> list[Any]:
        self.enter()
        was_ours, self._is_ours = self._is_ours, False
        nonce = self._make_nonce()
        printed, traceback = self.repl.run(_enveloped(body, nonce), limit_s, MOST_ANSWER_BYTES)
        answer = _answer(printed, nonce)
        if answer is None:
            complaint = traceback.strip().rpartition(b"\n")[2]
            before, self._complaint = self._complaint, complaint
            if complaint.startswith((b"MemoryError", b"ImportError")) and before == complaint:
                kind, _, detail = complaint.decode(errors="replace").strip().partition(": ")
                raise ProgramFailed(self.address, kind, detail)
            raise BoardGarbled(self.address, complaint or printed)
        self._is_ours = was_ours
        self._complaint = b""
        return answer


def connect(address: str, baud: int = BAUD, clock: Clock = time.monotonic) -> Board:
    """The board at this port; raises as open_port does."""
    return over(open_port(address, baud), clock)


def over(port: Port, clock: Clock = time.monotonic) -> Board:
    """The board at an open port."""
    return Board(RawRepl(port, clock))


@cache
def source(function: Callable[..., Any]) -> str:
    """A function and those of its module that it calls, without docstrings and annotations: less to send."""
    module = inspect.getmodule(function)
    assert module is not None
    return ast.unparse(ast.Module(_needed(function.__name__, _functions(inspect.getsource(module))), []))


@cache
def _functions(text: str) -> Mapping[str, ast.FunctionDef]:
    found = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    for node in found.values():
        node.returns = None
        for argument in node.args.args:
            argument.annotation = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return found


def _needed(name: str, functions: Mapping[str, ast.FunctionDef]) -> list[ast.stmt]:
    called = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)} & functions.keys() - {name}
    first = [statement for other in sorted(called) for statement in _needed(other, functions)]
    return [*first, functions[name]]


def _enveloped(body: str, nonce: str) -> bytes:
    program = _PROGRAM.format(nonce=nonce, body=textwrap.indent(body, " ")).encode()
    return _ENVELOPE.format(program=program, check=_check(program)).encode()


def _check(data: bytes) -> bytes:
    return base64.b64encode(hashlib.sha256(data).digest()[:_HASH_BYTES])


def _answer(printed: bytes, nonce: str) -> list[Any] | None:
    """What the envelope answered; None when no whole answer to this call is there."""
    for said, check, value in _ANSWER.findall(printed):
        if said == nonce.encode() and check == _check(said + value):
            answer: list[Any] | None = json.loads(base64.b64decode(value))
            return answer
    return None
