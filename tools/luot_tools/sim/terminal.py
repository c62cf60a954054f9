"""Gives the terminal back as it was, whatever a full-screen program that was killed has left behind."""

import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

# Stop reporting mouse, focus, pastes and sizes, leave the alternate screen, show the cursor, leave the kitty keyboard
# protocol, plain colours: xterm's control sequences. Each does nothing where it is so already.
_AS_BEFORE = "".join(
    (
        *(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1004, 1006, 1015, 1016, 2004, 2048, 1049)),
        "\x1b[?25h",
        "\x1b[<u",
        "\x1b[0m",
    )
)


@contextmanager
def kept_terminal() -> Iterator[None]:
    """Restore the terminal on stdin, and the screen on stdout, unless the program inside has done so itself."""
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        if termios.tcgetattr(sys.stdin) != before:
            termios.tcsetattr(sys.stdin, termios.TCSANOW, before)
            sys.stdout.write(_AS_BEFORE)
            sys.stdout.flush()
