"""Readers on cables that a test can pull, and the bridge that carries them, as processes."""

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

from e2e.parts import ENVIRONMENT, MICROPYTHON, REPO, Controller, Reader, luot, until


class UsbCable:
    """A pseudo-terminal that stays with the reader, and one for each time that it is plugged in, named `path`.

    What is said while it is pulled is lost, as it is on a board that nobody listens to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._inner, self.terminal = _pair()
        self._outer: tuple[int, int] | None = None
        self._settled = threading.Event()
        self._wait, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def plug(self) -> None:
        """From now on there is a port."""
        outer = _pair()
        self._change(outer)
        self.path.symlink_to(os.ttyname(outer[1]))

    def pull(self) -> None:
        """There is none any more, whoever has it open; safe to call again."""
        self.path.unlink(missing_ok=True)
        self._change(None)

    def close(self) -> None:
        """No cable."""
        self.pull()
        os.close(self._wake)
        self._thread.join(10)
        for end in (self._inner, self.terminal, self._wait):
            os.close(end)

    def _change(self, outer: tuple[int, int] | None) -> None:
        """Have our thread, which alone uses it and closes it, take this end in place of the last one."""
        self._settled.clear()
        self._outer = outer
        os.write(self._wake, b"!")
        assert self._settled.wait(30)

    def _run(self) -> None:
        plugged: tuple[int, int] | None = None
        while True:
            ends = [self._inner, self._wait, *([plugged[0]] if plugged else [])]
            ready, _, _ = select.select(ends, [], [])
            if self._wait in ready:
                if not os.read(self._wait, 1):
                    return
                for end in plugged or ():
                    os.close(end)
                plugged = self._outer
                self._settled.set()
                continue
            with contextlib.suppress(OSError):  # full: nobody listens
                if self._inner in ready:
                    said = os.read(self._inner, 4096)
                    if plugged:
                        os.write(plugged[0], said)
                if plugged and plugged[0] in ready:
                    os.write(self._inner, os.read(plugged[0], 4096))


class WiredReader(Reader):
    """A reader whose frames go over `cable`; what it prints and complains of goes there too."""

    def __init__(self, controller: Controller, reader: str, flash: Path, port: Path) -> None:
        self.cable = UsbCable(port)
        super().__init__(controller, reader, flash)

    def provision(self) -> None:
        """See Reader; its settings name no broker."""
        hall = f"127.0.0.1:{self._hall.getsockname()[1]}"
        luot(
            "device", "provision", self.id, "--wired", "--data", self._office.data, "--out", self.flash, "--hall", hall
        )
        assert {"host", "port", "user", "password"}.isdisjoint(json.loads((self.flash / "settings.json").read_text()))

    def start(self) -> None:
        """Power on."""
        ends = dict.fromkeys(("stdin", "stdout", "stderr"), self.cable.terminal)
        command = [MICROPYTHON, "-X", "heapsize=256k", REPO / "firmware" / "main.py", self.flash]
        self._process = subprocess.Popen(command, env=ENVIRONMENT, **ends)  # type: ignore[call-overload]

    def close(self) -> None:
        """End it all."""
        super().close()
        self.cable.close()


class Bridge:
    """`luot device bridge --json` on these ports; `rows` has what it said last of each."""

    def __init__(self, *words: str | Path) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self._words = words
        self.start()

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "luot_controller.cli", "device", "bridge", "--json", *map(str, self._words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()

    def wait(self, port: Path, true: Callable[[dict[str, Any]], bool], what: str) -> None:
        """Until this is true of what it says of the port."""
        until(lambda: true(self.rows.get(str(port), {})), f"the bridge to say {what}, instead of {self.rows}")

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self._process.terminate()
        return self._process.wait(20)

    def _listen(self, said: Any) -> None:
        for line in said:
            row = json.loads(line)
            self.rows[row["port"]] = row


def _pair() -> tuple[int, int]:
    outer, port = os.openpty()
    tty.setraw(port)
    os.set_blocking(outer, False)
    return outer, port
