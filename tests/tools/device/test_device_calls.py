"""Calls on a real MicroPython: over a pseudo-terminal, TCP and RFC 2217, clean and disturbed, and its cable pulled."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest
import serial
from pty_board import PtyBoard
from serial.rfc2217 import PortManager

from luot_tools.device import onboard
from luot_tools.device.board import Board, connect
from luot_tools.serial import port
from luot_tools.serial.errors import (
    BoardNeverPrompts,
    BoardProblem,
    PortAddressInvalid,
    PortBusy,
    PortLost,
    PortMissing,
    ProgramFailed,
    ProgramTimedOut,
)

pytestmark = pytest.mark.real


def for_ever() -> None:
    while True:
        pass


def test_a_call(board: Board) -> None:
    """What the board is, as it says itself; raw-paste mode is what is used."""
    about = board.call(onboard.about)
    assert ("linux", True) == (about["platform"], about["heap"] > 100_000)
    assert board.repl._pastes


def test_without_raw_paste_mode(board: Board) -> None:
    """The older mode gives the same."""
    board.enter()
    board.repl._pastes = False
    assert "linux" == board.call(onboard.about)["platform"]


def test_what_is_raised_there(board: Board) -> None:
    """The board's exception by its name, and the board is still ours."""
    with pytest.raises(ProgramFailed) as raised:
        board.call(onboard.piece, "nothing", 0, 1)
    assert ("OSError", "[Errno 2] ENOENT") == (raised.value.kind, raised.value.detail)
    assert [] == board.call(onboard.listing, "")


def test_what_does_not_end_there(board: Board) -> None:
    """It is interrupted, and the next call works."""
    with pytest.raises(ProgramTimedOut):
        board.call_within(0.3, for_ever)
    assert [] == board.call(onboard.listing, "")


MAINS = {
    "busy": "while True: pass",
    "talkative": "while True: print('tap')",
    "asyncio": "import asyncio\nasync def f():\n while True: await asyncio.sleep(1)\nasyncio.run(f())",
    "exits when stopped": (
        "import sys, time, asyncio\nprint('starts')\ntime.sleep(0.1)\n"
        "try:\n while True: pass\nexcept KeyboardInterrupt: pass\nsys.exit(0)"
    ),
    "fails": "1 / 0",
    "reads the console": "import sys\nwhile True: sys.stdin.read(1)",
}


@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS)
def test_a_running_program_is_stopped(pty_board: PtyBoard, main: str) -> None:
    """Whatever main.py does, the board is taken over; also when its exit makes the board start it anew."""
    pty_board.unplug()
    (pty_board.store / "main.py").write_text(main)
    pty_board.plug()
    with connect(str(pty_board.path)) as board:
        assert "linux" == board.call(onboard.about)["platform"]


def test_a_program_that_refuses(pty_board: PtyBoard) -> None:
    """One that cannot be interrupted, as after micropython.kbd_intr(-1), is named, within the limit."""
    pty_board.unplug()
    (pty_board.store / "main.py").write_text("while True: print('no')")
    pty_board.to_board = lambda data: data.replace(b"\x03", b"")
    pty_board.plug()
    with connect(str(pty_board.path)) as board, pytest.raises(BoardNeverPrompts):
        board.repl.enter(1.5)


def test_restart(pty_board: PtyBoard, board: Board) -> None:
    """MicroPython starts anew, without main.py, and is still ours."""
    board.enter()
    (pty_board.store / "main.py").write_text("open('ran', 'w').close()")
    starts = pty_board.starts
    board.restart()
    assert [["main.py", 24]] == board.call(onboard.listing, "")
    assert starts < pty_board.starts


def test_the_cable_is_pulled(pty_board: PtyBoard, board: Board) -> None:
    """At once, the error says so and what to do."""
    board.enter()
    pty_board.unplug()
    with pytest.raises(PortLost) as raised:
        board.call(onboard.about)
    assert "Plug it in again" in raised.value.hint


def test_one_program_at_a_time(pty_board: PtyBoard, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two on one port would take each other's answers; for a while the second waits for the first."""
    assert "linux" == board.call(onboard.about)["platform"]
    closing = threading.Timer(0.3, board.close)
    closing.start()
    with connect(str(pty_board.path)) as second:
        assert "linux" == second.call(onboard.about)["platform"]
        closing.join()
        monkeypatch.setattr(port, "BUSY_FOR_S", 0.2)
        with pytest.raises(PortBusy):
            connect(str(pty_board.path))


def test_a_closed_port(board: Board) -> None:
    """Whoever goes on using it is told, as when the cable is pulled."""
    board.close()
    with pytest.raises(PortLost):
        board.call(onboard.about)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("/dev/nothing-here", PortMissing),
        ("socket://127.0.0.1:1", PortMissing),
        ("rfc2217://127.0.0.1:1", PortMissing),
        ("smoke://signal", PortAddressInvalid),
        ("socket://no-port", PortMissing),
    ],
)
def test_addresses_that_lead_nowhere(address: str, error: type[BoardProblem]) -> None:
    """Each is named with what to do next."""
    with pytest.raises(error) as raised:
        connect(address)
    assert address in raised.value.subject
    assert raised.value.hint


@pytest.mark.parametrize("seed", range(12))
def test_noise_on_a_real_line(pty_board: PtyBoard, seed: int) -> None:
    """About one byte in a thousand is wrong, both ways: a call still gives the right answer, or a named error."""
    dice = Random(f"noise {seed}")
    (pty_board.store / "text").write_text("abcd")

    def noisy(data: bytes) -> bytes:
        return bytes(dice.randrange(256) if dice.random() < 0.001 else byte for byte in data)

    pty_board.to_board = pty_board.from_board = noisy
    with connect(str(pty_board.path)) as board:
        try:
            answer = board.call_within(2, onboard.piece, "text", 1, 2)
        except BoardProblem as error:
            answer = error.hint and "YmM="
    assert "YmM=" == answer


class Line(serial.Serial):  # type: ignore[misc]
    """A pseudo-terminal, which has no modem lines to set or to ask."""

    def _update_dtr_state(self) -> None:
        pass

    def _update_rts_state(self) -> None:
        pass

    cts = dsr = ri = cd = False


@contextmanager
def served(board: PtyBoard, serve: Callable[[socket.socket, serial.Serial], None]) -> Iterator[int]:
    """The board's port on a loopback port of TCP, for one connection."""
    server = socket.create_server(("127.0.0.1", 0))
    line = Line(str(board.path), timeout=0.005)

    def work() -> None:
        connection, _ = server.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(0.005)
        with connection, suppress(ConnectionError):
            serve(connection, line)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        thread.join(10)
        server.close()
        line.close()


def raw(connection: socket.socket, line: serial.Serial) -> None:
    """Bytes as they are, until the other end hangs up."""
    while True:
        connection.sendall(line.read(max(1, line.in_waiting)))
        try:
            data = connection.recv(1024)
        except TimeoutError:
            continue
        if not data:
            return
        line.write(data)


def rfc2217(connection: socket.socket, line: serial.Serial) -> None:
    """With the telnet options of RFC 2217, as pyserial's own server does it."""

    class Out:
        def write(self, data: bytes) -> None:
            connection.sendall(data)

    manager = PortManager(line, Out())
    while True:
        connection.sendall(b"".join(manager.escape(line.read(max(1, line.in_waiting)))))
        try:
            data = connection.recv(1024)
        except TimeoutError:
            continue
        if not data:
            return
        line.write(b"".join(manager.filter(data)))


@pytest.mark.filterwarnings("ignore:set.*:DeprecationWarning:serial")
@pytest.mark.parametrize(("scheme", "serve"), [("socket", raw), ("rfc2217", rfc2217)], ids=["socket", "rfc2217"])
def test_over_the_network(pty_board: PtyBoard, scheme: str, serve: Callable[..., None]) -> None:
    """A board in another room, at a serial server: the same calls, until it hangs up."""
    with served(pty_board, serve) as number, connect(f"{scheme}://127.0.0.1:{number}") as board:
        assert "linux" == board.call(onboard.about)["platform"]
        assert board.repl._pastes
