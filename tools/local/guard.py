"""Become another program that ends when its parent ends: `guard.py PARENT_PID COMMAND...`."""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel for SIGTERM at the parent's death, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the request
            raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606  (no shell wanted)


if __name__ == "__main__":
    main()
