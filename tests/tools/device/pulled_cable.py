"""A port whose cable is pulled at a chosen write, and how often a piece of work writes."""

from collections.abc import Callable

from pty_board import PtyBoard

from luot_tools.device.board import Board, over
from luot_tools.serial.errors import PortLost
from luot_tools.serial.port import Port, open_port


class Cable:
    """A Port that counts its writes, and pulls the board's cable at write `cut_at`.

    Odd writes are lost with it; even ones arrive first, so that the board may have done what its answer does not say.
    """

    def __init__(self, board: PtyBoard, cut_at: int | None) -> None:
        self._port: Port = open_port(str(board.path))
        self._board = board
        self._cut_at = cut_at
        self.address = self._port.address
        self.writes = 0

    def read(self, within_s: float) -> bytes:
        return self._port.read(within_s)

    def write(self, data: bytes) -> None:
        self.writes += 1
        if self.writes == self._cut_at:
            if self.writes % 2 == 0:
                self._port.write(data)
                self._port.read(0.002)
            self._board.unplug()
        self._port.write(data)

    def close(self) -> None:
        self._port.close()


def writes_of(board: PtyBoard, work: Callable[[Board], object]) -> int:
    """How many writes it takes."""
    cable = Cable(board, None)
    with over(cable) as connection:
        work(connection)
    return cable.writes


def cut_during(board: PtyBoard, cut_at: int, work: Callable[[Board], object]) -> bool:
    """Do it with the cable pulled at that write; plug it in again after it. False when it was done before the cut."""
    cable = Cable(board, cut_at)
    try:
        with over(cable) as connection:
            work(connection)
    except PortLost:
        return True
    finally:
        board.unplug()
        board.plug()
    return False
