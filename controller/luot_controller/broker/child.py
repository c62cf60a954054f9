"""Becomes the broker program, so that it dies with the office that started it; imports nothing of ours.

Run as `python child.py <pid of the office> <program> <arguments>...`. On Linux the kernel then kills the broker
when the thread that started it ends, however the office died; elsewhere a killed office leaves its broker running.
"""

import ctypes
import os
import signal
import sys

# From linux/prctl.h; kept across exec.
PR_SET_PDEATHSIG = 1


def main(office_pid: int, command: list[str]) -> None:
    """Replace this process by `command`; returns never, exits with 127 when there is no such program."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != office_pid:
            sys.exit("the office ended before its broker began")
    try:
        os.execv(command[0], command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
