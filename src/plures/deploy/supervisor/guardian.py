"""Runs one foreign program, and ends its whole process group when the supervisor is gone.

Usage: python -I -S guardian.py DESCRIPTOR GRACE_S PROGRAM [ARGUMENT…]

The supervisor starts it by its path, and it imports nothing of Plures: so it is small, and up in milliseconds. DESCRIPTOR is the
reading end of a pipe that the supervisor holds open. The supervisor makes this process the leader of a group.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

NOT_FOUND = 127
NOT_RUNNABLE = 126


def main() -> int:
    descriptor, grace_s, *command = sys.argv[1:]
    # The group gets these signals. The program decides what to do, and this process reports how it ended.
    # A handler, not SIG_IGN: the program would inherit that the signals are ignored.
    # SIGHUP stays ignored under nohup.
    hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    for number in (signal.SIGTERM, signal.SIGINT, *hang_up):
        signal.signal(number, _leave_it_to_the_program)
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
    status = program.wait()
    if orphaned.is_set():
        # What the program has started may run still, and the supervisor that would end it is gone.
        os.killpg(os.getpgrp(), signal.SIGKILL)
    return status if status >= 0 else 128 - status


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
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
