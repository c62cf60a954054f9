"""A broker program run as our child: started, watched, restarted and stopped by its own pid, whatever program it is.

It never stops a process that it did not start, and never keeps one alive that the office no longer wants.
"""

import contextlib
import errno
import logging
import os
import queue
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import msgspec

from luot_controller.access import CONTROLLER, Access
from luot_controller.broker import child
from luot_controller.broker.users import User
from luot_controller.errors import BrokerFailed, LuotError
from luot_controller.mqtt import Connection

LOOPBACK = "127.0.0.1"

START_WITHIN_S = 15.0
STOP_WITHIN_S = 2.0
RELOAD_WITHIN_S = 5.0
FIRST_RESTART_S = 0.2
LONGEST_RESTART_S = 30.0
STEADY_AFTER_S = 60.0

_EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}

logger = logging.getLogger(__name__)


class BrokerProcess(ABC):
    """A broker that listens on one port for the given users, with its files in `folder`; not yet started.

    All methods may be called from any thread; `start`, `stop`, `ensure` and `reload` wait for one another.
    """

    kind: ClassVar[str]

    def __init__(self, folder: Path, users: Mapping[str, User], *, port: int, bind: str = LOOPBACK) -> None:
        self.port = port
        self.bind = bind
        self.problem: BrokerFailed | None = None
        self._folder = folder.absolute()
        self._users = dict(users)
        self._turn = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._wanted = False
        self._started_at = 0.0
        self._restart_delay_s = FIRST_RESTART_S
        self._next_restart_at = 0.0

    @property
    def alive(self) -> bool:
        """True while the program runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """Its process id; None when it does not run."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def log(self) -> Path:
        """What it last said, since its last start."""
        return self._folder / "broker.log"

    def start(self) -> None:
        """Start it and return when it takes connections; raises BrokerFailed, with the end of its log."""
        with self._turn:
            if self.alive:
                return
            self._wanted = True
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(self._users)
            self._check_port()
            self._spawn()
            self._started_at = time.monotonic()
            self._wait_until_it_answers()
            self.problem = None

    def stop(self) -> None:
        """End it: SIGTERM, then SIGKILL after two seconds. Safe to call again."""
        with self._turn:
            self._wanted = False
            process, keeper = self._process, self._keeper
            if process is None or keeper is None:
                return
            for ending in (signal.SIGTERM, signal.SIGKILL):
                process.send_signal(ending)
                keeper.join(STOP_WITHIN_S)
                if not keeper.is_alive():
                    break
            self._process = self._keeper = None

    def ensure(self) -> bool:
        """Start it again if it died, on the same port, with a growing pause between tries; True when it runs.

        To be called every second or so; it returns at once unless a restart is due, which may take START_WITHIN_S.
        After a failed try `problem` says why.
        """
        if self.alive or not self._wanted:
            return self.alive
        with self._turn:
            now = time.monotonic()
            if now - self._started_at > STEADY_AFTER_S:
                self._restart_delay_s = FIRST_RESTART_S
            if now < self._next_restart_at:
                return False
            self._next_restart_at = now + self._restart_delay_s
            self._restart_delay_s = min(self._restart_delay_s * 2, LONGEST_RESTART_S)
            logger.warning("the broker %s has ended; it is started again. Its last words: %s", self.kind, self._tail())
            try:
                self.start()
            except BrokerFailed as problem:
                self.problem = problem
                logger.error("%s", problem)
            return self.alive

    def reload(self, users: Mapping[str, User]) -> None:
        """Let it know these users instead, without a restart; returns when the new ones can connect.

        Raises BrokerFailed when they cannot within a few seconds. Whoever is gone loses the connection or its rights.
        """
        with self._turn:
            added = [user for name, user in users.items() if self._users.get(name) != user]
            self._users = dict(users)
            if not self.alive or self._process is None:
                return
            self._write(self._users)
            self._process.send_signal(signal.SIGHUP)
            until = time.monotonic() + RELOAD_WITHIN_S
            for user in added:
                while not self._admits(user.access):
                    if time.monotonic() > until or not self.alive:
                        raise self._failed(f"{self.kind} does not take {user.access.name} as a new user")

    @abstractmethod
    def _write(self, users: Mapping[str, User]) -> None:
        """Write every file that the program reads, into the folder."""

    @abstractmethod
    def _command(self) -> list[str]:
        """The program's absolute path and its arguments."""

    def _save(self, name: str, text: str) -> Path:
        """Write a file of the folder in one step, readable by us only; returns its path."""
        path = self._folder / name
        fresh = path.with_name(f"{name}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
        return path

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.bind else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.bind, self.port))
                probe.listen()
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise BrokerFailed(
                        f"port {self.port} of {self.bind} is taken by another program",
                        f"Stop it (ss -ltnp 'sport = :{self.port}' names it), or choose another port.",
                    ) from error
                raise BrokerFailed(
                    f"the broker cannot listen on {self.bind}:{self.port}: {error.strerror}",
                    "Choose an address of this machine, and a port above 1023.",
                ) from error

    def _spawn(self) -> None:
        begun: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()
        keeper = threading.Thread(target=self._keep, args=(begun,), name=f"broker {self.kind}", daemon=True)
        keeper.start()
        outcome = begun.get()
        if isinstance(outcome, OSError):
            raise BrokerFailed(f"{self.kind} cannot be started: {outcome}") from outcome
        self._process, self._keeper = outcome, keeper

    def _keep(self, begun: "queue.SimpleQueue[subprocess.Popen[bytes] | OSError]") -> None:
        """Start the child and wait for its end: the kernel ends the child when the thread that started it ends."""
        command = [sys.executable, "-I", "-S", child.__file__, str(os.getpid()), *self._command()]
        try:
            with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self._folder,
                    start_new_session=True,  # Ctrl-C is for the office, which still has something to say to the broker
                )
        except OSError as error:
            begun.put(error)
            return
        begun.put(process)
        process.wait()

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + START_WITHIN_S
        connection = self._probe(self._users[CONTROLLER].access)
        try:
            while self.alive and time.monotonic() < until:
                with contextlib.suppress(LuotError):
                    connection.wait_connected(0.05)
                if connection.connected and self.alive:
                    return
        finally:
            connection.stop()
        ended = "ended at once" if not self.alive else f"does not answer after {START_WITHIN_S:g} s"
        problem = self._failed(f"{self.kind} {ended}")
        wanted = self._wanted
        self.stop()
        self._wanted = wanted
        raise problem

    def _admits(self, access: Access) -> bool:
        connection = self._probe(access)
        try:
            connection.wait_connected(1.0)
        except LuotError:
            time.sleep(0.02)
            return False
        else:
            return True
        finally:
            connection.stop()

    def _probe(self, access: Access) -> Connection:
        host = _EVERYWHERE.get(self.bind, self.bind)
        here = msgspec.structs.replace(access, host=host, port=self.port)
        connection = Connection(here, f"probe-{secrets.token_hex(4)}", on_message=lambda _: None)
        connection.start()
        return connection

    def _failed(self, subject: str) -> BrokerFailed:
        return BrokerFailed(
            f"the broker {subject}", f"It said: {self._tail() or 'nothing'}\nAll of it is in {self.log}"
        )

    def _tail(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return " | ".join(line.strip() for line in lines[-5:])
