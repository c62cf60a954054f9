"""The real parts of an office as processes that a test can kill: controller, readers, and the hall that feeds them."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from luot_controller.access import Access, load
from luot_controller.engine.events import Fact
from luot_controller.store.sqlite import SqliteStore

REPO = Path(__file__).parents[2]
MICROPYTHON = Path(sys.executable).with_name("micropython")
SITE = "mot-cua"
READERS = ("entry-1", "entry-2", "entry-3")
WITHIN_S = 180.0
FREE_PORT = ("--port", "0")
ENVIRONMENT = {**os.environ, "MICROPYPATH": os.pathsep.join((str(REPO / "firmware"), str(REPO / "protocol")))}


def until(true: Callable[[], Any], what: str, within_s: float = WITHIN_S) -> None:
    """Wait for a condition; fails the test, naming it, at the limit."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"{what}: not within {within_s:g} s"
        time.sleep(0.01)


def luot(*words: str | Path) -> str:
    """Run a `luot` command to its end and return its output; a failure fails the test with what it said."""
    command = [sys.executable, "-m", "luot_controller.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Controller:
    """`luot office` in a process of its own, on a data folder; started again, it takes the same port."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        # The port it found is now the one in its access files.
        self._options = tuple(option for option in options if option not in FREE_PORT)

    def start(self) -> None:
        """Start it and wait until it is open."""
        log = (self.data / "office.log").open("ab")
        began = log.tell()
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "luot_controller.cli", "office", "--data", str(self.data), *self._options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(lambda: b" is open" in self.log[began:] or self._process.poll() is not None, "the office to open")
        assert self._process.poll() is None, self.log.decode()

    @property
    def log(self) -> bytes:
        """Everything it has said, on both channels."""
        return (self.data / "office.log").read_bytes()

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def hang(self) -> None:
        """It stands still, with every connection open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After hang()."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        code = self._process.wait(WITHIN_S)
        self._process = None
        return code

    def access(self, name: str) -> Access:
        """The access file of one of its users."""
        return load(self.data, name)

    def facts(self) -> list[Fact]:
        """The whole ledger, read beside the running office."""
        store = SqliteStore(self.data)
        try:
            return [fact for _, fact in store.facts(0, 1_000_000)]
        finally:
            store.close()


class Reader:
    """The real firmware on the real MicroPython, and this test's end of its hall connection.

    lines: all that it has shown, in all its lives. heard: (boot, seq) of each tap that it has shown as heard.
    brought: how often a card was laid into its field by bring().
    """

    def __init__(self, controller: Controller, reader: str, flash: Path) -> None:
        self.id = reader
        self.flash = flash
        self._office = controller
        self.lines: list[dict[str, Any]] = []
        self.heard: list[tuple[int, int]] = []
        self.brought = 0
        self._news = threading.Condition()
        self._hall = socket.create_server(("127.0.0.1", 0))
        self._connection: socket.socket | None = None
        self.provision()
        threading.Thread(target=self._serve, daemon=True).start()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def provision(self) -> None:
        """Give it new settings, with a new key; what its flash keeps stays."""
        hall = f"127.0.0.1:{self._hall.getsockname()[1]}"
        luot("device", "provision", self.id, "--data", self._office.data, "--out", self.flash, "--hall", hall)

    def start(self) -> None:
        """Power on."""
        self._process = subprocess.Popen(
            [MICROPYTHON, "-X", "heapsize=256k", REPO / "firmware" / "main.py", self.flash],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """Power off, without warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def cut_power(self, after_s: float) -> None:
        """Power off so many seconds after it next begins to write to its flash, and on again."""
        image = self.flash / "flash.img"
        until(image.exists, f"{self.id} to have a flash")
        began, deadline = image.stat().st_mtime_ns, time.monotonic() + WITHIN_S
        while image.stat().st_mtime_ns == began:
            assert time.monotonic() < deadline, f"{self.id} writes nothing"
            time.sleep(0.000_1)  # a tap is written in some milliseconds
        time.sleep(after_s)
        self.kill()
        self.start()

    def close(self) -> None:
        """End it all."""
        self.kill()
        self._hall.close()
        if self._connection is not None:
            self._connection.close()

    def hold(self, uid: bytes, button: int = 0) -> None:
        """Lay a card into the field and take it away; returns once the reader says that the tap is safe.

        A card that was there less than a second ago does not count as brought again: it is taken away for a while.
        """
        before = self.count("heard")
        card: dict[str, Any] = {"uid": uid.hex(), "button": button} if button else {"uid": uid.hex()}
        deadline = time.monotonic() + WITHIN_S
        heard = False
        while not heard:
            assert time.monotonic() < deadline, f"{self.id} did not hear {uid.hex()}; last {self.lines[-3:]}"
            self._say(card)
            heard = self._comes(lambda: self.count("heard") > before, 2.0)
            self._say({"uid": None})
            heard = heard or self._comes(lambda: self.count("heard") > before, 1.2)

    def bring(self, uid: bytes) -> tuple[int, int]:
        """Lay a card into the field in place of the last one, again whenever power is lost over it.

        Returns the (boot, seq) that it was shown as heard. One thread at a time.
        """
        before, deadline = len(self.heard), time.monotonic() + WITHIN_S
        while len(self.heard) == before:
            assert time.monotonic() < deadline, f"{self.id} did not hear {uid.hex()}; last {self.lines[-3:]}"
            self._comes(lambda: self._connection is not None, WITHIN_S)
            connection = self._connection
            with suppress(OSError):
                if connection is not None:
                    connection.sendall(json.dumps({"uid": uid.hex()}).encode() + b"\n")
                    self.brought += 1
            self._comes(lambda: len(self.heard) > before or self._connection is not connection, WITHIN_S)  # noqa: B023
        return self.heard[before]

    def wait_answered(self, boot: int, seq: int) -> None:
        """Wait until the receipt of this tap is shown."""

        def is_receipt(line: dict[str, Any]) -> bool:
            return line["show"] != "heard" and (line.get("boot"), line.get("seq")) == (boot, seq)

        self.wait(lambda: any(map(is_receipt, self.lines)), f"the receipt of {boot}, {seq}")

    @property
    def kid(self) -> str:
        """The key id that it signs with."""
        return str(json.loads((self.flash / "settings.json").read_text())["kid"])

    def unsettled(self) -> int:
        """Power it off and count the taps that its outbox keeps."""
        self.kill()
        script = Path(__file__).with_name("outbox_depth.py")
        command = [MICROPYTHON, "-X", "heapsize=256k", script, self.flash / "flash.img"]
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    def count(self, *words: str) -> int:
        """How many lines showed one of these words."""
        return sum(line["show"] in words for line in self.lines)

    def shown(self, word: str) -> dict[str, Any]:
        """The newest line that shows this word, waited for."""
        self.wait(lambda: self.count(word) > 0, f"{self.id} to show {word}")
        return [line for line in self.lines if line["show"] == word][-1]

    def wait_settled(self) -> None:
        """Wait until every tap that was heard has its visit's receipt."""
        self.wait(lambda: self.count("opened") == self.count("heard"), f"{self.id} to get its receipts")

    def wait(self, true: Callable[[], bool], what: str) -> None:
        """Wait for a condition on the lines."""
        if not self._comes(true, WITHIN_S):
            said = self._office.log[-1000:].decode(errors="replace")
            pytest.fail(f"{what}: not within {WITHIN_S:g} s; last {self.lines[-3:]}; the office said last:\n{said}")

    def _comes(self, true: Callable[[], bool], within_s: float) -> bool:
        with self._news:
            return self._news.wait_for(true, within_s)

    def _say(self, line: dict[str, Any]) -> None:
        until(lambda: self._connection is not None, f"{self.id} to connect to the hall")
        assert self._connection is not None
        self._connection.sendall(json.dumps(line).encode() + b"\n")

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._hall.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                try:
                    assert json.loads(next(lines)) == {"reader": self.id}
                    self._connect(connection)
                    for line in lines:
                        self._shown(json.loads(line))
                except (OSError, StopIteration, ValueError):
                    pass  # power was lost, perhaps in the middle of a line
                finally:
                    self._connect(None)

    def _connect(self, connection: socket.socket | None) -> None:
        with self._news:
            self._connection = connection
            self._news.notify_all()

    def _shown(self, line: dict[str, Any]) -> None:
        with self._news:
            self.lines.append(line)
            if line["show"] == "heard":
                self.heard.append((line["boot"], line["seq"]))
            self._news.notify_all()


def enrol(controller: Controller, count: int) -> dict[int, bytes]:
    """Enrol cards 1 to `count`; returns number to UID."""
    uids = {number: bytes((0x04, 0xA1, number >> 8, number & 255, 0x5E, 0x80, 0x01)) for number in range(1, count + 1)}
    cards = controller.data / "cards.csv"
    cards.write_text("number,uid\n" + "".join(f"{number},{uid.hex()}\n" for number, uid in uids.items()))
    luot("card", "import", cards, "--data", controller.data)
    return uids
