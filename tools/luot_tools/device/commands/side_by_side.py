"""Work on several boards at once, each on a thread of its own; what they say is told in the order in which it comes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple

from luot_controller.errors import LuotError
from luot_tools.device.commands.options import ProgressLine
from luot_tools.device.files import Progress
from luot_tools.device.setup import Step

Work = Callable[[str, Progress], Iterator[Step]]
"""(port, progress) to the steps, as they are done."""


class _Stopped(Exception):
    """Raised in the work when the command was interrupted."""


class _Far(NamedTuple):
    """How far a file is."""

    path: str
    done: int
    whole: int


def side_by_side(ports: Sequence[str], work: Work, show: Callable[[str, Step | LuotError], None]) -> list[LuotError]:
    """Do the work at each port, and show all that is done and what fails; returns what failed.

    One that fails ends no other. An interrupt ends each at its next step, and its board's program is started again.
    """
    said: SimpleQueue[tuple[str, Step | LuotError | _Far | None]] = SimpleQueue()
    stopping = Event()

    def run(port: str) -> None:
        def progress(path: str, done: int, whole: int) -> None:
            if stopping.is_set():
                raise _Stopped
            said.put((port, _Far(path, done, whole)))

        try:
            for step in work(port, progress):
                said.put((port, step))
                progress(step.name, 1, 1)
        except LuotError as error:
            said.put((port, error))
        except _Stopped:
            return
        finally:
            said.put((port, None))

    failed: list[LuotError] = []
    line = ProgressLine()
    with ThreadPoolExecutor(len(ports)) as pool:
        try:
            runs = [pool.submit(run, port) for port in ports]
            left = len(ports)
            while left:
                port, what = said.get()
                if isinstance(what, _Far):
                    line(f"{port} {what.path}", what.done, what.whole)
                    continue
                line.clear()
                if what is None:
                    left -= 1
                    continue
                if isinstance(what, LuotError):
                    failed.append(what)
                show(port, what)
        finally:
            stopping.set()
    for one in runs:
        one.result()
    return failed
