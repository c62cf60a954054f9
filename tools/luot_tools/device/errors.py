"""What can go wrong with a board's files and set-up, beside the line itself (`luot_tools.serial.errors`).

BoardProblem                    see luot_tools.serial.errors
  BoardFull                     needs_bytes, free_bytes
  FileDamaged                   what is on the board is not what was written, after several tries
  FileMissing                   no such file there
"""

from luot_tools.serial.errors import BoardProblem


class BoardFull(BoardProblem):
    """Raised before anything is written that does not fit."""

    code = "board.full"

    def __init__(self, address: str, needs_bytes: int, free_bytes: int) -> None:
        super().__init__(
            address,
            f"{needs_bytes} bytes are needed and {free_bytes} are free",
            "Nothing was written. See what is there with luot device files, and remove what is not needed.",
        )
        self.needs_bytes = needs_bytes
        self.free_bytes = free_bytes


class FileDamaged(BoardProblem):
    """Raised when a file came out different on the board; the file of that name there is the old one."""

    code = "file.damaged"

    def __init__(self, address: str, path: str) -> None:
        super().__init__(
            address, f"{path} came out different on the board", "Its flash may be worn out: try another board."
        )
        self.path = path


class FileMissing(BoardProblem):
    """Raised when there is no such file on the board."""

    code = "file.missing"

    def __init__(self, address: str, path: str) -> None:
        super().__init__(address, f"there is no {path} on it", "See what is there: luot device files")
        self.path = path
