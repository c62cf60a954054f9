"""The office of `offices.Rig` with a clock that the test turns, and with all the ways of dying that a process has."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine_day import folded, picture

from luot_controller.store.sqlite import FILE, SqliteStore
from offices import Message, Rig

START_MS = 1_760_000_000_000


class Killed(BaseException):
    """The process is gone; nothing of the office may catch this."""


class TurnedClock:
    """Office time as the test says; arrivals are now."""

    speed = 1.0

    def __init__(self) -> None:
        self.ms = START_MS

    def at(self, _monotonic_ns: int) -> int:
        """Office time of an arrival."""
        return self.ms

    def now_ms(self) -> int:
        """Office time now."""
        return self.ms


class ClockedRig(Rig):
    """A Rig whose time stands still until it is told to go on."""

    def __init__(self, folder: Path) -> None:
        self.clock = TurnedClock()
        super().__init__(folder)

    def _open(self) -> None:
        super()._open()
        self.office._clock = self.clock  # type: ignore[assignment]

    def die_in(self, where: str, messages: list[Message]) -> None:
        """Take a turn of which the process dies: `before`, `inside` or `after` the commit, or while it publishes.

        What is then on disk, pages that SQLite has not yet brought to their place included, is where it goes on.
        """
        store, image = self.store, self.folder / "image"
        commit, write, publish = store.commit, store._write, self.bus.publish

        def die(deed: Callable[..., Any] | None) -> Callable[..., Any]:
            def dying(*args: Any, **more: Any) -> None:
                if deed is not None:
                    deed(*args, **more)
                if not image.exists():
                    image.mkdir()
                    for file in self.folder.glob(f"{FILE}*"):
                        shutil.copy(file, image)
                raise Killed

            return dying

        if where == "before":
            store.commit = die(None)  # type: ignore[method-assign]
        elif where == "inside":
            store._write = die(write)  # type: ignore[method-assign]
        elif where == "after":
            store.commit = die(commit)  # type: ignore[method-assign]
        else:
            self.bus.publish = die(publish)  # type: ignore[method-assign]
        try:
            self.office.turn(messages)
        except Killed:
            store.close()
            for file in self.folder.glob(f"{FILE}*"):
                file.unlink()
            for file in image.iterdir():
                file.rename(self.folder / file.name)
            image.rmdir()
        else:  # nothing was written or said: it dies now
            store.close()
        self.store = SqliteStore(self.folder)
        self._open()

    def live(self) -> dict[str, object]:
        """The state in memory, in plain values."""
        return picture(self.office._state, self.site.policy())

    def recovered(self) -> dict[str, object]:
        """What a start would find now."""
        return picture(self.store.recover(self.site.policy()).state, self.site.policy())

    def folded(self) -> dict[str, object]:
        """What the whole ledger adds up to."""
        facts = self.store.facts(0, 1_000_000)
        assert list(range(1, len(facts) + 1)) == [event_id for event_id, _ in facts]
        return picture(folded(self.site.policy(), [fact for _, fact in facts]), self.site.policy())
