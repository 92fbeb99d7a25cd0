"""Runs one foreign program, and takes its whole process group down when the supervisor is gone.

Usage: python -I -S guardian.py DESCRIPTOR GRACE_S PROGRAM [ARGUMENT…]

It is started by its path and imports nothing of Plures, so that it is up in milliseconds and small. DESCRIPTOR is the reading end
of a pipe that the supervisor holds open; the supervisor makes this process the leader of a group.
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
    # The group gets these signals; the program decides what to make of them, and we report how it ended.
    # A handler, not SIG_IGN: being ignored would be inherited by the program.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave_it_to_the_program)
    try:
        program = subprocess.Popen(command)  # noqa: S603  # the user's own command, from plures.toml
    except FileNotFoundError:
        return NOT_FOUND
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201  # the supervisor prefixes it
        return NOT_RUNNABLE
    orphaned = threading.Event()
    watching = (orphaned, int(descriptor), float(grace_s))
    threading.Thread(target=_end_group_with_supervisor, args=watching, daemon=True).start()
    status = program.wait()
    if orphaned.is_set():
        os.killpg(os.getpgrp(), signal.SIGKILL)  # what the program had started; nobody is left to do it for us
    return status if status >= 0 else 128 - status


def _leave_it_to_the_program(_number: int, _frame: FrameType | None) -> None:
    pass


def _end_group_with_supervisor(orphaned: threading.Event, descriptor: int, grace_s: float) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()  # hang-up is reported though nothing is asked for
    orphaned.set()
    os.killpg(os.getpgrp(), signal.SIGTERM)
    time.sleep(grace_s)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
