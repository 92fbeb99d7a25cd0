"""No replica outlives the supervisor that started it, however the supervisor dies.

The end of an inherited stream says that it is gone, on every system. The kernel's parent-death signal (Linux) is no better: it
either kills at once, losing what is in flight, or asks the same interpreter that has just read the end of the stream.
"""

import os
import select
import threading
import time
from collections.abc import Callable


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
