"""Runs one foreign program, and ends all that it has started when it ends, or when the supervisor is gone.

Usage: python -I -S guardian.py DESCRIPTOR GRACE_S PROGRAM [ARGUMENT…]

The supervisor starts it by its path, and it imports nothing of Plures: so it is small, and up in milliseconds. DESCRIPTOR is the
reading end of a pipe that the supervisor holds open. The supervisor makes this process the leader of a group. What leaves the group,
as a daemon does, becomes a child of this process when its parent ends (on Linux), and so is found.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import FrameType

NOT_FOUND = 127
NOT_RUNNABLE = 126
_PR_SET_CHILD_SUBREAPER = 36
_DAEMON_PATIENCE_S = 2.0
_POLL_S = 0.02


def main() -> int:
    descriptor, grace_s, *command = sys.argv[1:]
    # The group gets these signals. The program decides what to do, and this process reports how it ended.
    # A handler, not SIG_IGN: the program would inherit that the signals are ignored.
    # SIGHUP stays ignored under nohup.
    hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    for number in (signal.SIGTERM, signal.SIGINT, *hang_up):
        signal.signal(number, _leave_it_to_the_program)
    _adopt_orphans()
    try:
        # The user's own command, from plures.toml.
        program = subprocess.Popen(command)  # noqa: S603
    except FileNotFoundError:
        return NOT_FOUND
    except OSError as error:
        # The supervisor prefixes it.
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return NOT_RUNNABLE
    orphaned = threading.Event()
    watching = (orphaned, int(descriptor), float(grace_s))
    threading.Thread(target=_end_group_with_supervisor, args=watching, daemon=True).start()
    status = program.returncode = _ended(program.pid)
    _end_daemons()
    if orphaned.is_set():
        # What the program has started may run still, and the supervisor that would end it is gone.
        os.killpg(os.getpgrp(), signal.SIGKILL)
    return status if status >= 0 else 128 - status


def descendants(pid: int) -> list[int]:
    """What a process has started, and what those have, where the system tells (Linux); else nothing."""
    children: list[int] = []
    # Processes may end while they are looked at.
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - pathlib takes as long to import as all else here
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as file:  # noqa: PTH123
                children += map(int, file.read().split())
    return children + [deeper for child in children for deeper in descendants(child)]


def kill_all(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to all of them that still run."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _ended(program: int) -> int:
    """Wait for the program, and bury the orphans that end before; its status as of `Popen.returncode`."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == program:
            return os.waitstatus_to_exitcode(status)


def _end_daemons() -> None:
    """End what left the group, and say so. What is in the group ends with the group."""
    daemons = [pid for pid in descendants(os.getpid()) if _left_group(pid)]
    if not daemons:
        return
    names = ", ".join(f"{_name(pid)} (process {pid})" for pid in daemons)
    # The supervisor prefixes it.
    print(f"left in the background, and ended with the command: {names}; start it in the foreground", file=sys.stderr)  # noqa: T201
    for number in (signal.SIGTERM, signal.SIGKILL):
        kill_all([pid for pid in descendants(os.getpid()) if _left_group(pid)], number)
        until = time.monotonic() + _DAEMON_PATIENCE_S
        while any(_left_group(pid) for pid in descendants(os.getpid())) and time.monotonic() < until:
            with suppress(ChildProcessError):
                os.waitpid(-1, os.WNOHANG)
            time.sleep(_POLL_S)


def _left_group(pid: int) -> bool:
    try:
        return os.getpgid(pid) != os.getpgrp()
    except ProcessLookupError:
        return False


def _name(pid: int) -> str:
    with suppress(OSError), open(f"/proc/{pid}/comm") as file:  # noqa: PTH123
        return file.read().strip()
    return "a program"


def _leave_it_to_the_program(_number: int, _frame: FrameType | None) -> None:
    pass


def _end_group_with_supervisor(orphaned: threading.Event, descriptor: int, grace_s: float) -> None:
    poll = select.poll()
    # The system reports a hang-up even when no event is asked for.
    poll.register(descriptor, 0)
    poll.poll()
    orphaned.set()
    os.killpg(os.getpgrp(), signal.SIGTERM)
    time.sleep(grace_s)
    kill_all([pid for pid in descendants(os.getpid()) if _left_group(pid)], signal.SIGKILL)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
