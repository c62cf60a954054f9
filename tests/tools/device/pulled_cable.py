"""A port whose cable is pulled at a chosen moment, and how many such moments a piece of work has."""

from collections.abc import Callable

from pty_board import PtyBoard

from luot_tools.device.board import Board, over
from luot_tools.serial.errors import PortLost
from luot_tools.serial.port import Port, open_port

END_OF_PROGRAM = b"\x04"


class Cable:
    """A Port that counts its writes, and pulls the board's cable at write `cut_at`.

    With `only`, only writes of these bytes count. When `arrives` the write reaches the board before the cut, which may
    so have done what its answer does not say any more; else it is lost.
    """

    def __init__(self, board: PtyBoard, cut_at: int | None, only: bytes | None = None, arrives: bool = False) -> None:
        self._port: Port = open_port(str(board.path))
        self._board = board
        self._cut_at = cut_at
        self._only = only
        self._arrives = arrives
        self.address = self._port.address
        self.writes = 0

    def read(self, within_s: float) -> bytes:
        return self._port.read(within_s)

    def write(self, data: bytes) -> None:
        self.writes += self._only in (None, data)
        if self.writes == self._cut_at:
            if self._arrives:
                self._port.write(data)
                self._port.read(0.05)
            self._board.unplug()
        self._port.write(data)

    def close(self) -> None:
        self._port.close()


def writes_of(board: PtyBoard, work: Callable[[Board], object], only: bytes | None = None) -> int:
    """How many writes it takes."""
    cable = Cable(board, None, only)
    with over(cable) as connection:
        work(connection)
    return cable.writes


def cut_during(
    board: PtyBoard, cut_at: int, work: Callable[[Board], object], only: bytes | None = None, arrives: bool = False
) -> bool:
    """Do it with the cable pulled at that write; plug it in again after it. False when it was done before the cut."""
    cable = Cable(board, cut_at, only, arrives)
    try:
        with over(cable) as connection:
            work(connection)
    except PortLost:
        return True
    finally:
        board.unplug()
        board.plug()
    return False
