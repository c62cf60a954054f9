"""A real reader on MicroPython at a real office: how soon a card has its receipt, and how little heap is enough."""

import json
import select
import shutil
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from luot_controller.errors import LuotError, TimedOut
from luot_tools.bench.device import compiled
from luot_tools.bench.extent import Extent
from luot_tools.bench.figures import Reading, Readings
from luot_tools.bench.ground import Ground, office
from luot_tools.bench.processes import Process, luot, run
from luot_tools.bench.watched import BARE, BOARD, WATCHER
from luot_tools.sim import cards
from luot_tools.sim.readers import find_micropython

READER = "entry-1"
ROOMY_HEAP_KB = 256
LEAST_HEAP_KB = 32

WITHIN_S = 20.0
_PAUSE_S = 0.05
_LOOK_S = 0.02
_RECEIPTS = ("opened", "waiting")
_CODE = "reader-code"
_AHEAD = 2
"""Taps that are laid before the receipt of the first is waited for."""


def card_to_receipt(ground: Ground, extent: Extent, tell: Callable[[str], None]) -> Readings:
    """The median time from a card in the field to its receipt, and to the reader's own word that it was heard."""
    heard, settled = [], []
    with _office_and_hall(ground, "receipt") as (data, hall), _reader(ground, data, hall, ROOMY_HEAP_KB, "receipt"):
        hall.wait_shows(("ready",))
        for card in _uids(ground)[: extent.reader_taps]:
            time.sleep(_PAUSE_S)
            began_ns = time.monotonic_ns()
            hall.lay(card)
            hall.lay(None)
            heard.append((hall.wait_shows(("heard",)) - began_ns) / 1e6)
            settled.append((hall.wait_shows(_RECEIPTS) - began_ns) / 1e6)
    reading = Reading(statistics.median(settled), statistics.median(heard))
    tell(f"card to receipt: {reading.value:.1f} ms, heard after {reading.baseline:.1f} ms")
    return {"card_to_receipt_p50_ms": reading}


def heap(ground: Ground, extent: Extent, tell: Callable[[str], None]) -> Readings:
    """The most that lives on a reader's heap during many taps, and the smallest heap, in steps, that is enough."""
    bare = int(run("MicroPython", find_micropython(), "-X", f"heapsize={ROOMY_HEAP_KB}k", "-c", BARE))
    watcher = ground.folder / "watched.py"
    watcher.write_text(WATCHER, encoding="utf-8")
    watcher.with_name("watched_board.py").write_text(BOARD, encoding="utf-8")
    with _office_and_hall(ground, "heap") as (data, hall):
        if not _works(ground, data, hall, ROOMY_HEAP_KB, extent.heap_taps, watcher):
            raise LuotError(f"a reader does not settle {extent.heap_taps} taps in {ROOMY_HEAP_KB} KB of heap")
        peak = int((ground.folder / "reader-heap.log").read_text(encoding="utf-8").split()[-1])
        tell(f"heap: at most {peak:,} bytes in use over {extent.heap_taps:,} taps")
        too_small, enough = LEAST_HEAP_KB, ROOMY_HEAP_KB
        while enough - too_small > extent.heap_step_kb:
            middle = (too_small + enough) // 2
            if _works(ground, data, hall, middle, extent.least_heap_taps, watcher):
                enough = middle
            else:
                too_small = middle
        tell(f"heap: {enough} KB are enough")
    return {
        "firmware_peak_heap_bytes": Reading(peak, bare),
        "firmware_least_heap_bytes": Reading(enough * 1024, None),
    }


class Hall:
    """The one reader's end of the hall: lays cards, and sees what is shown and when."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._connection: socket.socket | None = None
        self._rest = b""
        self._shown: list[dict[str, Any]] = []
        self._arrived_ns = 0

    def meet(self, reader: Process) -> None:
        """Wait for the reader to come; raises TimedOut, or an OSError when it has ended instead."""
        self.part()
        until = time.monotonic() + WITHIN_S
        while not select.select([self._server], (), (), _LOOK_S)[0]:
            if not reader.running:
                raise ConnectionAbortedError("the reader has ended")
            if time.monotonic() > until:
                raise TimedOut(f"no reader came to the hall within {WITHIN_S:g} s")
        self._connection, _ = self._server.accept()
        self._connection.settimeout(WITHIN_S)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def part(self) -> None:
        """Forget the reader."""
        self._rest, self._shown = b"", []
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def lay(self, uid: str | None) -> None:
        """This card, or none, lies in the field. An OSError when the reader has gone."""
        assert self._connection is not None
        self._connection.sendall(json.dumps({"uid": uid}).encode() + b"\n")

    def wait_shows(self, words: Sequence[str]) -> int:
        """When the reader showed one of these words next, monotonic ns; passes over others. An OSError, TimedOut."""
        assert self._connection is not None
        while True:
            while self._shown:
                if self._shown.pop(0).get("show") in words:
                    return self._arrived_ns
            try:
                data = self._connection.recv(65536)
            except TimeoutError:
                raise TimedOut(f"the reader has shown none of {', '.join(words)} within {WITHIN_S:g} s") from None
            if not data:
                raise ConnectionResetError("the reader has gone")
            self._arrived_ns = time.monotonic_ns()
            *lines, self._rest = (self._rest + data).split(b"\n")
            self._shown += [json.loads(line) for line in lines]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.part()
        self._server.close()


@contextmanager
def _office_and_hall(ground: Ground, name: str) -> Iterator[tuple[Path, Hall]]:
    data = ground.copy(name)
    with office(data), Hall() as hall:
        yield data, hall


@contextmanager
def _reader(
    ground: Ground, data: Path, hall: Hall, heap_kb: int, name: str, program: Path | None = None
) -> Iterator[Process]:
    """The firmware, compiled as on a board, with a new flash and key, at the hall; `program` stands for main."""
    code = ground.folder / _CODE
    if not code.exists():
        compiled(code)
    flash = ground.folder / f"flash-{name}"
    shutil.rmtree(flash, ignore_errors=True)
    luot("device", "provision", READER, "--data", data, "--out", flash, "--hall", hall.address)
    command = (find_micropython(), "-X", f"heapsize={heap_kb}k", program or code / "main.py", flash)
    with Process(
        "the reader", *command, log=ground.folder / f"reader-{name}.log", env={"MICROPYPATH": str(code)}
    ) as process:
        hall.meet(process)
        yield process


def _works(ground: Ground, data: Path, hall: Hall, heap_kb: int, count: int, program: Path) -> bool:
    """Whether a reader with so much heap settles so many taps, some of them at a time."""
    uids = islice(cycle(_uids(ground)), count)
    with suppress(TimedOut, OSError), _reader(ground, data, hall, heap_kb, "heap", program):
        hall.wait_shows(("ready",))
        for number, uid in enumerate(uids):
            hall.lay(uid)
            hall.lay(None)
            if number >= _AHEAD:
                hall.wait_shows(_RECEIPTS)
        for _ in range(min(count, _AHEAD)):
            hall.wait_shows(_RECEIPTS)
        return True
    return False


def _uids(ground: Ground) -> list[str]:
    return [card.uid for card in cards.read(ground.card_list)]
