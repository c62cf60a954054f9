"""Becomes the program it is given, so that it ends when the one who started it ends; imports nothing of ours.

Run as `python tether.py <pid of the parent> <signal number> <program> <arguments>...`. On Linux the kernel sends that
signal when the thread that started it has ended, however it did; elsewhere a killed parent leaves its child running.
"""

import ctypes
import os
import sys

# From linux/prctl.h; kept across exec.
PR_SET_PDEATHSIG = 1


def main(parent: int, signal_number: int, command: list[str]) -> None:
    """Replace this process by `command`; returns never, exits with 127 when there is no such program."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("whoever started this has ended")
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
