"""Runs blocking calls one after another on a thread of its own, and hands each outcome over; knows not what they do.

The thread is a daemon, not one of Textual's workers: those are joined when the app ends, and leaving must not wait for
a reply that may never come.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any


class Errands:
    """A lane of calls; `close` ends it after the call that is under way."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def run(self, call: Callable[[], Any], outcome: Callable[[Any | Exception], object]) -> None:
        """Make `call` when its turn comes, then give `outcome`, on this lane's thread, its result or exception."""

        def errand() -> None:
            try:
                result: Any = call()
            except Exception as error:  # noqa: BLE001 - the app's thread raises what it cannot put into words
                result = error
            outcome(result)

        self._calls.put(errand)

    def close(self) -> None:
        """Let the thread end; does not wait for it."""
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
