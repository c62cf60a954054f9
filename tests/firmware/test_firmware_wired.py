"""The reader on a cable: what it says to a bridge and takes from one, on a real MicroPython at this test's pipes."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from surroundings import (
    CARD_KEY,
    ENVIRONMENT,
    HEAP_OF_READER,
    HERE,
    KEY,
    KID,
    Hall,
    eventually,
    micropython,
    sealed,
)

from luot_protocol import codes, faults, frames, office_frames, wired

pytestmark = pytest.mark.real

A, B = "04a1b2c3", "04d5e6f7"
SETTINGS = {
    "reader": "entry-1",
    "site": "demo",
    "role": "entry",
    "kid": KID.hex(),
    "key": KEY.hex(),
    "card_key": CARD_KEY.hex(),
    "link": "entry-1",
    "language": "en",
}


class OnCable:
    """A reader at pipes. said: the lines that it has said, in order; printed: all else too.

    answers: what it hears as soon as it has said a line of that kind, made of the line's body.
    """

    def __init__(self, flash: Path, **settings: Any) -> None:
        flash.mkdir()
        (flash / "settings.json").write_text(json.dumps(SETTINGS | settings))
        command = micropython(HERE / "hasty_reader.py", flash, heap=HEAP_OF_READER)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, env=ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, bufsize=0
        )
        self.said: list[tuple[bytes, bytes]] = []
        self.printed = b""
        self.answers: dict[bytes, Callable[[bytes], bytes]] = {}
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def hello(self, kind: bytes, body: bytes = b"") -> None:
        """From now on its hellos are answered like this."""
        self.answers[wired.HELLO] = lambda _body: wired.line(kind, body)

    def hang_up(self) -> None:
        """No more comes from us."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def taps(self) -> list[frames.Tap]:
        """Those that came, verified."""
        read = [office_frames.read_up(frames.parse(body), KEY) for kind, body in self.said if kind == wired.UP]
        return [meaning for kind, meaning in read if kind == frames.KIND_TAP]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join(10)
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        lines = wired.Lines(wired.ALL_UP)
        while data := self._process.stdout.read(4096):
            self.printed += data
            for kind, body in lines.feed(data):
                self.said.append((kind, body))
                answer = self.answers.get(kind)
                if answer is not None:
                    self._process.stdin.write(answer(body))


@pytest.fixture
def reader(tmp_path: Path, hall: Hall) -> Iterator[OnCable]:
    """Started, with nobody at the other end yet."""
    on_cable = OnCable(tmp_path / "flash", hall=hall.address)
    yield on_cable
    on_cable.close()


def test_a_tap_and_its_receipt(reader: OnCable, hall: Hall) -> None:
    """It says who it is until it is welcomed; then the tap goes up as over MQTT, and noise around a receipt is none."""

    def answer(body: bytes) -> bytes:
        kind, tap = office_frames.read_up(frames.parse(body), KEY)
        if kind != frames.KIND_TAP:
            return b""
        line = wired.line(wired.DOWN, sealed(frames.Receipt(tap.boot, tap.seq, codes.OPENED, 17, 5)))
        return bytes(range(4, 200)) + line[:50] + b"\r\n>>> " + line + line[:9] + b"\n"

    hall.fault("broker.unreachable")
    eventually(lambda: len(reader.said) > 1, "several hellos")
    assert {(wired.HELLO, b"demo/entry-1")} == set(reader.said)
    reader.answers[wired.UP] = answer
    reader.hello(wired.WELCOME)
    hall.tap(A)
    assert (17, 5) == ((line := hall.saw("opened"))["number"], line["ahead"])
    eventually(lambda: b"links ['wired']" in reader.printed, "the link that it has loaded")
    assert b"'mqtt'" not in reader.printed


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (bytes((faults.BROKER_FORBIDS,)), "broker.forbids"),
        (bytes((faults.BROKER_REFUSES,)), "broker.refuses"),
        (bytes((faults.CHIP_ABSENT,)), "broker.unreachable"),
        (b"", "broker.unreachable"),
    ],
)
def test_a_bridge_that_carries_nothing(reader: OnCable, hall: Hall, body: bytes, fault: str) -> None:
    """What it says is shown, what no bridge says is no fault of another part; taps are kept, and go up afterwards."""
    reader.hello(wired.WELCOME)
    hall.saw("ready")
    shown = len([line for line in hall.lines if line.get("fault") == fault])
    reader.hello(wired.CLOSED, body)
    hall.fault(fault, shown + 1)
    hall.tap(A)
    hall.saw("heard")
    assert [] == reader.taps()
    reader.hello(wired.WELCOME)
    eventually(reader.taps, "the tap")


def test_a_bridge_that_dies(reader: OnCable, hall: Hall) -> None:
    """Without a line for a while it is taken to be gone; when it is back, what is open is sent in a new session."""
    reader.hello(wired.WELCOME)
    hall.saw("ready")
    del reader.answers[wired.HELLO]
    hall.fault("broker.silent")
    hall.tap(A)
    hall.saw("heard")
    reader.hello(wired.WELCOME)
    hall.saw("ready", 2)
    eventually(reader.taps, "the tap")


def test_a_closed_line(reader: OnCable, hall: Hall) -> None:
    """Where nothing can ever come, it goes on taking cards."""
    reader.hang_up()
    eventually(lambda: b"the serial line is closed" in reader.printed, "a word of it")
    hall.tap(A)
    hall.tap(B)
    hall.saw("heard", 2)


def test_a_reader_with_a_network_loads_nothing_of_this(tmp_path: Path, hall: Hall) -> None:
    """Each carries one link, and says nothing on its serial line that has one elsewhere."""
    reader = OnCable(tmp_path / "flash", hall=hall.address, host="127.0.0.1", port=9, user="u", password="p")
    hall.saw("offline")
    eventually(lambda: b"links ['mqtt']" in reader.printed, "the link that it has loaded")
    assert (False, []) == (b"'wired'" in reader.printed, reader.said)
    reader.close()
