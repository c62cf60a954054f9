"""What stands around a reader in tests: MicroPython, a real mosquitto, a small controller, a hall."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from luot_protocol import codes, frames, office_frames

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MICROPYTHON = Path(sys.executable).with_name("micropython")
ENVIRONMENT = dict(os.environ, MICROPYPATH=f"{ROOT}/firmware:{ROOT}/protocol")
HEAP = "128k"
HEAP_OF_READER = "208k"
"""For the whole reader, and the models of its flash and its card chip."""
MOSQUITTO = "/usr/sbin/mosquitto"
USERS = {"entry-1": "reader secret", "office": "office secret", "reader": "secret"}
KEY, CARD_KEY, KID = bytes(range(32)), bytes(range(32, 64)), b"\x0a\x01"


def eventually(is_so: Callable[[], Any], what: str, within_s: float = 15.0) -> Any:
    """Wait until `is_so()` is true and return what it gave; fails with `what` after the limit."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = is_so()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError(f"not within {within_s} s: {what}")


def micropython(*arguments: object, heap: str = HEAP) -> list[str]:
    """The command that runs a file on MicroPython; give it ENVIRONMENT."""
    return [str(MICROPYTHON), "-X", f"heapsize={heap}", *map(str, arguments)]


def run_micropython(*arguments: object, heap: str = HEAP) -> subprocess.CompletedProcess[str]:
    """Run a file on MicroPython with the firmware's path; returns what it printed and its exit code."""
    command = micropython(*arguments, heap=heap)
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Mosquitto:
    """A broker of our own on a loopback port; stop() and start() are an outage."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        passwords = folder / "passwords"
        for number, (name, password) in enumerate(USERS.items()):
            create = ["-c"] if number == 0 else []
            subprocess.run(["mosquitto_passwd", "-b", *create, str(passwords), name, password], check=True)
        # Started as root it changes to another user, who must be able to read its files.
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous false", f"password_file {passwords}"]
        self._config.write_text("\n".join([*lines, "set_tcp_nodelay true", "persistence false", "user root", ""]))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        eventually(self._answers, "broker listens")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Office:
    """A controller of a few lines: verifies frames, notes their taps, and answers as `answer` says."""

    def __init__(self, port: int) -> None:
        self.key = KEY
        self.taps: list[frames.Tap] = []
        self.reports: list[dict[str, Any]] = []
        self.bad: list[str] = []
        self.states: list[str] = []
        self.answer: Callable[[frames.Tap], list[bytes]] = self.opened
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "office")
        self._client.username_pw_set("office", USERS["office"])
        self._client.reconnect_delay_set(1, 1)
        self._subscribed = threading.Event()
        topics = [("luot/1/demo/link/+/up", 1), ("luot/1/demo/link/+/state", 1)]
        self._client.on_connect = lambda *_: self._client.subscribe(topics)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_disconnect = lambda *_: self._subscribed.clear()
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.wait()

    def wait(self) -> None:
        """Until it listens."""
        assert self._subscribed.wait(15)

    def opened(self, tap: frames.Tap) -> list[bytes]:
        """A good receipt."""
        return [sealed(frames.Receipt(tap.boot, tap.seq, codes.OPENED, 17, 5, 10, 15))]

    def reported(self, is_so: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Wait for a report of health of which this is true; returns the first."""
        found: dict[str, Any] = eventually(lambda: next(filter(is_so, self.reports), None), f"{what}: {self.reports}")
        return found

    def silent(self, _tap: frames.Tap) -> list[bytes]:
        """No receipt."""
        return []

    def send(self, payload: bytes) -> None:
        self._client.publish("luot/1/demo/link/entry-1/down", payload, qos=1)

    def ids(self) -> list[tuple[int, int]]:
        """(boot, seq) of every frame that came, repetitions too."""
        return [(tap.boot, tap.seq) for tap in self.taps]

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _take(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/state"):
            self.states.append(json.loads(message.payload)["state"])
            return
        try:
            kind, tap = office_frames.read_up(frames.parse(message.payload), self.key)
        except ValueError as error:
            self.bad.append(str(error))
            return
        if kind == frames.KIND_HEALTH:
            self.reports.append(tap)
            return
        self.taps.append(tap)
        for payload in self.answer(tap):
            self.send(payload)


def sealed(receipt: frames.Receipt, kid: bytes = KID, key: bytes = KEY) -> bytes:
    return office_frames.seal_receipt(receipt, kid, key)


class Hall:
    """Stands in for the card chip and the light: lays cards in the field, notes what is shown."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.hellos: list[dict[str, Any]] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def send(self, text: str) -> None:
        connection = eventually(lambda: self._connection, "reader at the hall")
        connection.sendall(text.encode() + b"\n")

    def tap(self, uid: str) -> None:
        """Hold a card to the reader and take it away."""
        self.send(json.dumps({"uid": uid}))
        self.send(json.dumps({"uid": None}))

    def break_(self, part: str, how: str | int) -> None:
        """Break a part of the reader, or mend it; see boards/unix_faults.py."""
        self.send(json.dumps({part: how}))

    def shows(self) -> list[str]:
        return [line["show"] for line in self.lines]

    def saw(self, show: str, count: int = 1, within_s: float = 15.0) -> dict[str, Any]:
        """Wait until `show` was shown `count` times; returns that line."""
        eventually(lambda: self.shows().count(show) >= count, f"{show} x {count}; shown: {self.shows()}", within_s)
        return [line for line in self.lines if line["show"] == show][count - 1]

    def fault(self, fault: str, count: int = 1, within_s: float = 15.0) -> dict[str, Any]:
        """Wait until this fault was shown `count` times; returns that line."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if line.get("fault") == fault][count - 1 :]

        eventually(found, f"{fault} x {count}; shown: {self.lines}", within_s)
        return found()[0]

    def drop(self) -> None:
        """Break the connection."""
        if self._connection is not None:
            self._connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self.drop()
        self._thread.join(5)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                try:
                    self.hellos.append(json.loads(stream.readline()))
                    self._connection = connection
                    for line in stream:
                        self.lines.append(json.loads(line))
                except OSError:
                    pass
                finally:
                    self._connection = None


class Reader:
    """The reader's process on MicroPython, with its flash folder; kill() is a loss of power."""

    def __init__(self, flash: Path) -> None:
        self.flash = flash
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = micropython(ROOT / "firmware" / "main.py", self.flash, heap=HEAP_OF_READER)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=ENVIRONMENT, stdout=pipe, stderr=pipe, text=True)

    def fill(self, boot: int, count: int) -> None:
        """Before the first start: put `count` taps of an earlier start into its flash."""
        image = self.flash / "flash.img"
        done = run_micropython(HERE / "on_device.py", HERE, "on_littlefs", "fill", image, boot, count)
        assert (0, "") == (done.returncode, done.stderr)

    def line(self) -> str:
        """The next line on its standard output."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def kill(self) -> tuple[str, str]:
        """Power off; returns standard output and error."""
        return self._end(signal.SIGKILL)[1:]

    def interrupt(self) -> tuple[int, str, str]:
        """Ctrl-C; returns exit code, standard output and error."""
        return self._end(signal.SIGINT)

    def _end(self, number: int) -> tuple[int, str, str]:
        if self._process is None:
            return 0, "", ""
        os.kill(self._process.pid, number)
        out, err = self._process.communicate(timeout=10)
        code, self._process = self._process.returncode, None
        return code, out, err
