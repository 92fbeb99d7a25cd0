"""No process outlives the supervisor that started it, however the supervisor dies.

Three nets, because none of them holds alone: the kernel's parent-death signal (Linux only, and it needs a program that heeds
the signal), the end of an inherited stream (every system, and it needs somebody who looks), and the process group (what a
command itself has started).
"""

import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def signal_when_parent_dies(number: signal.Signals, parent: int) -> None:
    """Ask the kernel to send this process a signal when `parent` dies. Does nothing where the kernel cannot."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), number)


def watch(descriptor: int, gone: Callable[[], None]) -> None:
    """Call `gone` in a thread of its own once the other side of the stream is closed.

    A thread, because it works also while the event loop is stuck. It reads nothing.
    """

    def wait() -> None:
        poll = select.poll()
        poll.register(descriptor, 0)  # hang-up is reported though nothing is asked for
        poll.poll()
        gone()

    threading.Thread(target=wait, name="supervisor watch", daemon=True).start()


def end_this_process_after(grace_s: float) -> None:
    """The last resort of a replica whose supervisor is gone and that does not end by itself."""
    time.sleep(grace_s)
    os._exit(1)
