"""An RP2040 that runs MicroPython in an emulator, with the model of the card chip on its SPI. Knows no office."""

import contextlib
import json
import os
import struct
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from models.clock import CYCLES_PER_MS
from models.iso14443a_model import Card, Field
from models.mfrc522_model import Mfrc522Model

RED, GREEN, BLUE = 2, 3, 4
"""The pins of firmware/boards/rp2.py."""

_SCRIPT = Path(__file__).with_name("rp2040.mjs")
_MESSAGE = struct.Struct("<BBQ")
_SELECT, _TRANSFER = ord("b"), ord("x")
_STARTS_WITHIN_S = 60.0
_FLICKER_MS = 5  # pins are set one after the other


class EmulatedBoard:
    """Power on at once; `parts` is the folder that prepare.sh made, `flash` the file that keeps the flash.

    address: of its USB serial, for our tools. seen: (red, green, blue) as they were for more than _FLICKER_MS, oldest
    first.
    """

    def __init__(self, parts: Path, flash: Path) -> None:
        self.address = ""
        self.seen: list[tuple[int, int, int]] = [(0, 0, 0)]
        self._now = 0
        self._seen_ms = 0
        self._turn = threading.Lock()
        self._news = threading.Condition()
        self._field = Field(lambda: self._now)
        self._chip = Mfrc522Model(self._field, lambda: self._now)
        from_board, to_chip = os.pipe()
        from_chip, to_board = os.pipe()
        self._process = subprocess.Popen(
            ["node", _SCRIPT, parts, flash, str(to_chip), str(from_chip)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=flash.with_suffix(".log").open("ab"),
            pass_fds=(to_chip, from_chip),
        )
        os.close(to_chip)
        os.close(from_chip)
        threading.Thread(target=self._be_chip, args=(from_board, to_board), daemon=True).start()
        threading.Thread(target=self._hear, daemon=True).start()
        self.wait(lambda: self.address != "", "its USB serial", _STARTS_WITHIN_S)

    def lay(self, uid: bytes) -> None:
        """Lay a card into the field, in place of what lay there."""
        with self._turn:
            self._field.clear()
            self._field.put(Card(uid))

    def clear(self) -> None:
        """Take the card away."""
        with self._turn:
            self._field.clear()

    def wait(self, true: Callable[[], bool], what: str, within_s: float) -> None:
        """Wait for a condition on what was seen."""
        with self._news:
            assert self._news.wait_for(true, within_s), f"{what}: not within {within_s:g} s; lights {self.seen[-8:]}"

    def close(self) -> None:
        """Power off."""
        self._process.kill()
        self._process.wait()

    def _be_chip(self, from_board: int, to_board: int) -> None:
        into = bytearray(1)
        with os.fdopen(from_board, "rb") as messages, os.fdopen(to_board, "wb", buffering=0) as answers:
            while len(message := messages.read(_MESSAGE.size)) == _MESSAGE.size:
                what, value, ns = _MESSAGE.unpack(message)
                with self._turn:
                    self._now = ns * CYCLES_PER_MS // 1_000_000
                    if what == _TRANSFER:
                        self._chip.write_readinto(bytes((value,)), into)
                    elif what == _SELECT:
                        self._chip.chip_select(value)
                    else:
                        self._chip.reset_pin(value)
                if what == _TRANSFER:
                    with contextlib.suppress(BrokenPipeError):
                        answers.write(into)

    def _hear(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            with self._news:
                if "port" in said:
                    self.address = f"socket://127.0.0.1:{said['port']}"
                else:
                    self._see(said["ms"], said["pins"])
                self._news.notify_all()

    def _see(self, ms: int, pins: dict[str, int]) -> None:
        red, green, blue = (
            pins.get(str(pin), level) for pin, level in zip((RED, GREEN, BLUE), self.seen[-1], strict=True)
        )
        if (red, green, blue) == self.seen[-1]:
            return
        if ms - self._seen_ms <= _FLICKER_MS:
            self.seen.pop()
        self.seen.append((red, green, blue))
        self._seen_ms = ms
