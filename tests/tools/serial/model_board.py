"""A board of a few lines at a port with a clock of its own: speaks the raw REPL, and breaks in every way a seed picks.

Its programs are run by CPython, with nothing to import but what the envelope of a call needs.
"""

import builtins
import contextlib
import io
import traceback
import warnings
from collections.abc import Callable
from random import Random
from types import ModuleType
from typing import Any

from luot_tools.serial.errors import PortLost, PortStuck

BANNER = b"raw REPL; CTRL-B to exit\r\n>"
GREETING = b'MicroPython v1.29.0; Model\r\nType "help()" for more information.\r\n>>> '
BYTES_PER_S = 11_520
_TICK_S = 0.000_5
_OUT_BYTES = 1024
"""A program waits while so much of what it printed is unsent."""
_ALLOWED = ("hashlib", "binascii", "json")
_BOOT = b"ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\n\xff\x00\x80"


def _import(name: str, *rest: Any) -> ModuleType:
    if name not in _ALLOWED:
        raise ImportError(f"no module named '{name}'")
    return builtins.__import__(name, *rest)


def run(program: bytes) -> tuple[bytes, bytes]:
    """What it prints, and its traceback."""
    printed = io.StringIO()
    names = {"__builtins__": {**vars(builtins), "__import__": _import, "open": None, "input": None}}
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(program, "<stdin>", "exec"), names)
        except BaseException as error:  # noqa: BLE001 - a board shows whatever its program raised
            return printed.getvalue().encode(), "".join(traceback.format_exception_only(error)).encode()
    return printed.getvalue().encode().replace(b"\n", b"\r\n"), b""


class ModelBoard:
    """A Port; `clock` is its time in seconds, which passes by reading. Plain and without faults as it is made.

    pastes: True, False, or None for a board from before raw-paste mode. main: what main.py prints while it runs, over
    and over. stops: how Ctrl-C ends main.py: "prompt", "restart" (it exits), or "never". lasts: interrupts it ignores.
    begins_s: so long after a start an interrupt meets it before it has begun, and ends in a prompt; None for by chance.
    """

    address = "model"

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.now_s = 0.0
        self.pastes: bool | None = True
        self.window = 32
        self.echo = False
        self.main: bytes | None = None
        self.stops = "prompt"
        self.lasts = 0
        self.begins_s: float | None = None
        self.noise_in = self.noise_out = self.loss_out = 0.0
        self.restart_within: int | None = None
        self.hang_within: int | None = None
        self.lost_after: int | None = None
        self.stuck_after: int | None = None
        self.wrong_prompts = 0
        self.silent = False
        self.execute: Callable[[bytes], tuple[bytes, bytes]] = run
        self.programs = 0
        self.overruns = 0
        self._running = False
        self._started_s = 0.0
        self._mode = "friendly"
        self._line = bytearray()
        self._granted = 0
        self._out = bytearray()

    def clock(self) -> float:
        return self.now_s

    def power(self) -> None:
        """Switch it on: main.py runs, if there is one."""
        self._running = self.main is not None
        self._started_s = self.now_s
        self._mode = "friendly"
        if not self._running:
            self._out += GREETING

    def close(self) -> None:
        pass

    def read(self, within_s: float) -> bytes:
        self.now_s += _TICK_S
        self._countdown_loss()
        if self._running and self.main and len(self._out) < _OUT_BYTES:
            self._say(self.main)
        if not self._out or self.silent:
            self.now_s += within_s
            return b""
        count = min(len(self._out), self.dice.choice((1, 7, 64, 512)))
        data = bytes(self._out[:count])
        del self._out[:count]
        self.now_s += count / BYTES_PER_S
        return data

    def write(self, data: bytes) -> None:
        self._countdown_loss()
        if self.stuck_after is not None:
            self.stuck_after -= 1
            if self.stuck_after < 0:
                self.now_s += 5
                raise PortStuck(self.address)
        if self.echo:
            self._say(data)
        for byte in data:
            self._take(self.dice.randrange(256) if self.dice.random() < self.noise_in else byte)

    def _countdown_loss(self) -> None:
        if self.lost_after is not None:
            self.lost_after -= 1
            if self.lost_after < 0:
                raise PortLost(self.address)

    def _take(self, byte: int) -> None:
        if self._running:
            self._take_while_running(byte)
        elif self._mode == "paste":
            self._take_paste(byte)
        elif byte == 0x03:
            self._line.clear()
            if self._mode == "friendly":
                self._say(b"\r\n>>> ")
        elif byte == 0x01:
            self._control_a()
        elif byte == 0x02:
            self._mode = "friendly"
            self._say(GREETING)
        elif byte == 0x04:
            self._control_d()
        else:
            self._line.append(byte)
            if self._mode == "friendly":
                self._say(bytes([byte]))

    def _take_while_running(self, byte: int) -> None:
        if byte != 0x03 or self.stops == "never":
            return
        self.lasts -= 1
        if self.lasts >= 0:
            return
        self._running = False
        if self.stops == "restart" and self._has_begun():
            self._restart()
        else:
            self._mode = "friendly"
            self._say(b"Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n" + GREETING)

    def _has_begun(self) -> bool:
        if self.begins_s is None:
            return self.dice.random() < 0.7
        return self.now_s - self._started_s > self.begins_s

    def _control_a(self) -> None:
        asks, self._line = self._line == b"\x05A" and self._mode == "raw", bytearray()
        if asks and self.pastes:
            self._mode, self._granted = "paste", 2 * self.window
            self._say(b"R\x01" + self.window.to_bytes(2, "little") + b"\x01")
        elif asks and self.pastes is False:
            self._say(b"R\x00")
        else:
            self._mode = "raw"
            self.wrong_prompts -= 1
            self._say(BANNER if self.wrong_prompts < 0 else b"raw REPL; CTRL-B to exot\r\n ")

    def _control_d(self) -> None:
        program, self._line = bytes(self._line), bytearray()
        if not program:
            self._restart()
        elif self._mode == "raw":
            self._say(b"OK")
            self._execute(program)

    def _take_paste(self, byte: int) -> None:
        if byte in (0x03, 0x04):
            program, self._line, self._mode = bytes(self._line), bytearray(), "raw"
            self._say(b"\x04")
            self._execute(program if byte == 0x04 else b"raise KeyboardInterrupt")
            return
        self._line.append(byte)
        if len(self._line) > self._granted:
            self.overruns += 1
        if self.window and len(self._line) % self.window == 0:
            self._granted += self.window
            self._say(b"\x01")

    def _execute(self, program: bytes) -> None:
        self.programs += 1
        printed, error = self.execute(program)
        self._say(printed + b"\x04" + error + b"\x04>")

    def _restart(self) -> None:
        self._say(b"\r\nMPY: soft reboot\r\n")
        if self._mode == "raw":
            self._say(BANNER)
        else:
            self.power()

    def _say(self, data: bytes) -> None:
        for byte in data:
            if self.restart_within is not None and (n := self.restart_within - 1) <= 0:
                self.restart_within = None
                self._out += _BOOT
                self._mode = "friendly"
                self._line.clear()
                self.power()
                return
            if self.restart_within is not None:
                self.restart_within = n
            if self.hang_within is not None:
                self.hang_within -= 1
                if self.hang_within <= 0:
                    return
            if self.dice.random() < self.loss_out:
                continue
            self._out.append(self.dice.randrange(256) if self.dice.random() < self.noise_out else byte)


class Tape:
    """A port that plays what a seed wrote, whatever it is told, and then again or never more."""

    address = "tape"

    _SCRAPS = (
        *(BANNER, b">", b"OK", b"\x04", b"\x04\x04>", b"R\x01", b"R\x00", b"ra", b"\x00\x00", b"\x20\x00\x01", b"\x01"),
        *(
            b">>> ",
            b"\r\n",
            GREETING,
            b"MPY: soft reboot\r\n",
            b"<luot ",
            b"luot",
            b"Traceback (most recent call last):",
        ),
    )

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.now_s = 0.0
        self._repeats = dice.random() < 0.5
        self._scraps = [
            dice.choice(self._SCRAPS) if dice.random() < 0.8 else dice.randbytes(dice.randrange(1, 40))
            for _ in range(dice.randrange(60))
        ]
        self._at = 0

    def clock(self) -> float:
        return self.now_s

    def close(self) -> None:
        pass

    def read(self, within_s: float) -> bytes:
        self.now_s += _TICK_S
        if self._at == len(self._scraps) and self._repeats:
            self._at = 0
        if self._at >= len(self._scraps) or self.dice.random() < 0.1:
            self.now_s += within_s
            return b""
        self._at += 1
        self.now_s += len(self._scraps[self._at - 1]) / BYTES_PER_S
        return self._scraps[self._at - 1]

    def write(self, data: bytes) -> None:
        self.now_s += len(data) / BYTES_PER_S
